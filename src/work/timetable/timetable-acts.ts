/** What a person does with the timetable: has a job run now, pauses it, lets it go on. */
import { writtenText } from '../../domain/records/written-text.js'
import { Refusal } from '../../foundation/errors.js'
import type { Db } from '../../store/db/db.js'
import * as occurrences from '../../store/timetable/occurrences.js'
import * as schedules from '../../store/timetable/schedules.js'
import type { Rules } from '../calendar/rules.js'
import { type Occasion, RULES } from './timetable.js'

export interface Told {
  /** What the timetable of this hub holds. */
  timetable: readonly Occasion[]
  job: string
  subject: string
  by: string
  now: Date
}

/** Refusal JOB_UNKNOWN where the timetable has no such row. */
export const occasionOf = ({ timetable, job, subject }: Pick<Told, 'timetable' | 'job' | 'subject'>): Occasion => {
  const found = timetable.find((row) => row.job === job && row.subject === subject)
  if (found === undefined) throw new Refusal('JOB_UNKNOWN', { job, subject })
  return found
}

/** Due at once, also of a paused job; one that was asked for and has not ended is answered again. Refusal JOB_UNKNOWN. */
export const start = async (db: Db, told: Told): Promise<occurrences.Occurrence> => {
  const { job, subject } = occasionOf(told)
  return db.transaction(async (tx) => {
    // Whoever asks for the same at the same time waits here.
    await schedules.hold(tx, [{ job, subject }], told.now)
    return occurrences.ask(tx, { job, subject, by: told.by, now: told.now })
  })
}

/** What runs goes on to its end; what waits is passed over. Refusals JOB_UNKNOWN, JOB_NOT_PAUSABLE, JOB_PAUSED, INPUT_INVALID. */
export const pause = async (db: Db, rules: Rules, told: Told & { reason: string }): Promise<void> => {
  const { job, subject } = occasionOf(told)
  if (!RULES[job].pausable) throw new Refusal('JOB_NOT_PAUSABLE', { job })
  const reason = writtenText(told.reason, 'reason', rules.mark)
  await db.transaction(async (tx) => {
    if (!(await schedules.pause(tx, { job, subject, by: told.by, reason, now: told.now })))
      throw new Refusal('JOB_PAUSED', { job, subject })
    await occurrences.passOver(tx, { job, subject, before: null, now: told.now })
  })
}

/** From its next planned time on; what was passed over is not made up for. Refusals JOB_UNKNOWN, JOB_NOT_PAUSED. */
export const resume = async (db: Db, told: Told): Promise<void> => {
  const { job, subject } = occasionOf(told)
  await db.transaction(async (tx) => {
    if (!(await schedules.resume(tx, { job, subject, now: told.now })))
      throw new Refusal('JOB_NOT_PAUSED', { job, subject })
  })
}
