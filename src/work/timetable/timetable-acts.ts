import { writtenText } from '../../domain/records/written-text.js'
import { Refusal } from '../../foundation/errors.js'
import type { Db } from '../../store/db/db.js'
import * as occurrences from '../../store/timetable/occurrences.js'
import * as schedules from '../../store/timetable/schedules.js'
import type { WorkRules } from '../calendar/rules.js'
import { RULES, type ScheduledJob } from './timetable.js'

export interface JobAddress {
  timetable: readonly ScheduledJob[]
  job: string
  subject: string
  by: string
  now: Date
}

/** Refusal JOB_UNKNOWN. */
export const occasionOf = ({
  timetable,
  job,
  subject,
}: Pick<JobAddress, 'timetable' | 'job' | 'subject'>): ScheduledJob => {
  const found = timetable.find((row) => row.job === job && row.subject === subject)
  if (found === undefined) throw new Refusal('JOB_UNKNOWN', { job, subject })
  return found
}

/** Due at once, even when paused; an unfinished request is returned again. Refusal JOB_UNKNOWN. */
export const start = async (db: Db, told: JobAddress): Promise<occurrences.Occurrence> => {
  const { job, subject } = occasionOf(told)
  return db.transaction(async (tx) => {
    // Serialises concurrent requests.
    await schedules.hold(tx, [{ job, subject }], told.now)
    return occurrences.ask(tx, { job, subject, by: told.by, now: told.now })
  })
}

/**
 * Running work continues; waiting occurrences are skipped. Refusals JOB_UNKNOWN, JOB_NOT_PAUSABLE, JOB_PAUSED,
 * INPUT_INVALID.
 */
export const pause = async (db: Db, rules: WorkRules, told: JobAddress & { reason: string }): Promise<void> => {
  const { job, subject } = occasionOf(told)
  if (!RULES[job].pausable) throw new Refusal('JOB_NOT_PAUSABLE', { job })
  const reason = writtenText(told.reason, 'reason', rules.mark)
  await db.transaction(async (tx) => {
    if (!(await schedules.pause(tx, { job, subject, by: told.by, reason, now: told.now })))
      throw new Refusal('JOB_PAUSED', { job, subject })
    await occurrences.passOver(tx, { job, subject, before: null, now: told.now })
  })
}

/** Skipped times are not made up for. Refusals JOB_UNKNOWN, JOB_NOT_PAUSED. */
export const resume = async (db: Db, told: JobAddress): Promise<void> => {
  const { job, subject } = occasionOf(told)
  await db.transaction(async (tx) => {
    if (!(await schedules.resume(tx, { job, subject, now: told.now })))
      throw new Refusal('JOB_NOT_PAUSED', { job, subject })
  })
}
