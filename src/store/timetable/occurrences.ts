/** Leases use the database clock, so a wrong host clock ends none. */
import { IS_CLOCK_DOUBTED_SQL } from '../db/clock-doubts.js'
import { type Db, hasRows, queryColumn, queryFirst, queryOne, queryRows, type Tx } from '../db/db.js'
import { COMMIT_LOCALLY } from '../db/transaction.js'
import * as runs from './runs.js'

type OccurrenceState = 'DUE' | 'RUNNING' | 'DONE' | 'FAILED' | 'PASSED' | 'ABANDONED'

export interface Occurrence {
  id: number
  job: runs.Job
  subject: string
  plannedFor: Date
  cause: 'timetable' | 'person'
  by: string | null
  missed: number
  state: OccurrenceState
  attempts: number
  endedAt: Date | null
}

/** Only the current `attempt` may end the occurrence. */
export interface HeldOccurrence {
  id: number
  attempt: number
}

type OccurrenceKey = { job: runs.Job; subject: string }

const COLUMNS = `o.id, o.job, o.subject, o.planned_for as "plannedFor", o.cause, o.asked_by as "by", o.missed, o.state, o.attempts,
  o.ended_at as "endedAt"`

export const addOccurrence = (
  tx: Tx,
  { job, subject, plannedFor, missed }: OccurrenceKey & { plannedFor: Date; missed: number },
): Promise<boolean> =>
  hasRows(
    tx,
    `insert into occurrences (job, subject, planned_for, cause, missed) values (?, ?, ?, 'timetable', ?)
     on conflict (job, subject, planned_for) do nothing returning id /* occurrences.add */`,
    [job, subject, plannedFor, missed],
  )

export const skipOccurrences = async (
  tx: Tx,
  { job, subject, before, now }: OccurrenceKey & { before: Date | null; now: Date },
) => {
  await tx.raw(
    `update occurrences set state = 'PASSED', ended_at = ?
     where job = ? and subject = ? and ended_at is null and state = 'DUE' and attempts = 0 and cause = 'timetable'
       and (?::timestamptz is null or planned_for < ?::timestamptz) /* occurrences.passOver */`,
    [now, job, subject, before, before],
  )
}

/** Returns a person's open request instead of adding another. */
export const requestRun = async (
  tx: Tx,
  { job, subject, by, now }: OccurrenceKey & { by: string; now: Date },
): Promise<Occurrence> => {
  const open = await queryFirst<Occurrence>(
    tx,
    `select ${COLUMNS} from occurrences o where job = ? and subject = ? and cause = 'person' and ended_at is null
     order by id limit 1 /* occurrences.ask */`,
    [job, subject],
  )
  if (open !== null) return open
  // `planned_for` must be unique per job and subject.
  return queryOne(
    tx,
    `insert into occurrences as o (job, subject, planned_for, cause, asked_by)
     select ?, ?, greatest(?::timestamptz, max(planned_for) filter (where planned_for <= ?::timestamptz) + interval '1 ms'), 'person', ?
     from occurrences where job = ? and subject = ?
     returning ${COLUMNS} /* occurrences.ask */`,
    [job, subject, now, now, by, job, subject],
  )
}

export const hasClaimable = (db: Db): Promise<boolean> =>
  hasRows(
    db,
    `select 1 from occurrences where ended_at is null and (lease_until is null or lease_until < clock_timestamp()) limit 1
     /* occurrences.waiting */`,
  )

/**
 * Skips exclusive occurrences whose lock is held. One whose run ended before its process died is ended, not repeated.
 */
export const claimOccurrences = (
  db: Db,
  wanted: readonly (OccurrenceKey & { beside: boolean })[],
  { limit, leaseMs, attemptsMost, now }: { limit: number; leaseMs: number; attemptsMost: number; now: Date },
): Promise<Occurrence[]> =>
  db.transaction(async (tx) => {
    await settle(tx, now)
    const answer = await tx.raw(
      `with wanted as (select * from unnest(?::text[], ?::text[], ?::boolean[]) as w (job, subject, beside)),
       open as (
         select o.id, o.job, o.subject, o.planned_for, w.beside from occurrences o join wanted w using (job, subject)
         where o.ended_at is null and (o.lease_until is null or o.lease_until < clock_timestamp()) and o.attempts < ?
         order by o.planned_for limit ? for update of o skip locked),
       first as (select *, row_number() over (partition by job, subject order by planned_for) as n from open),
       free as materialized (
         select id from first
         where case when beside then true when n > 1 then false
           else pg_try_advisory_xact_lock(hashtextextended(job || ':' || subject, 0)) end)
       update occurrences o set state = 'RUNNING', attempts = o.attempts + 1,
         lease_until = clock_timestamp() + ? * interval '1 ms'
       from free where o.id = free.id
       returning ${COLUMNS} /* occurrences.claim */`,
      [
        wanted.map(({ job }) => job),
        wanted.map(({ subject }) => subject),
        wanted.map(({ beside }) => beside),
        attemptsMost,
        limit,
        leaseMs,
      ],
    )
    const taken = answer.rows as Occurrence[]
    for (const one of taken) if (one.attempts > 1) await runs.abandonAttempts(tx, one, now)
    return taken.sort((a, b) => a.plannedFor.getTime() - b.plannedFor.getTime())
  })

const settle = async (tx: Tx, now: Date): Promise<void> => {
  await tx.raw(
    `update occurrences o set state = case when r.outcome = 'DONE' then 'DONE' else 'FAILED' end, lease_until = null, ended_at = ?
     from runs r
     where o.ended_at is null and o.lease_until < clock_timestamp()
       and r.job = o.job and r.subject = o.subject and r.planned_for = o.planned_for and r.attempt = o.attempts
       and r.outcome in ('DONE', 'REFUSED', 'FAILED') /* occurrences.settle */`,
    [now],
  )
}

export const abandonExhausted = (db: Db, attemptsMost: number, now: Date): Promise<Occurrence[]> =>
  queryRows(
    db,
    `update occurrences o set state = 'ABANDONED', lease_until = null, ended_at = ?
     where ended_at is null and attempts >= ? and (lease_until is null or lease_until < clock_timestamp())
     returning ${COLUMNS} /* occurrences.giveUp */`,
    [now, attemptsMost],
  )

/** Commits locally: a promotion that loses a renewal only shortens the lease. */
export const renewLeases = (db: Db, held: readonly HeldOccurrence[], leaseMs: number): Promise<number[]> =>
  queryColumn(
    db,
    `with local as materialized (select ${COMMIT_LOCALLY})
     update occurrences o set lease_until = clock_timestamp() + ? * interval '1 ms'
     from local, unnest(?::bigint[], ?::integer[]) as h (id, attempt)
     where o.id = h.id and o.attempts = h.attempt and o.state = 'RUNNING' returning o.id /* occurrences.renew */`,
    [leaseMs, held.map(({ id }) => id), held.map(({ attempt }) => attempt)],
  )

export const endOccurrence = (
  db: Db,
  { id, attempt }: HeldOccurrence,
  state: 'DONE' | 'FAILED',
  now: Date,
): Promise<boolean> =>
  hasRows(
    db,
    `update occurrences set state = ?, lease_until = null, ended_at = ? where id = ? and attempts = ? and state = 'RUNNING'
     returning id /* occurrences.end */`,
    [state, now, id, attempt],
  )

/** An `unused` attempt does not count. */
export const giveBackClaimed = async (
  db: Db,
  { id, attempt }: HeldOccurrence,
  { unused }: { unused: boolean },
): Promise<void> => {
  await db.raw(
    `update occurrences set state = 'DUE', lease_until = null, attempts = attempts - ?
     where id = ? and attempts = ? and state = 'RUNNING' /* occurrences.giveBack */`,
    [unused ? 1 : 0, id, attempt],
  )
}

export const latestOccurrences = (db: Db, of: readonly OccurrenceKey[]): Promise<Occurrence[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from unnest(?::text[], ?::text[]) as w (job, subject),
       lateral (select * from occurrences where job = w.job and subject = w.subject order by planned_for desc limit 1) o
     /* occurrences.latest */`,
    [of.map(({ job }) => job), of.map(({ subject }) => subject)],
  )

/** A push of the timetable runs for a minute: the newest occurrence is rarely the one that a person asked for. */
export const latestRequests = (db: Db, since: Date): Promise<Occurrence[]> =>
  queryRows(
    db,
    `select distinct on (o.job, o.subject) ${COLUMNS} from occurrences o where o.cause = 'person' and o.planned_for >= ?
     order by o.job, o.subject, o.planned_for desc /* occurrences.latestRequests */`,
    [since],
  )

export const pruneOccurrences = async (db: Db, before: Date): Promise<number> => {
  const answer = await db.raw(
    `delete from occurrences where planned_for < ? and ended_at is not null and not ${IS_CLOCK_DOUBTED_SQL} /* occurrences.prune */`,
    [before],
  )
  return answer.rowCount ?? 0
}
