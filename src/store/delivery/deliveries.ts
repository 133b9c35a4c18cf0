import type {
  Notice,
  NoticeAction,
  PriorDelivery,
  SubjectKind,
  UnnumberedNotice,
} from '../../domain/delivery/delivery.js'
import { andIsSubjectWithinSightSql, type RegionSight } from '../access/sight.js'
import { type Db, queryRows, queryRowsBy, type Tx } from '../db/db.js'

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

export const isUnfinishedSql = (d: string): string => `(${isOpenSql(d)} or ${d}.check_due_at is not null)`

/** A scalar subquery reads only the subject's few rows. */
export const hasLaterMessageSql = (d: string): string =>
  `((select true from deliveries l where l.subject_id = ${d}.subject_id and l.platform = ${d}.platform and l.number > ${d}.number limit 1) is not null)`

/** Worded exactly as in the partial indexes. */
export const isOpenSql = (d: string): string => `((${d}.state = 'OWED' and ${d}.head and ${d}.action = 'REMOVE')
  or (${d}.state = 'OWED' and ${d}.head and ${d}.action <> 'REMOVE') or ${d}.state = 'REFUSED' or (${d}.state = 'OWED' and not ${d}.head))`

export type EarlierDelivery = PriorDelivery & {
  id: number
  subjectId: string
  platform: string
  number: number
  createdAt: Date
}

export const earlierDeliveries = (
  db: Db | Tx,
  subjectIds: readonly string[],
  { platform = null, lock = false }: { platform?: string | null; lock?: boolean } = {},
): Promise<EarlierDelivery[]> =>
  queryRows(
    db,
    `select id, subject_id as "subjectId", platform, number, action, state, attempts, created_at as "createdAt" from deliveries
     where subject_id = any(:subjectIds::uuid[]) and (:platform::text is null or platform = :platform)
     order by subject_id, platform, number ${lock ? 'for update' : ''} /* deliveries.earlier */`,
    { subjectIds: [...subjectIds], platform },
  )

/** Late answers to FOLDED deliveries have no effect. `untried` spares attempted ones. */
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

export type NewDelivery = Pick<QueuedDelivery, 'platform' | 'kind' | 'subjectId' | 'action'> & {
  notice: UnnumberedNotice
  dueAt: Date
  /** Number on the platform, which the new one must exceed. */
  above?: number | null
}

const sequenceFloorSql = (p: string): string =>
  `(select s.sequence_floor from platform_states s where s.platform = ${p})`

/**
 * New numbers exceed all that the platform was sent, shows (`above`), or may have received before a restore. Open
 * checks end as REPLACED.
 */
export const addOwed = async (tx: Tx, owed: readonly NewDelivery[]): Promise<void> => {
  if (owed.length === 0) return
  await tx.raw(
    `/* deliveries.owe */ with owed as materialized (select * from jsonb_to_recordset(?::jsonb) as o(platform text, kind text, "subjectId" uuid, action text,
       notice jsonb, above int, "dueAt" timestamptz)),
     replaced as (update deliveries d set check_due_at = null, check_result = 'REPLACED' from owed o
       where d.subject_id = o."subjectId" and d.platform = o.platform and d.check_due_at is not null)
     insert into deliveries (platform, kind, subject_id, number, action, notice, due_at, created_at)
     select o.platform, o.kind, o."subjectId", n.number, o.action,
       o.notice || jsonb_build_object('sequence', n.number, 'action', o.action), o."dueAt", o."dueAt"
     from owed o cross join lateral (select greatest(max(d.number), o.above, ${sequenceFloorSql('o.platform')}, 0) + 1 as number
       from deliveries d where d.subject_id = o."subjectId" and d.platform = o.platform) n`,
    [JSON.stringify(owed)],
  )
}

/**
 * Receipt and attempts stay: the platform may know the delivery. The subject's last message gets a new number if its
 * own may have been used before a restore.
 */
export const requeue = async (
  tx: Tx,
  id: number,
  { action, notice }: { action: NoticeAction; notice: UnnumberedNotice | null },
  now: Date,
): Promise<void> => {
  await tx.raw(
    `update deliveries d set state = 'OWED', number = n.number, action = :action, due_at = :now, last_error = null,
       notice = coalesce(:notice::jsonb, d.notice) || jsonb_build_object('sequence', n.number, 'action', :action::text)
     from (select r.id, case when ${hasLaterMessageSql('r')} then r.number
       else greatest(r.number, ${sequenceFloorSql('r.platform')} + 1) end as number from deliveries r where r.id = :id) n
     where d.id = n.id /* deliveries.requeue */`,
    { id, action, notice: notice && JSON.stringify(notice), now },
  )
}

/** Unconfirmed and unchecked removals may be sent again. Platforms refuse a number with other content. */
export const restateRemovals = async (
  tx: Tx,
  restated: readonly { subjectId: string; removal: UnnumberedNotice['removal'] }[],
): Promise<void> => {
  if (restated.length === 0) return
  await tx.raw(
    `update deliveries d set number = o.number, notice = d.notice || jsonb_build_object('removal', o.removal, 'sequence', o.number)
     from (select e.id, r.removal, e.number + (e.attempts > 0)::int as number
       from jsonb_to_recordset(?::jsonb) as r("subjectId" uuid, removal jsonb) join deliveries e on e.subject_id = r."subjectId"
       where e.action = 'REMOVE' and (e.state in ('OWED', 'REFUSED') or e.check_due_at is not null) and not ${hasLaterMessageSql('e')}) o
     where d.id = o.id
     /* deliveries.restateRemovals */`,
    [JSON.stringify(restated)],
  )
}

interface PlatformDeliveryCounts {
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

/** Finding each delivery's operator is dear, so only open ones are read. */
export const countOpenInRegion = (
  db: Db,
  sight: RegionSight,
): Promise<Map<string, Pick<PlatformDeliveryCounts, 'outstanding' | 'refused'>>> =>
  queryRowsBy<PlatformDeliveryCounts, 'platform'>(
    db,
    'platform',
    `select platform, count(*)::int as outstanding, count(*) filter (where state = 'REFUSED')::int as refused
     from deliveries d where ${isOpenSql('d')} ${andIsSubjectWithinSightSql(sight, 'd.subject_id')}
     group by platform /* deliveries.openInRegion */`,
    { sight },
  )
