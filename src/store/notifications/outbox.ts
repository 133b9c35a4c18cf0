/** `attempts` is the fencing token. */

import type { RecipientForm } from '../../domain/notifications/addresses.js'
import type { NotificationOccasion } from '../../domain/notifications/kinds.js'
import type { MessageText, NotificationLine } from '../../domain/notifications/message.js'
import { type Db, queryColumn, queryOne, queryRows, type Tx } from '../db/db.js'

export interface NewNotification {
  recipient: number
  dueAt: Date
  occasion: NotificationOccasion
}

/** Earlier notes stay unchanged. Returns how many are new. */
export const addNotifications = async (db: Db, made: readonly NewNotification[], now: Date): Promise<number> => {
  if (made.length === 0) return 0
  const rows = made.map(({ recipient, dueAt, occasion: { kind, subject, occasion, text, path, code } }, place) => ({
    place,
    ...{ recipient, kind, subject, occasion, text, path, code },
    dueAt: dueAt.toISOString(),
  }))
  const answer = await db.raw(
    `insert into notifications (recipient_id, kind, subject, occasion, content, path, code, noted_at, due_at)
     select n.recipient, n.kind, n.subject, n.occasion, n.text, n.path, n.code, :now::timestamptz, n."dueAt"
     from jsonb_to_recordset(:rows::jsonb) as n(recipient int, kind text, subject text, occasion text, text text, path text, code text,
       "dueAt" timestamptz, place int)
     where not exists (select 1 from notifications e where e.recipient_id = n.recipient and e.subject = n.subject and e.occasion = n.occasion)
     order by n.place on conflict do nothing /* notifications.add */`,
    { rows: JSON.stringify(rows), now } as never,
  )
  return answer.rowCount ?? 0
}

/** A due time over two days ahead was written before the clock was set back. */
const isDue = (column: string): string =>
  `(${column} <= :now::timestamptz or ${column} > :now::timestamptz + interval '2 days')`

export const listDueRecipients = (db: Db, now: Date): Promise<number[]> =>
  queryColumn(
    db,
    `select distinct recipient_id from notifications where message_id is null and dropped_at is null and address is null and ${isDue('due_at')}
     order by 1 /* notifications.dueRecipients */`,
    { now },
  )

export interface DueNotification extends NotificationLine {
  id: number
  subject: string
  occasion: string
  code: string | null
}

/** Skips what another process is telling. */
export const lockDue = (tx: Tx, recipient: number, now: Date): Promise<DueNotification[]> =>
  queryRows(
    tx,
    `select id, kind, subject, occasion, content as text, path, code from notifications
     where recipient_id = :recipient and message_id is null and dropped_at is null and address is null and ${isDue('due_at')}
     order by id for update skip locked /* notifications.lockDue */`,
    { recipient, now },
  )

export const dropNotifications = async (tx: Tx, ids: readonly number[], now: Date): Promise<void> => {
  if (ids.length === 0) return
  await tx.raw('update notifications set dropped_at = ? where id = any(?::bigint[]) /* notifications.drop */', [
    now,
    [...ids],
  ])
}

export interface NewMessage extends MessageText {
  recipient: number
  messageId: string
  codes: readonly string[]
  of: readonly number[]
  expiresAt: Date
  now: Date
}

export const addMessage = async (tx: Tx, { of, ...message }: NewMessage): Promise<void> => {
  const { id } = await queryOne<{ id: number }>(
    tx,
    `insert into notification_messages (recipient_id, message_id, subject, body, codes, created_at, expires_at, due_at)
     values (:recipient, :messageId, :subject, :body, :codes, :now, :expiresAt, :now) returning id /* notifications.addMessage */`,
    { ...message, codes: [...message.codes] },
  )
  await tx.raw('update notifications set message_id = ? where id = any(?::bigint[]) /* notifications.tell */', [
    id,
    [...of],
  ])
}

export const moveDueTimes = async (tx: Tx, recipient: number, dueAt: Date): Promise<void> => {
  await tx.raw(
    `update notifications set due_at = ? where recipient_id = ? and message_id is null and dropped_at is null and address is null
     /* notifications.moveDue */`,
    [dueAt, recipient],
  )
}

export interface ClaimedMessage extends MessageText {
  id: number
  recipient: number
  person: string | null
  robot: string | null
  form: RecipientForm
  /** Sealed. */
  address: string
  secret: string | null
  role: string | null
  messageId: string
  codes: string[]
  createdAt: Date
  attempts: number
  quietFrom: number | null
  quietTo: number | null
}

const OWN_ADDRESS = `(select max(n.address) from notifications n where n.message_id = m.id)`

export const claimMessages = (
  db: Db,
  { forms, limit, now, leaseUntil }: { forms: readonly RecipientForm[]; limit: number; now: Date; leaseUntil: Date },
): Promise<ClaimedMessage[]> =>
  queryRows(
    db,
    `with due as (
       select m.id from notification_messages m join notification_recipients r on r.id = m.recipient_id
       where m.state = 'OWED' and ${isDue('m.due_at')} and (m.leased_until is null or ${isDue('m.leased_until')})
         and coalesce(r.address, ${OWN_ADDRESS}) is not null and r.form = any(:forms::text[]) order by m.due_at, m.id limit :limit for update of m skip locked)
     update notification_messages m set attempts = m.attempts + 1, leased_until = :leaseUntil
     from due, notification_recipients r left join people p on p.id = r.person
     where m.id = due.id and r.id = m.recipient_id
     returning m.id, r.id as recipient, r.person, r.robot, r.form, coalesce(${OWN_ADDRESS}, r.address) as address, r.secret, p.role, m.message_id as "messageId", m.subject, m.body,
       m.codes, m.created_at as "createdAt", m.attempts, r.quiet_from as "quietFrom", r.quiet_to as "quietTo" /* notifications.claim */`,
    { forms: [...forms], limit, now, leaseUntil },
  )

/** Use only for messages that did not leave the hub. */
export const putBack = async (db: Db, { id, attempts }: ClaimedMessage): Promise<void> => {
  await db.raw(
    `update notification_messages set leased_until = null, attempts = attempts - 1 where id = ? and attempts = ? /* notifications.putBack */`,
    [id, attempts],
  )
}

export interface MessageOutcome {
  id: number
  attempts: number
  state: 'SENT' | 'OWED' | 'DEAD'
  error: string | null
  dueAt: Date | null
  now: Date
}

export const bookOutcome = async (db: Db, outcome: MessageOutcome): Promise<void> => {
  await db.raw(
    `with booked as (
       update notification_messages set state = :state, leased_until = null, last_error = :error, due_at = coalesce(:dueAt::timestamptz, due_at),
         sent_at = case when :state = 'SENT' then :now::timestamptz end, ended_at = case when :state <> 'OWED' then :now::timestamptz end
       where id = :id and attempts = :attempts and state = 'OWED' returning id, state)
     update notifications n set address = null from booked b where n.message_id = b.id and b.state <> 'OWED' and n.address is not null
     /* notifications.book */`,
    outcome as never,
  )
}

export const expireMessages = (db: Db, now: Date): Promise<number[]> =>
  queryColumn(
    db,
    `with expired as (
       update notification_messages set state = 'DEAD', ended_at = :now, leased_until = null, last_error = coalesce(last_error, 'EXPIRED')
       where state = 'OWED' and expires_at <= :now and (leased_until is null or leased_until <= :now) returning id),
     erased as (update notifications n set address = null from expired x where n.message_id = x.id and n.address is not null)
     select id from expired /* notifications.expire */`,
    { now },
  )

/** Deleted notifications may be told again, so the term is long. */
export const deleteOlderThan = async (db: Db, before: Date, limit: number): Promise<number> => {
  const answer = await db.raw(
    `with dropped as (delete from notifications where id in (select id from notifications where dropped_at < :before order by id limit :limit))
     delete from notification_messages where id in (select id from notification_messages where created_at < :before and state <> 'OWED'
       order by id limit :limit) /* notifications.deleteOld */`,
    { before, limit } as never,
  )
  return answer.rowCount ?? 0
}

export interface DeadMessage {
  id: number
  person: string | null
  robot: string | null
  form: RecipientForm
  createdAt: Date
  endedAt: Date
  attempts: number
  lastError: string | null
  notifications: number
}

const DEAD_COLUMNS = `m.id, r.person, r.robot, r.form, m.created_at as "createdAt", m.ended_at as "endedAt", m.attempts,
  m.last_error as "lastError", (select count(*)::int from notifications n where n.message_id = m.id) as notifications`

export const listDead = (db: Db, since: Date, limit: number): Promise<DeadMessage[]> =>
  queryRows(
    db,
    `select ${DEAD_COLUMNS} from notification_messages m join notification_recipients r on r.id = m.recipient_id
     where m.state = 'DEAD' and m.ended_at >= ? order by m.ended_at desc, m.id desc limit ? /* notifications.dead */`,
    [since, limit],
  )

export interface RecipientState {
  sentAt: Date | null
  owed: number
  dead: number
  lastError: string | null
}

export const readRecipientState = (db: Db, recipient: number, since: Date): Promise<RecipientState> =>
  queryOne(
    db,
    `select max(m.sent_at) as "sentAt", count(*) filter (where m.state = 'OWED')::int as owed,
       count(*) filter (where m.state = 'DEAD' and m.ended_at >= :since)::int as dead,
       (array_agg(m.last_error order by m.id desc) filter (where m.state <> 'SENT'))[1] as "lastError"
     from notification_messages m where m.recipient_id = :recipient /* notifications.stateOf */`,
    { recipient, since },
  )

export const reviveMessage = async (
  tx: Tx,
  id: number,
  { now, expiresAt }: { now: Date; expiresAt: Date },
): Promise<boolean> => {
  const answer = await tx.raw(
    `update notification_messages set state = 'OWED', ended_at = null, attempts = 0, due_at = :now, expires_at = :expiresAt
     where id = :id and state = 'DEAD' /* notifications.revive */`,
    { id, now, expiresAt } as never,
  )
  return (answer.rowCount ?? 0) > 0
}
