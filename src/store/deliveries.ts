/** Deliveries owed to platforms: written with the move that causes them, claimed with a lease, closed by the receipt. */
import type { Action, DeliveryState, Earlier, Notice, Receipt, SubjectKind } from '../domain/delivery.js'
import type { Db, Tx } from './db.js'

export interface Delivery {
  id: number
  platform: string
  kind: SubjectKind
  subjectId: string
  number: number
  action: Action
  notice: Notice
  attempts: number
}

const COLUMNS = `d.id, d.platform, d.kind, d.subject_id as "subjectId", d.number, d.action, d.notice, d.attempts`

export type EarlierOf = Earlier & { subjectId: string; platform: string; number: number }

/** What each platform was told or owed about these subjects, in order. */
export const earlier = async (tx: Tx, subjectIds: readonly string[]): Promise<EarlierOf[]> => {
  const answer = await tx.raw(
    `select subject_id as "subjectId", platform, number, action, state, attempts from deliveries where subject_id = any(?::uuid[])
     order by subject_id, platform, number for update /* deliveries.earlier */`,
    [[...subjectIds]],
  )
  return answer.rows
}

/**
 * Sets aside what is owed or was refused, `untried` leaves alone what was sent and not answered. An answer to it that
 * comes later changes nothing any more.
 */
export const fold = async (
  tx: Tx,
  folded: readonly { subjectId: string; platform: string; what: 'untried' | 'unconfirmed' }[],
): Promise<void> => {
  if (folded.length === 0) return
  await tx.raw(
    `update deliveries d set state = 'FOLDED'
     from jsonb_to_recordset(?::jsonb) as f("subjectId" uuid, platform text, what text)
     where d.subject_id = f."subjectId" and d.platform = f.platform
       and (d.state = 'REFUSED' or (d.state = 'OWED' and (d.attempts = 0 or f.what = 'unconfirmed'))) /* deliveries.fold */`,
    [JSON.stringify(folded)],
  )
}

export const owe = async (
  tx: Tx,
  owed: readonly (Pick<Delivery, 'platform' | 'kind' | 'subjectId' | 'number' | 'action' | 'notice'> & {
    dueAt: Date
  })[],
): Promise<void> => {
  if (owed.length === 0) return
  await tx.raw(
    `insert into deliveries (platform, kind, subject_id, number, action, notice, due_at, created_at)
     select o.platform, o.kind, o."subjectId", o.number, o.action, o.notice, o."dueAt", o."dueAt"
     from jsonb_to_recordset(?::jsonb) as o(platform text, kind text, "subjectId" uuid, number int, action text, notice jsonb,
       "dueAt" timestamptz) /* deliveries.owe */`,
    [JSON.stringify(owed)],
  )
}

/**
 * Claims what is due at one platform, removals first, never past an earlier message about the same entry. The claim is a
 * lease: nobody else sees the rows until it ends, and `attempts` is the fencing token that a late answer must still match.
 */
export const claim = async (
  db: Db,
  platform: string,
  { limit, now, leaseUntil, only = null }: { limit: number; now: Date; leaseUntil: Date; only?: 'REMOVE' | null },
): Promise<Delivery[]> => {
  const answer = await db.raw(
    `with due as (
       select d.id from deliveries d where d.platform = :platform and d.state = 'OWED' and d.due_at <= :now
         and (:only::text is null or d.action = :only)
         and not exists (select 1 from deliveries e where e.platform = d.platform and e.subject_id = d.subject_id
           and e.number < d.number and e.state in ('OWED', 'REFUSED'))
       order by (d.action = 'REMOVE') desc, d.due_at, d.id limit :limit for update skip locked)
     update deliveries d set attempts = d.attempts + 1, due_at = :leaseUntil, sent_at = :now from due where d.id = due.id
     returning ${COLUMNS} /* deliveries.claim */`,
    { platform, limit, now, leaseUntil, only } as never,
  )
  return (answer.rows as Delivery[]).sort((a, b) => a.id - b.id)
}

export const confirm = async (db: Db, delivery: Delivery, receipt: Receipt, now: Date): Promise<void> => {
  await db.raw(
    `update deliveries set state = 'CONFIRMED', confirmed_at = ?, receipt = ?::jsonb, last_error = null
     where id = ? and state = 'OWED' and attempts = ? /* deliveries.confirm */`,
    [now, JSON.stringify(receipt), delivery.id, delivery.attempts],
  )
}

/** A refused row waits for a person; it holds up later messages about the same entry only. */
export const refuse = async (db: Db, delivery: Delivery, receipt: Receipt): Promise<void> => {
  await db.raw(
    `update deliveries set state = 'REFUSED', receipt = ?::jsonb, last_error = ?
     where id = ? and state = 'OWED' and attempts = ? /* deliveries.refuse */`,
    [JSON.stringify(receipt), `${receipt.code} ${receipt.text}`, delivery.id, delivery.attempts],
  )
}

export const postpone = async (db: Db, delivery: Delivery, reason: string, dueAt: Date): Promise<void> => {
  await db.raw(
    `update deliveries set due_at = ?, last_error = ? where id = ? and state = 'OWED' and attempts = ? /* deliveries.postpone */`,
    [dueAt, reason, delivery.id, delivery.attempts],
  )
}

export interface Backlog {
  platform: string
  outstanding: number
  refused: number
  confirmed: number
  lastConfirmedAt: Date | null
}

export const backlog = async (db: Db): Promise<Backlog[]> => {
  const answer = await db.raw(
    `select platform, count(*) filter (where state in ('OWED', 'REFUSED'))::int as outstanding,
       count(*) filter (where state = 'REFUSED')::int as refused, count(*) filter (where state = 'CONFIRMED')::int as confirmed,
       max(confirmed_at) as "lastConfirmedAt"
     from deliveries group by platform order by platform /* deliveries.backlog */`,
  )
  return answer.rows
}

export interface Told {
  platform: string
  number: number
  action: Action
  state: DeliveryState
  attempts: number
  sentAt: Date | null
  confirmedAt: Date | null
  receipt: Receipt | null
  lastError: string | null
}

/** Everything that was owed about these listings, platform by platform: who was told, when, and who confirmed. */
export const ofListings = async (db: Db, listingIds: readonly string[]): Promise<(Told & { listingId: string })[]> => {
  const answer = await db.raw(
    `select subject_id as "listingId", platform, number, action, state, attempts, sent_at as "sentAt",
       confirmed_at as "confirmedAt", receipt, last_error as "lastError"
     from deliveries where subject_id = any(:listingIds::uuid[]) order by subject_id, platform, number /* deliveries.ofListings */`,
    { listingIds },
  )
  return answer.rows
}
