/**
 * The queue of each platform: deliveries are claimed with a lease and booked by what became of them. `attempts` is the fencing
 * token: whoever holds another one than the row changes nothing.
 */
import type { Receipt } from '../domain/delivery.js'
import type { Db } from './db.js'
import type { Delivery } from './deliveries.js'

/** A delivery in the hands of the one who claimed it. */
export interface Claimed extends Delivery {
  /** Failed calls in a row that were its own. */
  failures: number
  /** The platform's last word about it; null: it never answered. */
  receipt: Booked | null
}

/** A receipt as it is kept: with the batch in which the row went, and its place there, from 1. */
export interface Booked extends Receipt {
  batch?: string | null
  row?: number | null
}

const COLUMNS = `d.id, d.platform, d.kind, d.subject_id as "subjectId", d.number, d.action, d.notice, d.attempts, d.failures, d.receipt`

/** REMOVE: removals only, additions and changes are held. OTHERS: anything but removals. */
export type Only = 'REMOVE' | 'OTHERS'

export interface Claim {
  /** At most so many rows. */
  limit: number
  now: Date
  leaseUntil: Date
  only?: Only | undefined
}

/**
 * Claims what is due at one platform, removals first, of each subject the earliest that is owed. The claim is a lease: nobody
 * else gets the rows until it ends. It is in no index, so that a claim writes none.
 */
export const claim = async (db: Db, platform: string, { limit, now, leaseUntil, only }: Claim): Promise<Claimed[]> => {
  const due = `select id from deliveries where platform = :platform and state = 'OWED' and head and due_at <= :now
    and (leased_until is null or leased_until <= :now)`
  const order = 'order by due_at, id limit :limit for update skip locked'
  // The limit within is a constant, so that the plan is the index whatever is left; rows beyond the one without are never read.
  const answer = await db.raw(
    `with removals as (${due} and action = 'REMOVE' ${only === 'OTHERS' ? 'and false' : ''} ${order}),
       others as (select id from (${due} and action <> 'REMOVE' ${only === 'REMOVE' ? 'and false' : ''} ${order}) o
         limit :limit - (select count(*) from removals)),
       due as (select id from removals union all select id from others)
     update deliveries d set attempts = d.attempts + 1, leased_until = :leaseUntil, sent_at = :now from due where d.id = due.id
     returning ${COLUMNS} /* delivery-queue.claim */`,
    { platform, limit, now, leaseUntil },
  )
  return (answer.rows as Claimed[]).sort((a, b) => rank(a) - rank(b) || a.id - b.id)
}

const rank = ({ action }: Delivery): number => (action === 'REMOVE' ? 0 : 1)

/** Whether a claim would find anything. */
export const isDue = async (
  db: Db,
  platform: string,
  { now, only }: { now: Date; only?: Only | undefined },
): Promise<boolean> => {
  const due = `select 1 from deliveries where platform = :platform and state = 'OWED' and head and due_at <= :now
    and (leased_until is null or leased_until <= :now)`
  const answer = await db.raw(
    `select exists (${due} and action = 'REMOVE') or ${only === 'REMOVE' ? 'false' : `exists (${due} and action <> 'REMOVE')`}
       as found /* delivery-queue.isDue */`,
    { platform, now },
  )
  return answer.rows[0].found
}

/** Renews the lease; the ids of those that are still the caller's. What was folded or claimed anew meanwhile is not. */
export const hold = async (db: Db, claimed: readonly Claimed[], leaseUntil: Date): Promise<Set<number>> => {
  const answer = await db.raw(
    `update deliveries d set leased_until = :leaseUntil from unnest(:ids::bigint[], :attempts::int[]) as c(id, attempts)
     where d.id = c.id and d.state = 'OWED' and d.attempts = c.attempts returning d.id /* delivery-queue.hold */`,
    { leaseUntil, ids: claimed.map(({ id }) => id), attempts: claimed.map(({ attempts }) => attempts) },
  )
  return new Set(answer.rows.map((row: { id: number }) => row.id))
}

/** What became of one claimed delivery. */
export interface Outcome {
  delivery: Claimed
  state: 'CONFIRMED' | 'REFUSED' | 'OWED'
  /** Null: there is none, and the one from before stays. */
  receipt: Booked | null
  /** For a person; null where all is well. */
  error: string | null
  /** When it is claimed again; null where it is owed no more. */
  dueAt: Date | null
  failures: number
  /** It did not leave the hub this time: the claim counts as none. */
  unsent?: boolean
}

/** As if it had not been claimed; only for what did not leave the hub. */
export const putBack = async (db: Db, claimed: readonly Claimed[]): Promise<void> => {
  if (claimed.length === 0) return
  await db.raw(
    `update deliveries d set leased_until = null, attempts = d.attempts - 1, sent_at = case when d.attempts > 1 then d.sent_at end
     from unnest(:ids::bigint[], :attempts::int[]) as c(id, attempts)
     where d.id = c.id and d.state = 'OWED' and d.attempts = c.attempts /* delivery-queue.putBack */`,
    { ids: claimed.map(({ id }) => id), attempts: claimed.map(({ attempts }) => attempts) },
  )
}

/**
 * Books all outcomes in one statement; how many were still the caller's. Rows are locked in the order in which whoever tells
 * more about their subjects locks them.
 */
export const book = async (db: Db, outcomes: readonly Outcome[], now: Date): Promise<number> => {
  if (outcomes.length === 0) return 0
  const rows = outcomes.map(({ delivery, receipt, unsent = false, ...rest }) => ({
    id: delivery.id,
    attempts: delivery.attempts,
    receipt,
    unsent,
    ...rest,
  }))
  const answer = await db.raw(
    `with told as (
       select * from jsonb_to_recordset(:rows::jsonb) as t(id bigint, attempts int, state text, receipt jsonb, error text,
         "dueAt" timestamptz, failures int, unsent boolean)),
     mine as (
       select d.id from deliveries d join told t on t.id = d.id where d.state = 'OWED' and d.attempts = t.attempts
       order by d.subject_id, d.platform, d.number for update of d)
     update deliveries d set state = t.state, last_error = t.error, due_at = coalesce(t."dueAt", d.due_at), leased_until = null, failures = t.failures,
       confirmed_at = case when t.state = 'CONFIRMED' then :now::timestamptz end,
       receipt = coalesce(t.receipt, d.receipt),
       attempts = d.attempts - t.unsent::int,
       sent_at = case when t.unsent and d.attempts = 1 then null else d.sent_at end
     from told t join mine using (id) where d.id = t.id and d.state = 'OWED' and d.attempts = t.attempts
     returning d.id /* delivery-queue.book */`,
    { rows: JSON.stringify(rows), now },
  )
  return answer.rows.length
}

/** By platform: owed or refused. */
export const outstanding = async (db: Db, platforms: readonly string[]): Promise<Map<string, number>> => {
  const answer = await db.raw(
    `select p.platform, (select count(*) from deliveries d where d.platform = p.platform and d.state = 'OWED' and d.head and d.action = 'REMOVE')
       + (select count(*) from deliveries d where d.platform = p.platform and d.state = 'OWED' and d.head and d.action <> 'REMOVE')
       + (select count(*) from deliveries d where d.platform = p.platform and (d.state = 'REFUSED' or (d.state = 'OWED' and not d.head))) as n
     from unnest(:platforms::text[]) as p(platform) /* delivery-queue.outstanding */`,
    { platforms },
  )
  return new Map(answer.rows.map((row: { platform: string; n: number }) => [row.platform, row.n]))
}
