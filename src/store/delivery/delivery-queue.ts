/**
 * The queue of each platform: deliveries are claimed with a lease and booked by what became of them. `attempts` is the fencing
 * token: whoever holds another one than the row changes nothing.
 */
import { type Receipt, SETTLE_SECONDS } from '../../domain/delivery/delivery.js'
import type { Db } from '../db/db.js'
import { MAY_LIST } from '../db/restored.js'
import { type Delivery, isFollowed } from './deliveries.js'

/** A delivery in the hands of the one who claimed it. */
export interface Claimed extends Delivery {
  /** Failed calls in a row that were its own. */
  failures: number
  createdAt: Date
  /** The platform's last word about it; null: it never answered. */
  receipt: Booked | null
}

/** A receipt as it is kept: with the batch in which the row went, and its place there, from 1. */
export interface Booked extends Receipt {
  batch?: string | null
  row?: number | null
}

const COLUMNS = `d.id, d.platform, d.kind, d.subject_id as "subjectId", d.number, d.action, d.notice, d.attempts, d.failures, d.receipt,
  d.created_at as "createdAt"`

/** REMOVE: removals only, additions and changes are held. OTHERS: anything but removals. */
export type Only = 'REMOVE' | 'OTHERS'

export interface Claim {
  /** At most so many rows. */
  limit: number
  now: Date
  leaseUntil: Date
  /** A message sent this recently may not have been applied yet: no addition or change of its subject follows it. */
  settleSeconds?: number
  only?: Only | undefined
}

/** Due at one platform and in nobody's hands; rows `d`. */
const DUE = `select d.id from deliveries d where d.platform = :platform and d.state = 'OWED' and d.head and d.due_at <= :now
  and (d.leased_until is null or d.leased_until <= :now)`
/**
 * No other message of the subject is on its way to the platform, also none that was folded or closed while it was sent. A scalar
 * subquery, because a planner turns `not exists` into a join over the whole table; it reads the few rows of one subject.
 */
const alone = (more: string): string => `and (select true from deliveries f where f.subject_id = d.subject_id
  and f.platform = d.platform and f.id <> d.id and (f.leased_until > :now ${more}) limit 1) is null`
const REMOVALS_DUE = `${DUE} and d.action = 'REMOVE' ${alone('')}`
/** In the same statement, so that nothing but removals is claimed on a server that nobody has vouched for. */
const OTHERS_DUE = `${DUE} and d.action <> 'REMOVE' and ${MAY_LIST} ${alone('or f.sent_at > :now::timestamptz - make_interval(secs => :settleSeconds)')}`

/**
 * Claims what is due at one platform, removals first, of each subject the earliest that is owed. The claim is a lease: nobody
 * else gets the rows until it ends. It is in no index, so that a claim writes none.
 */
export const claim = async (
  db: Db,
  platform: string,
  { limit, now, leaseUntil, settleSeconds = SETTLE_SECONDS, only }: Claim,
): Promise<Claimed[]> => {
  const order = 'order by d.due_at, d.id limit :limit for update skip locked'
  // The limit within is a constant, so that the plan is the index whatever is left; rows beyond the one without are never read.
  const answer = await db.raw(
    `with removals as (${REMOVALS_DUE} ${only === 'OTHERS' ? 'and false' : ''} ${order}),
       others as (select id from (${OTHERS_DUE} ${only === 'REMOVE' ? 'and false' : ''} ${order}) o
         limit :limit - (select count(*) from removals)),
       due as (select id from removals union all select id from others)
     update deliveries d set attempts = d.attempts + 1, leased_until = :leaseUntil, sent_at = :now from due where d.id = due.id
     returning ${COLUMNS} /* delivery-queue.claim */`,
    { platform, limit, now, leaseUntil, settleSeconds },
  )
  return (answer.rows as Claimed[]).sort((a, b) => rank(a) - rank(b) || a.id - b.id)
}

const rank = ({ action }: Delivery): number => (action === 'REMOVE' ? 0 : 1)

/** Whether a claim would find anything. */
export const isDue = async (
  db: Db,
  platform: string,
  { now, settleSeconds = SETTLE_SECONDS, only }: Pick<Claim, 'now' | 'settleSeconds' | 'only'>,
): Promise<boolean> => {
  const answer = await db.raw(
    `select exists (${REMOVALS_DUE}) or ${only === 'REMOVE' ? 'false' : `exists (${OTHERS_DUE})`} as found /* delivery-queue.isDue */`,
    { platform, now, settleSeconds },
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

/**
 * Ends the leases of messages that were folded or closed while they were sent, now that they are answered: what follows them
 * need not wait any longer. Rows are locked in the order of `book`.
 */
const letGo = async (db: Db, rows: readonly { id: number; attempts: number }[]): Promise<void> => {
  await db.raw(
    `with gone as (
       select d.id from deliveries d join unnest(:ids::bigint[], :attempts::int[]) as c(id, attempts) on c.id = d.id
       where d.state <> 'OWED' and d.attempts = c.attempts and d.leased_until is not null
       order by d.subject_id, d.platform, d.number for update of d)
     update deliveries d set leased_until = null from gone where d.id = gone.id /* delivery-queue.letGo */`,
    { ids: rows.map(({ id }) => id), attempts: rows.map(({ attempts }) => attempts) },
  )
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
 * Books all outcomes in one statement; how many were still the caller's. A removal that is confirmed is checked `settleSeconds` later,
 * unless a later message took its place while it was owed. One that was sent a second time for want of a display is done. Rows are locked in the order in which `tell` locks them.
 */
export const book = async (
  db: Db,
  outcomes: readonly Outcome[],
  now: Date,
  settleSeconds = SETTLE_SECONDS,
): Promise<number> => {
  if (outcomes.length === 0) return 0
  const rows = outcomes.map(({ delivery, receipt, unsent = false, ...rest }) => ({
    id: delivery.id,
    attempts: delivery.attempts,
    receipt,
    unsent,
    ...rest,
  }))
  const answer = await db.raw(
    // The name stands in front: pg_stat_activity shows the first 1,024 bytes of a statement.
    `/* delivery-queue.book */ with told as (
       select * from jsonb_to_recordset(:rows::jsonb) as t(id bigint, attempts int, state text, receipt jsonb, error text,
         "dueAt" timestamptz, failures int, unsent boolean)),
     mine as (
       select d.id from deliveries d join told t on t.id = d.id where d.state = 'OWED' and d.attempts = t.attempts
       order by d.subject_id, d.platform, d.number for update of d)
     update deliveries d set state = t.state, last_error = t.error, due_at = coalesce(t."dueAt", d.due_at), leased_until = null, failures = t.failures,
       confirmed_at = case when t.state = 'CONFIRMED' then :now::timestamptz end,
       check_due_at = case when t.state = 'CONFIRMED' and d.action = 'REMOVE' and d.check_result is null and not ${isFollowed('d')}
         then :now::timestamptz + make_interval(secs => :settleSeconds) end,
       checked_at = case when t.state = 'CONFIRMED' and d.check_result = 'NO_DISPLAY' then :now::timestamptz else d.checked_at end,
       check_result = case when t.state = 'CONFIRMED' and d.check_result = 'NO_DISPLAY' then 'CONFIRMED_TWICE'
         when t.state = 'CONFIRMED' and d.action = 'REMOVE' and d.check_result is null and ${isFollowed('d')} then 'REPLACED' else d.check_result end,
       receipt = coalesce(t.receipt, d.receipt),
       attempts = d.attempts - t.unsent::int,
       sent_at = case when t.unsent and d.attempts = 1 then null else d.sent_at end
     from told t join mine using (id) where d.id = t.id and d.state = 'OWED' and d.attempts = t.attempts
     returning d.id`,
    { rows: JSON.stringify(rows), now, settleSeconds },
  )
  if (answer.rows.length < outcomes.length) {
    // A call that was given up may go on at the receiver: its lease runs to its end.
    const answered = outcomes.filter(({ receipt }) => receipt !== null)
    await letGo(
      db,
      answered.map(({ delivery }) => delivery),
    )
  }
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
