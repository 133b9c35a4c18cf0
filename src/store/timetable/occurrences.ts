/**
 * Occurrences of the timetable: one row for each job, subject and planned time. A process takes one under a lease and holds
 * it by the number of its attempt; leases go by the clock of the database, so that no host's clock can end one.
 */
import { CLOCK_IS_DOUBTED } from '../db/clock-doubts.js'
import type { Db, Tx } from '../db/db.js'
import * as runs from './runs.js'

export type State = 'DUE' | 'RUNNING' | 'DONE' | 'FAILED' | 'PASSED' | 'ABANDONED'

export interface Occurrence {
  id: number
  job: runs.Job
  subject: string
  plannedFor: Date
  cause: 'timetable' | 'person'
  by: string | null
  missed: number
  state: State
  attempts: number
  endedAt: Date | null
}

/** What a process holds of one: nobody else ends it while `attempt` is its number. */
export interface Held {
  id: number
  attempt: number
}

type Named = { job: runs.Job; subject: string }

const COLUMNS = `o.id, o.job, o.subject, o.planned_for as "plannedFor", o.cause, o.asked_by as "by", o.missed, o.state, o.attempts,
  o.ended_at as "endedAt"`

/** One that has its row already is no other: false. */
export const add = async (
  tx: Tx,
  { job, subject, plannedFor, missed }: Named & { plannedFor: Date; missed: number },
): Promise<boolean> => {
  const answer = await tx.raw(
    `insert into occurrences (job, subject, planned_for, cause, missed) values (?, ?, ?, 'timetable', ?)
     on conflict (job, subject, planned_for) do nothing returning id /* occurrences.add */`,
    [job, subject, plannedFor, missed],
  )
  return answer.rows.length > 0
}

/** Those that nobody has begun are passed over: a later one stands for them, or a person has paused the job. */
export const passOver = async (tx: Tx, { job, subject, before, now }: Named & { before: Date | null; now: Date }) => {
  await tx.raw(
    `update occurrences set state = 'PASSED', ended_at = ?
     where job = ? and subject = ? and ended_at is null and state = 'DUE' and attempts = 0 and cause = 'timetable'
       and (?::timestamptz is null or planned_for < ?::timestamptz) /* occurrences.passOver */`,
    [now, job, subject, before, before],
  )
}

/** Asked for by a person: one that waits or runs already for a person is that one. */
export const ask = async (
  tx: Tx,
  { job, subject, by, now }: Named & { by: string; now: Date },
): Promise<Occurrence> => {
  const open = await tx.raw(
    `select ${COLUMNS} from occurrences o where job = ? and subject = ? and cause = 'person' and ended_at is null
     order by id limit 1 /* occurrences.ask */`,
    [job, subject],
  )
  if (open.rows.length > 0) return open.rows[0]
  // Where one is planned for this very instant, a millisecond later is as good.
  const answer = await tx.raw(
    `insert into occurrences as o (job, subject, planned_for, cause, asked_by)
     select ?, ?, greatest(?::timestamptz, max(planned_for) filter (where planned_for <= ?::timestamptz) + interval '1 ms'), 'person', ?
     from occurrences where job = ? and subject = ?
     returning ${COLUMNS} /* occurrences.ask */`,
    [job, subject, now, now, by, job, subject],
  )
  return answer.rows[0]
}

export interface Wanted extends Named {
  beside: boolean
}

/** Whether anything waits, or was left behind; asked each second, and mostly no. */
export const waiting = async (db: Db): Promise<boolean> => {
  const answer = await db.raw(
    `select 1 from occurrences where ended_at is null and (lease_until is null or lease_until < clock_timestamp()) limit 1
     /* occurrences.waiting */`,
  )
  return answer.rows.length > 0
}

/**
 * Those that wait and those whose lease is over, oldest first, now held by whoever asks. One that runs alone is left while
 * anybody holds its lock: a process that merely lags still does the work. The runs of earlier attempts are closed as
 * abandoned; one whose run had ended before its process died is closed as that run was.
 */
export const claim = (
  db: Db,
  wanted: readonly Wanted[],
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

/** Those that were taken so often that whoever takes them dies of them. */
export const giveUp = async (db: Db, attemptsMost: number, now: Date): Promise<Occurrence[]> => {
  const answer = await db.raw(
    `update occurrences o set state = 'ABANDONED', lease_until = null, ended_at = ?
     where ended_at is null and attempts >= ? and (lease_until is null or lease_until < clock_timestamp())
     returning ${COLUMNS} /* occurrences.giveUp */`,
    [now, attemptsMost],
  )
  return answer.rows
}

/** Ids of those that are still held; of the others somebody else has taken over. */
export const renew = async (db: Db, held: readonly Held[], leaseMs: number): Promise<Set<number>> => {
  const answer = await db.raw(
    `update occurrences o set lease_until = clock_timestamp() + ? * interval '1 ms'
     from unnest(?::bigint[], ?::integer[]) as h (id, attempt)
     where o.id = h.id and o.attempts = h.attempt and o.state = 'RUNNING' returning o.id /* occurrences.renew */`,
    [leaseMs, held.map(({ id }) => id), held.map(({ attempt }) => attempt)],
  )
  return new Set(answer.rows.map(({ id }: { id: number }) => id))
}

/** False: it is no longer held. */
export const end = async (db: Db, { id, attempt }: Held, state: 'DONE' | 'FAILED', now: Date): Promise<boolean> => {
  const answer = await db.raw(
    `update occurrences set state = ?, lease_until = null, ended_at = ? where id = ? and attempts = ? and state = 'RUNNING'
     returning id /* occurrences.end */`,
    [state, now, id, attempt],
  )
  return answer.rows.length > 0
}

/** For another process, at once. `unused`: no run was begun, and it does not count as an attempt. */
export const giveBack = async (db: Db, { id, attempt }: Held, { unused }: { unused: boolean }): Promise<void> => {
  await db.raw(
    `update occurrences set state = 'DUE', lease_until = null, attempts = attempts - ?
     where id = ? and attempts = ? and state = 'RUNNING' /* occurrences.giveBack */`,
    [unused ? 1 : 0, id, attempt],
  )
}

/** Newest of each job and subject. */
export const latest = async (db: Db, of: readonly Named[]): Promise<Occurrence[]> => {
  const answer = await db.raw(
    `select ${COLUMNS} from unnest(?::text[], ?::text[]) as w (job, subject),
       lateral (select * from occurrences where job = w.job and subject = w.subject order by planned_for desc limit 1) o
     /* occurrences.latest */`,
    [of.map(({ job }) => job), of.map(({ subject }) => subject)],
  )
  return answer.rows
}

/** Forgets those that have ended and were planned for before `before`. */
export const prune = async (db: Db, before: Date): Promise<number> => {
  const answer = await db.raw(
    `delete from occurrences where planned_for < ? and ended_at is not null and not ${CLOCK_IS_DOUBTED} /* occurrences.prune */`,
    [before],
  )
  return answer.rowCount ?? 0
}
