import type {
  DeliveryState,
  NoticeAction,
  Receipt,
  RemovalCheckResult,
  SubjectKind,
} from '../../domain/delivery/delivery.js'
import { andFitsWordsSql, type IdPage, NO_WORDS, type OperatorWords, pageByIdSql } from '../access/list-filter.js'
import { andIsSubjectWithinSightSql, operatorOfSubjectSql, type RegionSight } from '../access/sight.js'
import { type Db, queryCount, queryFirst, queryMap, queryRows, type Tx } from '../db/db.js'
import { isOpenSql, type QueuedDelivery } from './deliveries.js'

export interface StoredDelivery extends QueuedDelivery {
  state: DeliveryState
  dueAt: Date
  sentAt: Date | null
  confirmedAt: Date | null
  receipt: Receipt | null
  lastError: string | null
  createdAt: Date
  closedAt: Date | null
  closedBy: string | null
  closedReason: string | null
  check: RemovalCheckState
}

type RemovalCheckState = RemovalCheckResult | 'DUE' | null
export const removalCheckStateSql = (d: string): string =>
  `case when ${d}.check_due_at is not null then 'DUE' else ${d}.check_result end`

const COLUMNS = `d.id, d.platform, d.kind, d.subject_id as "subjectId", d.number, d.action, d.state, d.notice, d.attempts,
  d.due_at as "dueAt", d.sent_at as "sentAt", d.confirmed_at as "confirmedAt", d.receipt, d.last_error as "lastError",
  d.created_at as "createdAt", d.closed_at as "closedAt", d.closed_by as "closedBy", d.closed_reason as "closedReason",
  ${removalCheckStateSql('d')} as "check"`

export interface DeliveryFilter extends Partial<OperatorWords> {
  platform?: string | null
  state?: DeliveryState | null
  kind?: SubjectKind | null
  code?: string | null
  action?: NoticeAction | null
  subjectId?: string | null
  sight?: RegionSight
}

const UNFILTERED = {
  ...NO_WORDS,
  platform: null,
  state: null,
  kind: null,
  code: null,
  action: null,
  subjectId: null,
  sight: null,
}

const WHERE = `(:platform::text is null or d.platform = :platform::text) and (:state::text is null or d.state = :state::text)
  and (:kind::text is null or d.kind = :kind::text) and (:code::text is null or d.receipt->>'code' = :code::text)
  and (:action::text is null or d.action = :action::text) and (:subjectId::uuid is null or d.subject_id = :subjectId::uuid)`
/** A literal state lets the planner use a partial index. */
const stateOf = ({ state }: DeliveryFilter): string => {
  if (state === 'REFUSED') return `d.state = 'REFUSED' and`
  return state === 'OWED' ? `${isOpenSql('d')} and` : ''
}
const filtered = (filter: DeliveryFilter): string => {
  const { sight, region, name } = { ...UNFILTERED, ...filter }
  return `${stateOf(filter)} ${WHERE} ${andIsSubjectWithinSightSql(sight, 'd.subject_id')}
    ${andFitsWordsSql({ region, name }, operatorOfSubjectSql('d.subject_id'))}`
}

export const list = (db: Db, filter: DeliveryFilter, page: IdPage): Promise<StoredDelivery[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from deliveries d where ${filtered(filter)} ${pageByIdSql(page, 'd.id')} /* delivery-desk.list */`,
    { ...UNFILTERED, ...filter, ...page },
  )

export const count = (db: Db, filter: DeliveryFilter, most: number | null): Promise<number> =>
  queryCount(
    db,
    `from deliveries d where ${filtered(filter)} /* delivery-desk.count */`,
    { ...UNFILTERED, ...filter },
    most,
  )

export const byId = (db: Db | Tx, id: number, lock: '' | 'for update' = ''): Promise<StoredDelivery | null> =>
  queryFirst(db, `select ${COLUMNS} from deliveries d where d.id = ? ${lock} /* delivery-desk.byId */`, [id])

export const ofListings = (
  db: Db,
  listingIds: readonly string[],
): Promise<(StoredDelivery & { listingId: string })[]> =>
  queryRows(
    db,
    `select ${COLUMNS}, d.subject_id as "listingId" from deliveries d where d.subject_id = any(:listingIds::uuid[])
     order by d.subject_id, d.platform, d.number /* delivery-desk.ofListings */`,
    { listingIds },
  )

export const closeDeliveries = async (
  tx: Tx,
  ids: readonly number[],
  { by, at, reason }: Pick<DeliveryAct, 'by' | 'at' | 'reason'>,
): Promise<void> => {
  await tx.raw(
    `update deliveries set state = 'CLOSED', check_due_at = null, confirmed_at = null, closed_at = :at, closed_by = :by, closed_reason = :reason
     where id = any(:ids::bigint[]) /* delivery-desk.close */`,
    { ids: [...ids], by, at, reason },
  )
}

export const listOpenRemovals = (tx: Tx, subjectId: string, platform: string): Promise<StoredDelivery[]> =>
  queryRows(
    tx,
    `select ${COLUMNS} from deliveries d where d.subject_id = ? and d.platform = ? and d.action = 'REMOVE'
       and (d.state in ('OWED', 'REFUSED') or d.check_due_at is not null) order by d.number for update /* delivery-desk.openRemovals */`,
    [subjectId, platform],
  )

export interface DeliveryAct {
  deliveryId: number
  act: 'RESEND' | 'CLOSE'
  by: string
  at: Date
  reason: string
  receipt: Receipt | null
}

export const recordActs = async (tx: Tx, acts: readonly DeliveryAct[]): Promise<void> => {
  await tx.raw(
    `insert into delivery_acts (delivery_id, act, made_by, made_at, reason, receipt)
     select a."deliveryId", a.act, a.by, a.at, a.reason, a.receipt
     from jsonb_to_recordset(?::jsonb) as a("deliveryId" bigint, act text, by text, at timestamptz, reason text, receipt jsonb)
     /* delivery-desk.record */`,
    [JSON.stringify(acts)],
  )
}

export const actsOf = (db: Db, deliveryIds: readonly number[]): Promise<DeliveryAct[]> =>
  queryRows(
    db,
    `select delivery_id as "deliveryId", act, made_by as by, made_at as at, reason, receipt
     from delivery_acts where delivery_id = any(?::bigint[]) order by delivery_id, id /* delivery-desk.actsOf */`,
    [[...deliveryIds]],
  )

export const readOldestOpenByPlatform = (db: Db, sight: RegionSight = null): Promise<Map<string, Date>> =>
  queryMap(
    db,
    `select d.platform, min(d.created_at) from deliveries d where ${isOpenSql('d')} ${andIsSubjectWithinSightSql(sight, 'd.subject_id')}
     group by d.platform /* delivery-desk.oldest */`,
    { sight },
  )

export const countRefusals = (
  db: Db,
  sight: RegionSight = null,
): Promise<{ platform: string; code: string; count: number }[]> =>
  queryRows(
    db,
    `select platform, coalesce(receipt->>'code', '') as code, count(*)::int as count from deliveries d
     where state = 'REFUSED' ${andIsSubjectWithinSightSql(sight, 'd.subject_id')}
     group by 1, 2 order by 1, 3 desc, 2 /* delivery-desk.refusedBy */`,
    { sight },
  )
