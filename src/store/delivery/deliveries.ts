/** Deliveries owed to platforms: written with the move that causes them, and what is told of them. How they are sent: delivery-queue. */
import type { Action, Earlier, Notice, SubjectKind } from '../../domain/delivery/delivery.js'
import type { Db, Tx } from '../db/db.js'

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

/** A confirmed removal whose check is open: it is not done. */
export const isUnchecked = (d: string): string => `${d}.check_due_at is not null`
/** Whether a delivery still has to be followed: owed, refused, or a confirmed removal that nobody has checked. */
export const isUndone = (d: string): string => `(${isOpen(d)} or ${isUnchecked(d)})`

/**
 * Whether a later message about the same subject is, or was, meant for the platform: then a removal is not checked. A scalar
 * subquery, so that the planner reads the few rows of one subject.
 */
export const isFollowed = (d: string): string =>
  `((select true from deliveries l where l.subject_id = ${d}.subject_id and l.platform = ${d}.platform and l.number > ${d}.number limit 1) is not null)`

/** That a delivery is owed or refused, said as the indexes of these say it: they are few beside all that was ever confirmed. */
export const isOpen = (d: string): string => `((${d}.state = 'OWED' and ${d}.head and ${d}.action = 'REMOVE')
  or (${d}.state = 'OWED' and ${d}.head and ${d}.action <> 'REMOVE') or ${d}.state = 'REFUSED' or (${d}.state = 'OWED' and not ${d}.head))`

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
  await dropChecks(tx, owed)
  await tx.raw(
    `insert into deliveries (platform, kind, subject_id, number, action, notice, due_at, created_at)
     select o.platform, o.kind, o."subjectId", o.number, o.action, o.notice, o."dueAt", o."dueAt"
     from jsonb_to_recordset(?::jsonb) as o(platform text, kind text, "subjectId" uuid, number int, action text, notice jsonb,
       "dueAt" timestamptz) /* deliveries.owe */`,
    [JSON.stringify(owed)],
  )
}

/** A later message about the subject takes the place of a removal whose check is open. */
const dropChecks = async (
  tx: Tx,
  owed: readonly Pick<Delivery, 'platform' | 'subjectId' | 'number'>[],
): Promise<void> => {
  await tx.raw(
    `update deliveries d set check_due_at = null, check_result = 'REPLACED'
     from jsonb_to_recordset(?::jsonb) as o(platform text, "subjectId" uuid, number int)
     where d.subject_id = o."subjectId" and d.platform = o.platform and d.number < o.number and d.check_due_at is not null
     /* deliveries.dropChecks */`,
    [JSON.stringify(owed.map(({ platform, subjectId, number }) => ({ platform, subjectId, number })))],
  )
}

export interface Backlog {
  platform: string
  outstanding: number
  /** Confirmed removals that nobody has checked yet. */
  unchecked: number
  refused: number
  confirmed: number
  lastConfirmedAt: Date | null
}

export const backlog = async (db: Db): Promise<Backlog[]> => {
  const answer = await db.raw(
    `select platform, count(*) filter (where state in ('OWED', 'REFUSED'))::int as outstanding,
       count(*) filter (where check_due_at is not null)::int as unchecked, count(*) filter (where state = 'REFUSED')::int as refused, count(*) filter (where state = 'CONFIRMED')::int as confirmed,
       max(confirmed_at) as "lastConfirmedAt"
     from deliveries group by platform order by platform /* deliveries.backlog */`,
  )
  return answer.rows
}
