import type { Notice, NoticeAction, PriorDelivery, SubjectKind } from '../../domain/delivery/delivery.js'
import { type Db, queryRows, type Tx } from '../db/db.js'

export interface QueuedDelivery {
  id: number
  platform: string
  kind: SubjectKind
  subjectId: string
  number: number
  action: NoticeAction
  notice: Notice
  attempts: number
}

export const isRemovalUncheckedSql = (d: string): string => `${d}.check_due_at is not null`
export const isUnfinishedSql = (d: string): string => `(${isOpenSql(d)} or ${isRemovalUncheckedSql(d)})`

/** True when a later message about the subject exists. A scalar subquery reads only the subject's few rows. */
export const hasLaterMessageSql = (d: string): string =>
  `((select true from deliveries l where l.subject_id = ${d}.subject_id and l.platform = ${d}.platform and l.number > ${d}.number limit 1) is not null)`

/** True for a queued or refused delivery, worded exactly as in the partial indexes. */
export const isOpenSql = (d: string): string => `((${d}.state = 'OWED' and ${d}.head and ${d}.action = 'REMOVE')
  or (${d}.state = 'OWED' and ${d}.head and ${d}.action <> 'REMOVE') or ${d}.state = 'REFUSED' or (${d}.state = 'OWED' and not ${d}.head))`

export type EarlierDelivery = PriorDelivery & { subjectId: string; platform: string; number: number }

export const earlierDeliveries = (tx: Tx, subjectIds: readonly string[]): Promise<EarlierDelivery[]> =>
  queryRows(
    tx,
    `select subject_id as "subjectId", platform, number, action, state, attempts from deliveries where subject_id = any(?::uuid[])
     order by subject_id, platform, number for update /* deliveries.earlier */`,
    [[...subjectIds]],
  )

/**
 * Marks refused and queued deliveries as replaced (FOLDED), so that late answers have no effect. `untried` spares those
 * sent but not answered.
 */
export const foldEarlier = async (
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

export const addOwed = async (
  tx: Tx,
  owed: readonly (Pick<QueuedDelivery, 'platform' | 'kind' | 'subjectId' | 'number' | 'action' | 'notice'> & {
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

/** Ends the open checks of removals that a later message replaces. */
const dropChecks = async (
  tx: Tx,
  owed: readonly Pick<QueuedDelivery, 'platform' | 'subjectId' | 'number'>[],
): Promise<void> => {
  await tx.raw(
    `update deliveries d set check_due_at = null, check_result = 'REPLACED'
     from jsonb_to_recordset(?::jsonb) as o(platform text, "subjectId" uuid, number int)
     where d.subject_id = o."subjectId" and d.platform = o.platform and d.number < o.number and d.check_due_at is not null
     /* deliveries.dropChecks */`,
    [JSON.stringify(owed.map(({ platform, subjectId, number }) => ({ platform, subjectId, number })))],
  )
}

export interface PlatformDeliveryCounts {
  platform: string
  outstanding: number
  unchecked: number
  refused: number
  confirmed: number
  lastConfirmedAt: Date | null
}

export const countByPlatform = (db: Db): Promise<PlatformDeliveryCounts[]> =>
  queryRows(
    db,
    `select platform, count(*) filter (where state in ('OWED', 'REFUSED'))::int as outstanding,
       count(*) filter (where check_due_at is not null)::int as unchecked, count(*) filter (where state = 'REFUSED')::int as refused, count(*) filter (where state = 'CONFIRMED')::int as confirmed,
       max(confirmed_at) as "lastConfirmedAt"
     from deliveries group by platform order by platform /* deliveries.backlog */`,
  )
