import { checkedText } from '../../domain/records/written-text.js'
import { Refusal } from '../../foundation/errors.js'
import type { Db } from '../../store/db/db.js'
import * as occurrences from '../../store/timetable/occurrences.js'
import * as schedules from '../../store/timetable/schedules.js'
import type { WorkRules } from '../calendar/rules.js'
import { JOB_RULES, type ScheduledJob } from './timetable.js'

export interface JobAddress {
  timetable: readonly ScheduledJob[]
  job: string
  subject: string
  by: string
  now: Date
}

export const scheduledJobOf = ({
  timetable,
  job,
  subject,
}: Pick<JobAddress, 'timetable' | 'job' | 'subject'>): ScheduledJob => {
  const row = timetable.find((row) => row.job === job && row.subject === subject)
  if (row === undefined) throw new Refusal('JOB_UNKNOWN', { job, subject })
  return row
}

/** Makes the job due at once, even when paused; an unfinished request is returned again. Refusal JOB_UNKNOWN. */
export const requestScheduledJob = async (db: Db, address: JobAddress): Promise<occurrences.Occurrence> => {
  const { job, subject } = scheduledJobOf(address)
  return db.transaction(async (tx) => {
    // Serialises concurrent requests.
    await schedules.lockSchedules(tx, [{ job, subject }], address.now)
    return occurrences.requestRun(tx, { job, subject, by: address.by, now: address.now })
  })
}

/**
 * Running work continues; waiting occurrences are skipped. Refusals JOB_UNKNOWN, JOB_NOT_PAUSABLE, JOB_PAUSED,
 * INPUT_INVALID.
 */
export const pauseScheduledJob = async (
  db: Db,
  rules: WorkRules,
  address: JobAddress & { reason: string },
): Promise<void> => {
  const { job, subject } = scheduledJobOf(address)
  if (!JOB_RULES[job].pausable) throw new Refusal('JOB_NOT_PAUSABLE', { job })
  const reason = checkedText(address.reason, 'reason', rules.mark)
  await db.transaction(async (tx) => {
    if (!(await schedules.pause(tx, { job, subject, by: address.by, reason, now: address.now })))
      throw new Refusal('JOB_PAUSED', { job, subject })
    await occurrences.skipOccurrences(tx, { job, subject, before: null, now: address.now })
  })
}

/** Times skipped by the pause do not run later. Refusals JOB_UNKNOWN, JOB_NOT_PAUSED. */
export const resumeScheduledJob = async (db: Db, address: JobAddress): Promise<void> => {
  const { job, subject } = scheduledJobOf(address)
  await db.transaction(async (tx) => {
    if (!(await schedules.resume(tx, { job, subject, now: address.now })))
      throw new Refusal('JOB_NOT_PAUSED', { job, subject })
  })
}
