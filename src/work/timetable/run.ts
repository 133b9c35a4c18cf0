/**
 * One run of a job: opened as a row, and closed as a row whatever happens. Alone under a lock, or beside others under a lease.
 * The frame of every verb of the timetable.
 */
import { redact } from '../../domain/records/privacy.js'
import { INTERNAL, isRefusal, Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import { asUnavailable, type Db, type Tx } from '../../store/db/db.js'
import * as locks from '../../store/db/locks.js'
import * as runs from '../../store/timetable/runs.js'

/** How long a second run of the same job waits for the first unless told otherwise, milliseconds. One that the timetable started does not wait. */
const WAIT_MS = 120_000
/** A run beside others is taken for dead when it was silent for so long, milliseconds; it speaks well before. */
const LEASE_MS = 10_000
const RENEW_MS = 3_000
/** From this status on a refusal is somebody's failure (an agency that did not answer), not a judgement on what was brought. */
export const FAILURE_STATUS = 500

/** Why and when a verb runs; part of the options of each. */
export interface Occasioned {
  cause: runs.Cause
  /** The occurrence of the timetable that it is; null or absent: somebody asked for it. */
  plannedFor?: Date | null
  /** Which attempt at its occurrence it is; the first when absent. */
  attempt?: number
  now: () => Date
  /** Milliseconds for which whoever asked waits for a run that goes on. */
  waitMs?: number
  /** Replaces ID numbers in what a refusal repeats of an agency's own words. */
  mark?: (id: string) => string
  /** Who uploaded, corrected or took back. */
  by?: string
  /** Hears of each run's beginning and end, under the run's id. */
  log?: Log
}

export interface What extends Occasioned {
  job: runs.Job
  subject?: string
  whole?: boolean
  file?: string | null
  /** The day on which the file holds true. */
  dated?: string | null
}

export interface Running {
  id: number
  startedAt: Date
  /** What was done so far; kept with the run also if it fails. */
  counts: Record<string, number>
  /** Closes the run inside the transaction of its work; otherwise it is closed when the work returns. */
  close(tx: Tx): Promise<void>
  /** Milliseconds since its start. */
  elapsed(): number
}

/**
 * Null: another process has this occurrence of the timetable. Refusal RUN_BUSY where another run of the job does not end
 * in time.
 */
export const alone = async <T>(db: Db, what: What, work: (run: Running) => Promise<T>): Promise<T | null> => {
  const { job, subject = '', plannedFor = null } = what
  const done = await locks.alone(
    db,
    `${job}:${subject}`,
    plannedFor === null ? (what.waitMs ?? WAIT_MS) : 0,
    async () => {
      const startedAt = what.now()
      const id = await runs.start(db, startOf(what, startedAt))
      return id === null ? null : { value: await closed(db, what, id, startedAt, work) }
    },
  )
  // Whoever came by the timetable finds the work being done; whoever asked for it himself is told.
  if (done === 'held') {
    if (plannedFor !== null) return null
    throw new Refusal('RUN_BUSY', { job, subject })
  }
  return done === null ? null : done.value
}

/**
 * Beside other runs of the job: its work keeps them apart. Null: this attempt at its occurrence of the timetable was begun
 * already. Runs that have fallen silent are closed as abandoned.
 */
export const beside = async <T>(db: Db, what: What, work: (run: Running) => Promise<T>): Promise<T | null> => {
  const startedAt = what.now()
  const id = await runs.start(db, { ...startOf(what, startedAt), leaseMs: LEASE_MS })
  if (id === null) return null
  // One renewal that fails is made up for by the next.
  const renewing = setInterval(() => void runs.renew(db, id, LEASE_MS).catch(() => {}), RENEW_MS)
  renewing.unref()
  try {
    return await closed(db, what, id, startedAt, work)
  } finally {
    clearInterval(renewing)
  }
}

const startOf = (what: What, now: Date): runs.Start => {
  const { job, subject = '', cause, plannedFor = null, attempt = 1, whole = false, file = null, dated = null } = what
  return { job, subject, cause, plannedFor, attempt, whole, file, dated, by: what.by ?? null, now }
}

const closed = async <T>(
  db: Db,
  what: What,
  id: number,
  startedAt: Date,
  work: (run: Running) => Promise<T>,
): Promise<T> => {
  const counts: Record<string, number> = {}
  const log = what.log?.child({ run: id, job: what.job, subject: what.subject ?? '', cause: what.cause })
  log?.debug('the run began')
  let open = true
  const done = async (handle: Db | Tx): Promise<void> => {
    await runs.finish(handle, id, { outcome: 'DONE', counts, now: what.now() })
    open = false
  }
  const elapsed = () => what.now().getTime() - startedAt.getTime()
  try {
    const value = await work({ id, startedAt, counts, close: done, elapsed })
    if (open) await done(db)
    log?.info({ ...counts, ms: elapsed() }, 'the run ended')
    return value
  } catch (thrown) {
    const error = isRefusal(thrown) && what.mark ? new Refusal(thrown.code, redact(thrown.details, what.mark)) : thrown
    const refused = isRefusal(error) && error.status < FAILURE_STATUS
    const { code, message } = isRefusal(error) ? error : (asUnavailable(error) ?? INTERNAL)
    log?.warn(
      { ...counts, ms: elapsed(), ...(isRefusal(error) ? { code: error.code } : { err: error }) },
      'the run failed',
    )
    await runs.finish(db, id, {
      outcome: refused ? 'REFUSED' : 'FAILED',
      counts,
      error: { code, message, ...headingsIn(error) },
      now: what.now(),
    })
    throw error
  }
}

/** A person maps them at the desk. A cell told as `…` held data. */
const headingsIn = (error: unknown): { headings?: string[] } => {
  if (!isRefusal(error) || error.code !== 'CONTENT_UNKNOWN' || !Array.isArray(error.details['read'])) return {}
  const headings = error.details['read'].filter((name) => typeof name === 'string' && name !== '' && name !== '…')
  return headings.length === 0 ? {} : { headings }
}
