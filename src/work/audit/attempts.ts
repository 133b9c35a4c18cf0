/** Per name and address, one refused attempt a minute gets an audit row. The next row counts the others. */
import type { Log } from '../../foundation/log.js'
import type { AuditEntry, AuditLog } from './audit-log.js'

const ROW_EVERY_MS = 60_000
const COUNTED_MOST = 10_000

export interface RefusedAttempt {
  at: Date
  request: string
  endpoint: string
  /** Keyed hash of the typed name (perhaps a misplaced password); empty without a name. */
  mark: string
  known: string | null
  address: string
  code: string
}

export type AttemptLog = ReturnType<typeof makeAttemptLog>

interface AttemptCounter {
  last: RefusedAttempt
  since: Date
  more: number
}

export const makeAttemptLog = (auditLog: Pick<AuditLog, 'row'>, { log, now }: { log: Log; now: () => Date }) => {
  const counted = new Map<string, AttemptCounter>()

  const writeSum = ({ last, since, more }: AttemptCounter): void => {
    if (more === 0) return
    auditLog
      .row(rowOf(last, more, since))
      .catch((error) => log.error({ err: error, more }, 'the audit log has no row of refused attempts'))
  }
  const drop = (key: string, one: AttemptCounter): void => {
    counted.delete(key)
    writeSum(one)
  }
  const sweep = (at: Date): void => {
    for (const [key, one] of counted) if (at.getTime() - one.since.getTime() >= ROW_EVERY_MS) drop(key, one)
  }
  const timer = setInterval(() => sweep(now()), ROW_EVERY_MS)
  timer.unref()

  return {
    refused: async (attempt: RefusedAttempt): Promise<void> => {
      const key = `${attempt.endpoint} ${attempt.mark} ${attempt.address}`
      const before = counted.get(key)
      if (before !== undefined && attempt.at.getTime() - before.since.getTime() < ROW_EVERY_MS) {
        before.more += 1
        before.last = attempt
        return
      }
      const [oldest] = before === undefined && counted.size >= COUNTED_MOST ? counted : []
      if (oldest !== undefined) drop(...oldest)
      counted.delete(key)
      const [attempts, since] = [1 + (before?.more ?? 0), before?.since ?? attempt.at]
      const counter = { last: attempt, since: attempt.at, more: 0 }
      counted.set(key, counter)
      try {
        await auditLog.row(rowOf(attempt, attempts, since))
      } catch (error) {
        // The next row counts them.
        counter.more += attempts
        counter.since = since
        throw error
      }
    },
    sweep,
    flush: (): void => {
      clearInterval(timer)
      for (const [key, one] of counted) drop(key, one)
    },
  }
}

const rowOf = (
  { at, request, endpoint, mark, known, address, code }: RefusedAttempt,
  attempts: number,
  since: Date,
): AuditEntry => ({
  kind: 'ATTEMPT',
  at,
  client: known ?? 'public',
  role: 'public',
  agency: null,
  purpose: null,
  request,
  asked: `${endpoint}\n${JSON.stringify({ address, ...(mark !== '' && { mark }), attempts, since: since.toISOString() })}`,
  outcome: code,
  shown: [],
  digest: null,
})
