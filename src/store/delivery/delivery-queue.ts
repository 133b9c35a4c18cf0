/** `attempts` is the fencing token: a write with another value has no effect. */
import { MESSAGE_SETTLES_SECONDS, type Receipt } from '../../domain/delivery/delivery.js'
import { type Db, queryColumn, queryMap, queryRows, queryValue } from '../db/db.js'
import { MAY_PUBLISH_LIST_SQL } from '../db/restored.js'
import { hasLaterMessageSql, type QueuedDelivery } from './deliveries.js'

export interface ClaimedDelivery extends QueuedDelivery {
  failures: number
  createdAt: Date
  receipt: BookedReceipt | null
}

/** `row` is the delivery's place in its batch, counted from 1. */
export interface BookedReceipt extends Receipt {
  batch?: string | null
  row?: number | null
}

const COLUMNS = `d.id, d.platform, d.kind, d.subject_id as "subjectId", d.number, d.action, d.notice, d.attempts, d.failures, d.receipt,
  d.created_at as "createdAt"`

export type ClaimScope = 'REMOVE' | 'OTHERS'

interface ClaimOptions {
  limit: number
  now: Date
  leaseUntil: Date
  /** The platform may not have applied the subject's last message yet. */
  settleSeconds?: number
  only?: ClaimScope | undefined
}

const DUE = `select d.id from deliveries d where d.platform = :platform and d.state = 'OWED' and d.head and d.due_at <= :now
  and (d.leased_until is null or d.leased_until <= :now)`
/** `not exists` would make the planner join the whole table. */
const alone = (more: string): string => `and (select true from deliveries f where f.subject_id = d.subject_id
  and f.platform = d.platform and f.id <> d.id and (f.leased_until > :now ${more}) limit 1) is null`
const REMOVALS_DUE = `${DUE} and d.action = 'REMOVE' ${alone('')}`
const OTHERS_DUE = `${DUE} and d.action <> 'REMOVE' and ${MAY_PUBLISH_LIST_SQL} ${alone('or f.sent_at > :now::timestamptz - make_interval(secs => :settleSeconds)')}`

/** Leases up to `limit` deliveries, removals first, one per subject. */
export const claim = async (
  db: Db,
  platform: string,
  { limit, now, leaseUntil, settleSeconds = MESSAGE_SETTLES_SECONDS, only }: ClaimOptions,
): Promise<ClaimedDelivery[]> => {
  const order = 'order by d.due_at, d.id limit :limit for update skip locked'
  // A computed inner limit would prevent index use.
  const claimed = await queryRows<ClaimedDelivery>(
    db,
    `with removals as (${REMOVALS_DUE} ${only === 'OTHERS' ? 'and false' : ''} ${order}),
       others as (select id from (${OTHERS_DUE} ${only === 'REMOVE' ? 'and false' : ''} ${order}) o
         limit :limit - (select count(*) from removals)),
       due as (select id from removals union all select id from others)
     update deliveries d set attempts = d.attempts + 1, leased_until = :leaseUntil, sent_at = :now from due where d.id = due.id
     returning ${COLUMNS} /* delivery-queue.claim */`,
    { platform, limit, now, leaseUntil, settleSeconds },
  )
  return claimed.sort((a, b) => rank(a) - rank(b) || a.id - b.id)
}

const rank = ({ action }: QueuedDelivery): number => (action === 'REMOVE' ? 0 : 1)

export const hasDueDelivery = (
  db: Db,
  platform: string,
  { now, settleSeconds = MESSAGE_SETTLES_SECONDS, only }: Pick<ClaimOptions, 'now' | 'settleSeconds' | 'only'>,
): Promise<boolean> =>
  queryValue(
    db,
    `select exists (${REMOVALS_DUE}) or ${only === 'REMOVE' ? 'false' : `exists (${OTHERS_DUE})`} as found /* delivery-queue.isDue */`,
    { platform, now, settleSeconds },
  )

export const renewLeases = async (
  db: Db,
  claimed: readonly ClaimedDelivery[],
  leaseUntil: Date,
): Promise<Set<number>> => {
  const ids = await queryColumn<number>(
    db,
    `update deliveries d set leased_until = :leaseUntil from unnest(:ids::bigint[], :attempts::int[]) as c(id, attempts)
     where d.id = c.id and d.state = 'OWED' and d.attempts = c.attempts returning d.id /* delivery-queue.hold */`,
    { leaseUntil, ...fencesOf(claimed) },
  )
  return new Set(ids)
}

const fencesOf = (claimed: readonly Pick<ClaimedDelivery, 'id' | 'attempts'>[]) => ({
  ids: claimed.map(({ id }) => id),
  attempts: claimed.map(({ attempts }) => attempts),
})

/**
 * Ends leases of deliveries that were replaced in flight: later messages would wait for them. Locks rows in the order
 * of `bookResults`.
 */
const letGo = async (db: Db, rows: readonly ClaimedDelivery[]): Promise<void> => {
  await db.raw(
    `with gone as (
       select d.id from deliveries d join unnest(:ids::bigint[], :attempts::int[]) as c(id, attempts) on c.id = d.id
       where d.state <> 'OWED' and d.attempts = c.attempts and d.leased_until is not null
       order by d.subject_id, d.platform, d.number for update of d)
     update deliveries d set leased_until = null from gone where d.id = gone.id /* delivery-queue.letGo */`,
    fencesOf(rows),
  )
}

export interface DeliveryResult {
  delivery: ClaimedDelivery
  state: 'CONFIRMED' | 'REFUSED' | 'OWED'
  receipt: BookedReceipt | null
  error: string | null
  dueAt: Date | null
  failures: number
  unsent?: boolean
}

export const putBack = async (db: Db, claimed: readonly ClaimedDelivery[]): Promise<void> => {
  if (claimed.length === 0) return
  await db.raw(
    `update deliveries d set leased_until = null, attempts = d.attempts - 1, sent_at = case when d.attempts > 1 then d.sent_at end
     from unnest(:ids::bigint[], :attempts::int[]) as c(id, attempts)
     where d.id = c.id and d.state = 'OWED' and d.attempts = c.attempts /* delivery-queue.putBack */`,
    fencesOf(claimed),
  )
}

/** A confirmed removal is checked after `settleSeconds`. Locks rows in the order of `earlierDeliveries`. */
export const bookResults = async (
  db: Db,
  outcomes: readonly DeliveryResult[],
  now: Date,
  settleSeconds = MESSAGE_SETTLES_SECONDS,
): Promise<number> => {
  if (outcomes.length === 0) return 0
  const rows = outcomes.map(({ delivery: { id, attempts }, unsent = false, ...rest }) => ({
    id,
    attempts,
    unsent,
    ...rest,
  }))
  const booked = await queryColumn(
    db,
    // The tag comes first, because pg_stat_activity shows only 1,024 bytes.
    `/* delivery-queue.book */ with told as (
       select * from jsonb_to_recordset(:rows::jsonb) as t(id bigint, attempts int, state text, receipt jsonb, error text,
         "dueAt" timestamptz, failures int, unsent boolean)),
     mine as (
       select d.id from deliveries d join told t on t.id = d.id where d.state = 'OWED' and d.attempts = t.attempts
       order by d.subject_id, d.platform, d.number for update of d)
     update deliveries d set state = t.state, last_error = t.error, due_at = coalesce(t."dueAt", d.due_at), leased_until = null, failures = t.failures,
       confirmed_at = case when t.state = 'CONFIRMED' then :now::timestamptz end,
       check_due_at = case when t.state = 'CONFIRMED' and d.action = 'REMOVE' and d.check_result is null and not ${hasLaterMessageSql('d')}
         then :now::timestamptz + make_interval(secs => :settleSeconds) end,
       checked_at = case when t.state = 'CONFIRMED' and d.check_result = 'NO_DISPLAY' then :now::timestamptz else d.checked_at end,
       check_result = case when t.state = 'CONFIRMED' and d.check_result = 'NO_DISPLAY' then 'CONFIRMED_TWICE'
         when t.state = 'CONFIRMED' and d.action = 'REMOVE' and d.check_result is null and ${hasLaterMessageSql('d')} then 'REPLACED' else d.check_result end,
       receipt = coalesce(t.receipt, d.receipt),
       attempts = d.attempts - t.unsent::int,
       sent_at = case when t.unsent and d.attempts = 1 then null else d.sent_at end
     from told t join mine using (id) where d.id = t.id and d.state = 'OWED' and d.attempts = t.attempts
     returning d.id`,
    { rows: JSON.stringify(rows), now, settleSeconds },
  )
  if (booked.length < outcomes.length) {
    // The lease of an unanswered call stays: the platform may still process it.
    const answered = outcomes.filter(({ receipt }) => receipt !== null)
    await letGo(
      db,
      answered.map(({ delivery }) => delivery),
    )
  }
  return booked.length
}

export const countOutstanding = (db: Db, platforms: readonly string[]): Promise<Map<string, number>> =>
  queryMap(
    db,
    `select p.platform, (select count(*) from deliveries d where d.platform = p.platform and d.state = 'OWED' and d.head and d.action = 'REMOVE')
       + (select count(*) from deliveries d where d.platform = p.platform and d.state = 'OWED' and d.head and d.action <> 'REMOVE')
       + (select count(*) from deliveries d where d.platform = p.platform and (d.state = 'REFUSED' or (d.state = 'OWED' and not d.head))) as n
     from unnest(:platforms::text[]) as p(platform) /* delivery-queue.outstanding */`,
    { platforms },
  )
