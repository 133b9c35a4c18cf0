/** `attempts` is the fencing token. */

import type { ChangeLedger, NumberedRange } from '../db/change-ledger.js'
import { type Db, queryColumn, queryRows, queryValue, type Tx } from '../db/db.js'

export interface WebhookMessage {
  id: number
  sequence: number
  removal: boolean
  attempts: number
}

/** A removal replaces the owed messages about its subject (state FOLDED). */
export const addOwedMessages = async (
  tx: Tx,
  { changes, reader, readerOfWebhook, subject, isRemoval }: ChangeLedger,
  numbered: readonly NumberedRange[],
  now: Date,
): Promise<void> => {
  if (numbered.length === 0) return
  const bindings = { numbered: JSON.stringify(numbered), now }
  const news = `jsonb_to_recordset(:numbered::jsonb) as n(reader text, before bigint, last bigint)
    join ${changes} c on c.${reader} = n.reader and c.sequence > n.before and c.sequence <= n.last
    join webhooks w on ${readerOfWebhook} = n.reader and w.removed_at is null and w.disabled_at is null`
  await tx.raw(
    `update webhook_messages m set state = 'FOLDED' from ${news}
     where ${isRemoval} and m.webhook_id = w.id and m.code = ${subject} and m.state = 'OWED' /* webhook-queue.fold */`,
    bindings as never,
  )
  await tx.raw(
    `insert into webhook_messages (webhook_id, sequence, code, removal, due_at)
     select w.id, c.sequence, ${subject}, ${isRemoval}, :now::timestamptz from ${news} /* webhook-queue.owe */`,
    bindings as never,
  )
}

export const findReplacedSequences = async (
  db: Db,
  webhook: number,
  sequences: readonly number[],
): Promise<Map<number, number[]>> => {
  const removals = await queryRows<{ sequence: number; replaces: number[] }>(
    db,
    `select m.sequence::float8 as sequence, array_agg(f.sequence::float8 order by f.sequence) as replaces
     from webhook_messages m join webhook_messages f on f.webhook_id = m.webhook_id and f.code = m.code and f.state = 'FOLDED'
       and f.sequence < m.sequence
     where m.webhook_id = ? and m.sequence = any(?::bigint[]) and m.removal and not exists (
       select 1 from webhook_messages r where r.webhook_id = m.webhook_id and r.code = m.code and r.removal and r.state <> 'FOLDED'
         and r.sequence > f.sequence and r.sequence < m.sequence)
     group by m.sequence /* webhook-queue.replaced */`,
    [webhook, sequences],
  )
  return new Map(removals.map(({ sequence, replaces }) => [sequence, replaces]))
}

export const replayChanges = async (
  tx: Tx,
  { changes, reader, subject, isRemoval }: ChangeLedger,
  given: { webhook: number; reader: string; after: number; upTo?: number; now: Date },
): Promise<number> =>
  queryValue(
    tx,
    `with owed as (insert into webhook_messages as m (webhook_id, sequence, code, removal, due_at)
     select :webhook, c.sequence, ${subject}, ${isRemoval}, :now::timestamptz from ${changes} c
     where c.${reader} = :reader and c.sequence > :after and (:upTo::bigint is null or c.sequence <= :upTo::bigint)
     on conflict (webhook_id, sequence) do update set state = 'OWED', attempts = 0, due_at = excluded.due_at, leased_until = null,
       confirmed_at = null returning 1)
     select count(*)::int from owed /* webhook-queue.replay */`,
    { upTo: null, ...given },
  )

/** Without messages, which may be erased: after the changes from before the webhook. */
export const findSequenceBeforeNextOwed = (
  tx: Tx,
  { changes, reader }: ChangeLedger,
  given: { webhook: number; reader: string; createdAt: Date },
): Promise<number> =>
  queryValue(
    tx,
    `select coalesce(min(sequence) filter (where state = 'OWED') - 1, max(sequence),
       (select max(c.sequence) from ${changes} c where c.${reader} = :reader and c.at < :createdAt), 0) as after
     from webhook_messages where webhook_id = :webhook /* webhook-queue.goesOnAfter */`,
    given as never,
  )

export const listWebhooksWithDueMessages = (db: Db, now: Date): Promise<number[]> =>
  queryColumn(
    db,
    `select w.id from webhooks w where w.removed_at is null and w.disabled_at is null
       and not exists (select 1 from clients k where k.id = w.client and k.ended_at is not null) and exists (select 1 from webhook_messages m
       where m.webhook_id = w.id and m.state = 'OWED' and m.due_at <= :now and (m.leased_until is null or m.leased_until <= :now))
     order by w.id /* webhook-queue.ready */`,
    { now },
  )

/**
 * Leases the earliest owed message of each subject (seller or matter), unless one about it is in flight. Removals come
 * first.
 */
export const claimMessages = async (
  db: Db,
  webhook: number,
  { limit, now, leaseUntil }: { limit: number; now: Date; leaseUntil: Date },
): Promise<WebhookMessage[]> => {
  const claimed = await queryRows<WebhookMessage>(
    db,
    `with due as (
       select m.id from webhook_messages m where m.webhook_id = :webhook and m.state = 'OWED' and m.due_at <= :now
         and (m.leased_until is null or m.leased_until <= :now)
         and not exists (select 1 from webhook_messages e where e.webhook_id = m.webhook_id and e.code = m.code and e.state = 'OWED' and e.sequence < m.sequence)
         and not exists (select 1 from webhook_messages e where e.webhook_id = m.webhook_id and e.code = m.code and e.leased_until > :now)
       order by m.removal desc, m.sequence limit :limit for update skip locked)
     update webhook_messages m set attempts = m.attempts + 1, leased_until = :leaseUntil, sent_at = :now from due
     where m.id = due.id and m.state = 'OWED' returning m.id, m.sequence, m.removal, m.attempts /* webhook-queue.claim */`,
    { webhook, limit, now, leaseUntil },
  )
  return claimed.sort((a, b) => Number(b.removal) - Number(a.removal) || a.sequence - b.sequence)
}

/** Use only for messages that did not leave the hub. */
export const putBack = async (db: Db, claimed: readonly WebhookMessage[]): Promise<void> => {
  await db.raw(
    `update webhook_messages m set leased_until = null, attempts = m.attempts - 1 from unnest(:ids::bigint[], :attempts::int[]) as c(id, attempts)
     where m.id = c.id and m.attempts = c.attempts /* webhook-queue.putBack */`,
    { ids: claimed.map(({ id }) => id), attempts: claimed.map(({ attempts }) => attempts) } as never,
  )
}

export interface WebhookOutcome {
  message: WebhookMessage
  state: 'CONFIRMED' | 'OWED' | 'GIVEN_UP'
  status: number | null
  error: string | null
  dueAt: Date | null
}

/**
 * A message that was replaced in flight stays FOLDED. Its answer is noted all the same, and a 2xx still confirms its
 * removal. `client`: the marketplace of that removal; null for matters.
 */
export const bookOutcome = async (
  db: Db,
  client: string | null,
  { message, state, status, error, dueAt }: WebhookOutcome,
  now: Date,
): Promise<void> => {
  await db.raw(
    `with booked as (
       update webhook_messages set state = case when state = 'OWED' then :state else state end, leased_until = null, last_status = :status,
         last_error = :error, due_at = coalesce(:dueAt::timestamptz, due_at),
         confirmed_at = case when state = 'OWED' and :state = 'CONFIRMED' then :now::timestamptz else confirmed_at end
       where id = :id and attempts = :attempts returning id)
     update seller_removals r set told_at = coalesce(r.told_at, case when :status::int is not null then :now::timestamptz end),
       confirmed_at = case when :state = 'CONFIRMED' then coalesce(r.confirmed_at, :now) else r.confirmed_at end,
       confirmed_by = case when :state = 'CONFIRMED' then coalesce(r.confirmed_by, 'WEBHOOK') else r.confirmed_by end
     from booked where r.client = :client and r.sequence = :sequence /* webhook-queue.book */`,
    { ...message, client, state, status, error, dueAt, now } as never,
  )
}

export interface WebhookBacklog {
  webhookId: number
  owed: number
  removalsOwed: number
  givenUp: number
  oldestOwed: number | null
  lastStatus: number | null
  lastError: string | null
}

export const countBacklogs = async (db: Db, webhooks: readonly number[]): Promise<Map<number, WebhookBacklog>> => {
  const backlogs = await queryRows<WebhookBacklog>(
    db,
    `select w.id as "webhookId", o.owed, o.removals as "removalsOwed", o.oldest as "oldestOwed",
       (select count(*)::int from webhook_messages g where g.webhook_id = w.id and g.state = 'GIVEN_UP') as "givenUp",
       l.last_status as "lastStatus", l.last_error as "lastError"
     from unnest(?::int[]) as w(id)
     cross join lateral (select count(*)::int as owed, count(*) filter (where removal)::int as removals, min(sequence) as oldest
       from webhook_messages m where m.webhook_id = w.id and m.state = 'OWED') o
     left join lateral (select last_status, last_error from webhook_messages m where m.webhook_id = w.id and m.sent_at is not null
       order by m.sent_at desc, m.id desc limit 1) l on true /* webhook-queue.backlog */`,
    [webhooks],
  )
  return new Map(backlogs.map((row) => [row.webhookId, row]))
}
