import { type Db, hasRows, queryRows, type Tx } from '../db/db.js'
import type { Job } from './runs.js'

export interface Schedule {
  job: Job
  subject: string
  plannedUntil: Date
  pausedAt: Date | null
  pausedBy: string | null
  pausedReason: string | null
}

type ScheduleKey = { job: Job; subject: string }

const COLUMNS = `job, subject, planned_until as "plannedUntil", paused_at as "pausedAt", paused_by as "pausedBy",
  paused_reason as "pausedReason"`

export const lockSchedules = async (tx: Tx, of: readonly ScheduleKey[], now: Date): Promise<Schedule[]> => {
  const names = [of.map(({ job }) => job), of.map(({ subject }) => subject)]
  await tx.raw(
    `insert into schedules (job, subject, planned_until)
     select job, subject, ? from unnest(?::text[], ?::text[]) as w (job, subject) order by job, subject
     on conflict do nothing /* schedules.hold */`,
    [now, ...names],
  )
  return queryRows(
    tx,
    `select ${COLUMNS} from schedules where (job, subject) in (select * from unnest(?::text[], ?::text[]))
     order by job, subject for update /* schedules.hold */`,
    names,
  )
}

export const notePlannedUntil = async (tx: Tx, { job, subject }: ScheduleKey, until: Date): Promise<void> => {
  await tx.raw('update schedules set planned_until = ? where job = ? and subject = ? /* schedules.planned */', [
    until,
    job,
    subject,
  ])
}

export const listSchedules = (db: Db): Promise<Schedule[]> =>
  queryRows(db, `select ${COLUMNS} from schedules /* schedules.all */`)

export const pauseSchedule = (
  tx: Tx,
  { job, subject, by, reason, now }: ScheduleKey & { by: string; reason: string; now: Date },
): Promise<boolean> =>
  hasRows(
    tx,
    `insert into schedules (job, subject, planned_until, paused_at, paused_by, paused_reason) values (?, ?, ?, ?, ?, ?)
     on conflict (job, subject) do update
       set paused_at = excluded.paused_at, paused_by = excluded.paused_by, paused_reason = excluded.paused_reason
       where schedules.paused_at is null
     returning job /* schedules.pause */`,
    [job, subject, now, now, by, reason],
  )

export const resumeSchedule = (tx: Tx, { job, subject, now }: ScheduleKey & { now: Date }): Promise<boolean> =>
  hasRows(
    tx,
    `update schedules set paused_at = null, paused_by = null, paused_reason = null, planned_until = greatest(planned_until, ?)
     where job = ? and subject = ? and paused_at is not null returning job /* schedules.resume */`,
    [now, job, subject],
  )
