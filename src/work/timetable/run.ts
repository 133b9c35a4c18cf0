/** `runAlone` holds a lock for the job; `runBeside` lets runs overlap and renews a lease. */
import { redactIdNumbers } from '../../domain/records/privacy.js'
import { INTERNAL_ERROR, isRefusal, Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import { type Db, type Tx, unavailableRefusal } from '../../store/db/db.js'
import * as locks from '../../store/db/locks.js'
import * as runs from '../../store/timetable/runs.js'
import { LEASE_MS, LEASE_RENEWAL_MS } from './lease-times.js'

const WAIT_MS = 120_000
const LOWEST_FAILURE_HTTP_STATUS = 500

/** False for faults of the hub and for a run that another replaced: its delivery is then taken again. */
export const isRefusedContent = (error: unknown): error is Refusal =>
  isRefusal(error) && error.status < LOWEST_FAILURE_HTTP_STATUS && error.code !== 'RUN_BUSY'

export interface RunOptions {
  cause: runs.RunCause
  /** Manual runs have none. */
  plannedFor?: Date | null
  attempt?: number
  now: () => Date
  waitMs?: number
  pseudonymOf?: (id: string) => string
  by?: string
  log?: Log
}

export interface RunDescription extends RunOptions {
  job: runs.Job
  subject?: string
  whole?: boolean
  file?: string | null
  dated?: string | null
}

export interface OpenRun {
  id: number
  startedAt: Date
  /** Stored with the run, also when it fails. */
  counts: Record<string, number>
  /** Closes the run in the transaction of its work, not afterwards. */
  close(tx: Tx): Promise<void>
  elapsed(): number
}

/** Returns null when another process does this scheduled run. A manual run is refused (RUN_BUSY). */
export const runAlone = async <T>(
  db: Db,
  what: RunDescription,
  work: (run: OpenRun, db: Db) => Promise<T>,
): Promise<T | null> => {
  const { job, subject = '', plannedFor = null } = what
  const waitMs = plannedFor === null ? (what.waitMs ?? WAIT_MS) : 0
  const done = await locks.withLock(db, `${job}:${subject}`, waitMs, async () => {
    const startedAt = what.now()
    const id = await runs.startRun(db, { ...what, now: startedAt })
    return id === null ? null : { value: await closed(db, what, id, startedAt, work) }
  })
  if (done === 'held') {
    if (plannedFor !== null) return null
    throw new Refusal('RUN_BUSY', { job, subject })
  }
  return done === null ? null : done.value
}

/** Resolves to null when this attempt has begun already. Closes runs with an expired lease as abandoned. */
export const runBeside = async <T>(
  db: Db,
  what: RunDescription,
  work: (run: OpenRun, db: Db) => Promise<T>,
): Promise<T | null> => {
  const startedAt = what.now()
  const id = await runs.startRun(db, { ...what, now: startedAt, leaseMs: LEASE_MS })
  if (id === null) return null
  let isRenewing = false
  const renew = async (): Promise<void> => {
    if (isRenewing) return
    isRenewing = true
    await runs.renewLease(db, id, LEASE_MS).catch(() => {})
    isRenewing = false
  }
  const renewing = setInterval(() => void renew(), LEASE_RENEWAL_MS)
  renewing.unref()
  try {
    return await closed(db, what, id, startedAt, work)
  } finally {
    clearInterval(renewing)
  }
}

const closed = async <T>(
  db: Db,
  what: RunDescription,
  id: number,
  startedAt: Date,
  work: (run: OpenRun, db: Db) => Promise<T>,
): Promise<T> => {
  const counts: Record<string, number> = {}
  const log = what.log?.child({ run: id, job: what.job, subject: what.subject ?? '', cause: what.cause })
  log?.debug('the run began')
  let open = true
  const done = async (handle: Db | Tx): Promise<void> => {
    await runs.finishRun(handle, id, { outcome: 'DONE', counts, now: what.now() })
    open = false
  }
  const elapsed = () => what.now().getTime() - startedAt.getTime()
  try {
    const value = await work({ id, startedAt, counts, close: done, elapsed }, fenced(db, id, what))
    if (open) await done(db)
    log?.info({ ...counts, ms: elapsed() }, 'the run ended')
    return value
  } catch (thrown) {
    const error =
      isRefusal(thrown) && what.pseudonymOf
        ? new Refusal(thrown.code, redactIdNumbers(thrown.details, what.pseudonymOf))
        : thrown
    const { code, message } = isRefusal(error) ? error : (unavailableRefusal(error) ?? INTERNAL_ERROR)
    log?.warn(
      { ...counts, ms: elapsed(), ...(isRefusal(error) ? { code: error.code } : { err: error }) },
      'the run failed',
    )
    await runs.finishRun(db, id, {
      outcome: isRefusedContent(error) ? 'REFUSED' : 'FAILED',
      counts,
      error: { code, message, ...headingsIn(error) },
      now: what.now(),
    })
    throw error
  }
}

/** Each transaction of a run first locks its row: a run taken for dead changes nothing more (RUN_BUSY). */
const fenced = (db: Db, id: number, { job, subject = '' }: RunDescription): Db => {
  const transaction: Db['transaction'] = (act, options) =>
    db.transaction(async (tx) => {
      if (!options?.readOnly && !(await runs.lockIfRunning(tx, id))) throw new Refusal('RUN_BUSY', { job, subject })
      return act(tx)
    }, options)
  return new Proxy(db, { get: (target, name) => (name === 'transaction' ? transaction : Reflect.get(target, name)) })
}

/** Headings that an officer may map to fields. `…` marks a cell with data. */
const headingsIn = (error: unknown): { headings?: string[] } => {
  if (!isRefusal(error) || error.code !== 'CONTENT_UNKNOWN' || !Array.isArray(error.details['read'])) return {}
  const headings = error.details['read'].filter((name) => typeof name === 'string' && name !== '' && name !== '…')
  return headings.length === 0 ? {} : { headings }
}
