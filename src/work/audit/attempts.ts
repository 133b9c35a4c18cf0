/**
 * Refused attempts to sign in, as the audit log has them: one row a minute at most for a name and address, with how many there
 * were. The first leaves its row at once; those that follow within the minute are counted, and told by the next row.
 */
import type { Log } from '../../foundation/log.js'
import type { Entry, Trail } from './audit-log.js'

/** Between two rows of one name and address, milliseconds. */
const ROW_EVERY_MS = 60_000
/** Names and addresses that are counted at once; whoever comes then has what the oldest was counted told early. */
const COUNTED_MOST = 10_000

export interface Attempt {
  at: Date
  request: string
  /** Where it was tried, as `POST /desk/login`. */
  door: string
  /** As it was given, as its keyed hash: it may be a password that was typed in the wrong place. Empty: none was, or none counts. */
  mark: string
  /** The name, where it is a registered one. */
  known: string | null
  address: string
  /** Why it was refused. */
  code: string
}

export interface Attempts {
  /** Returns once the row is durable, if it leaves one. Refusal TRAIL_UNAVAILABLE. */
  refused(attempt: Attempt): Promise<void>
  /** Tells what was counted for a minute and more. */
  sweep(now: Date): void
  /** Tells all that was counted. */
  flush(): void
}

interface Counted {
  last: Attempt
  /** Instant of its last row. */
  since: Date
  /** Attempts since then. */
  more: number
}

export const makeAttempts = (trail: Pick<Trail, 'row'>, { log, now }: { log: Log; now: () => Date }): Attempts => {
  const counted = new Map<string, Counted>()

  const told = ({ last, since, more }: Counted): void => {
    if (more === 0) return
    trail.row(rowOf(last, more, since)).catch((error) => log.error({ err: error, more }, 'attempts have no row'))
  }
  const drop = (key: string, one: Counted): void => {
    counted.delete(key)
    told(one)
  }
  const sweep = (at: Date): void => {
    for (const [key, one] of counted) if (at.getTime() - one.since.getTime() >= ROW_EVERY_MS) drop(key, one)
  }
  const timer = setInterval(() => sweep(now()), ROW_EVERY_MS)
  timer.unref()

  return {
    refused: async (attempt) => {
      const key = `${attempt.door} ${attempt.mark} ${attempt.address}`
      const before = counted.get(key)
      if (before !== undefined && attempt.at.getTime() - before.since.getTime() < ROW_EVERY_MS) {
        before.more += 1
        before.last = attempt
        return
      }
      const [oldest] = before === undefined && counted.size >= COUNTED_MOST ? counted : []
      if (oldest !== undefined) drop(...oldest)
      // It stands last, as the youngest.
      counted.delete(key)
      counted.set(key, { last: attempt, since: attempt.at, more: 0 })
      await trail.row(rowOf(attempt, 1 + (before?.more ?? 0), before?.since ?? attempt.at))
    },
    sweep,
    flush: () => {
      clearInterval(timer)
      for (const [key, one] of counted) drop(key, one)
    },
  }
}

const rowOf = ({ at, request, door, mark, known, address, code }: Attempt, attempts: number, since: Date): Entry => ({
  kind: 'ATTEMPT',
  at,
  client: known ?? 'public',
  role: 'public',
  agency: null,
  purpose: null,
  request,
  asked: `${door}\n${JSON.stringify({ address, ...(mark !== '' && { mark }), attempts, since: since.toISOString() })}`,
  outcome: code,
  shown: [],
  digest: null,
})
