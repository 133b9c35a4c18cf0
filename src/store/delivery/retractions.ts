/**
 * A retraction removes one entry from every platform that may have it, and ends its measures. An entry that no
 * platform got has a retraction for its measures alone.
 */
import type { EntryNotice, SubjectKind } from '../../domain/delivery/delivery.js'
import { andFitsWordsSql, directionOf, NO_WORDS, type OperatorWords, type PageOrder } from '../access/list-filter.js'
import { andIsSubjectWithinSightSql, operatorOfSubjectSql, type RegionSight } from '../access/sight.js'
import { type Db, queryCount, queryRows } from '../db/db.js'
import { hasLiftDueSql, LISTINGS_WITH_LIFT_DUE_SQL, LISTINGS_WITH_LIFT_SQL } from '../matters/measures.js'
import { removalCheckStateSql, type StoredDelivery } from './delivery-desk.js'

/** `at` is an instant as text, exact to the microsecond. */
export interface RetractionKey {
  at: string
  subjectId: string
}

export interface RetractionRow extends RetractionKey {
  kind: SubjectKind
  name: string | null
  removal: EntryNotice['removal']
  /** The list of an entry whose removal is in no notice: no platform got it, or it was hidden. */
  untoldOf: string | null
  /** Some organisation has not confirmed that its measure is lifted. */
  liftsDue: boolean
}

type RemovalColumn =
  | 'platform'
  | 'action'
  | 'state'
  | 'attempts'
  | 'confirmedAt'
  | 'receipt'
  | 'lastError'
  | 'closedAt'
  | 'closedBy'
  | 'closedReason'
  | 'check'

export interface RemovalReceiver extends RetractionKey, Pick<StoredDelivery, RemovalColumn> {
  got: boolean
  /** The platform's confirmation of the entry; if never, the last sending. */
  gotAt: Date | null
  deliveryId: number
  toldAt: Date | null
  checkedAt: Date | null
}

/**
 * `e` is the removal that counts: `r` itself, or the next one when `r` was replaced or the entry was still
 * displayed.
 */
const STANDING = `cross join lateral (
  select e.* from deliveries e where e.platform = r.platform and e.subject_id = r.subject_id and e.action = 'REMOVE'
    and (e.id = r.id or ((r.state = 'FOLDED' or r.check_result in ('SHOWN', 'REPLACED')) and e.number > r.number
      and e.state <> 'FOLDED' and e.check_result is distinct from 'SHOWN'))
  order by (e.id = r.id), e.number limit 1) e`

const IS_OPEN = `(e.state in ('OWED', 'REFUSED') or e.check_due_at is not null)`
const LIFTS_DUE = hasLiftDueSql('r.subject_id')
const atSql = (instant: string): string => `to_char(${instant} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
const AT = atSql('r.created_at')

export interface RetractionFilter extends Partial<OperatorWords> {
  open: boolean | null
  platform: string | null
  subjectId: string | null
  kind?: SubjectKind | null
  sight?: RegionSight
}

const FILTERED = `r.action = 'REMOVE' and (:platform::text is null or r.platform = :platform::text)
  and (:subjectId::uuid is null or r.subject_id = :subjectId::uuid) and (:kind::text is null or r.kind = :kind::text)`
const OPEN_ONLY = `and r.subject_id = any(array(select distinct o.subject_id from deliveries o
  where o.action = 'REMOVE' and o.state in ('OWED', 'REFUSED')
  union select o.subject_id from deliveries o where o.check_due_at is not null
  union ${LISTINGS_WITH_LIFT_DUE_SQL}))`

const REMOVAL_EVENT = `cross join lateral (select v.recorded_at, v.act from listing_events v
     where v.listing_id = l.id and v.state_after = 'REMOVED' order by v.number desc limit 1) v`
const REMOVAL = `jsonb_build_object('reason', l.removal_reason, 'reasonText', '', 'documentNumber', v.act->>'documentNumber', 'removedOn', l.removed_on)`
/** Platforms are not told of a hidden entry's removal, so the last hiding stands for it. */
const AFTER_HIDING = `left join lateral (select l.list, ${REMOVAL} as removal from listings l ${REMOVAL_EVENT}
     where l.id = found."subjectId" and l.state = 'REMOVED' and found.removal->>'reason' = 'HIDDEN' and not exists (
       select 1 from deliveries o where o.subject_id = l.id and o.action = 'REMOVE' and o.created_at > found.at::timestamptz)) h on true`

/** Removed entries with lifts and without any delivery of their removal. */
const untoldSql = ({ open, sight = null, region = null, name = null }: RetractionFilter): string =>
  `from listings l ${REMOVAL_EVENT}
   where l.state = 'REMOVED' and l.id = any(array(${open === true ? LISTINGS_WITH_LIFT_DUE_SQL : LISTINGS_WITH_LIFT_SQL}))
     and :platform::text is null and (:kind::text is null or :kind::text = 'listing') and (:subjectId::uuid is null or l.id = :subjectId::uuid)
     and not exists (select 1 from deliveries d where d.subject_id = l.id and d.action = 'REMOVE')
     ${open === false ? `and not ${hasLiftDueSql('l.id')}` : ''} ${andIsSubjectWithinSightSql(sight, 'l.id')} ${andFitsWordsSql({ region, name }, 'l.operator_id')}`

const partsOf = ({ open, sight = null, region = null, name = null }: RetractionFilter) => ({
  seen: `${andIsSubjectWithinSightSql(sight, 'r.subject_id')} ${andFitsWordsSql({ region, name }, operatorOfSubjectSql('r.subject_id'))}`,
  standing: open === null ? '' : STANDING,
  narrowed: open === true ? OPEN_ONLY : '',
  grouped: `group by r.created_at, r.subject_id ${open === null ? '' : `having (bool_or(${IS_OPEN}) or (:platform::text is null and ${LIFTS_DUE})) = ${open}`}`,
})

export interface RetractionPage {
  first: number
  after: RetractionKey | null
  order?: PageOrder
}

export const list = async (
  db: Db,
  filter: RetractionFilter,
  { first, after, order = 'NEWEST' }: RetractionPage,
): Promise<RetractionRow[]> => {
  const { seen, standing, narrowed, grouped } = partsOf(filter)
  const { beyond, direction } = directionOf(order)
  return queryRows(
    db,
    `select at, "subjectId", kind, name, "liftsDue", coalesce(h.removal, found.removal) as removal, coalesce(h.list, "untoldOf") as "untoldOf" from (
       (select ${AT} as at, r.subject_id as "subjectId", min(r.kind) as kind,
         (array_agg(r.notice->'operator'->>'name' order by r.id))[1] as name, (array_agg(r.notice->'removal' order by r.id))[1] as removal,
         ${LIFTS_DUE} as "liftsDue", null::text as "untoldOf"
       from deliveries r ${standing}
       where ${FILTERED} ${seen} ${narrowed}
         and (:afterAt::timestamptz is null or (r.created_at, r.subject_id) ${beyond} (:afterAt::timestamptz, :afterId::uuid))
       ${grouped} order by r.created_at ${direction}, r.subject_id ${direction} limit :first)
       union all
       (select ${atSql('v.recorded_at')}, l.id, 'listing', (select o.name from operators o where o.id = l.operator_id),
         ${REMOVAL},
         ${hasLiftDueSql('l.id')}, l.list ${untoldSql(filter)}
         and (:afterAt::timestamptz is null or (v.recorded_at, l.id) ${beyond} (:afterAt::timestamptz, :afterId::uuid))
       order by v.recorded_at ${direction}, l.id ${direction} limit :first)) found ${AFTER_HIDING}
     order by at ${direction}, "subjectId" ${direction} limit :first /* retractions.list */`,
    { ...bound(filter), first, afterAt: after?.at ?? null, afterId: after?.subjectId ?? null },
  )
}

export const count = async (db: Db, filter: RetractionFilter, most: number | null): Promise<number> => {
  // Closed retractions are counted as all minus the open ones.
  if (filter.open === false) {
    const open = await count(db, { ...filter, open: true }, null)
    return (await count(db, { ...filter, open: null }, most === null ? null : most + open)) - open
  }
  const { seen, standing, narrowed, grouped } = partsOf(filter)
  const told = `select 1 from deliveries r ${standing} where ${FILTERED} ${seen} ${narrowed} ${grouped}`
  const rows = `from (${told} union all select 1 ${untoldSql(filter)}) l /* retractions.count */`
  return queryCount(db, rows, bound(filter), most)
}

const bound = (filter: RetractionFilter): Record<string, never> =>
  ({ ...NO_WORDS, kind: null, sight: null, ...filter, open: null }) as never

export const listReceivers = (db: Db, of: readonly RetractionKey[]): Promise<RemovalReceiver[]> =>
  queryRows(
    db,
    `select distinct on (r.created_at, r.subject_id, r.platform) ${AT} as at, r.subject_id as "subjectId", r.platform,
       coalesce(g.got, false) as got, g."gotAt", e.id as "deliveryId", e.action, e.state, e.attempts, e.sent_at as "toldAt",
       e.confirmed_at as "confirmedAt", e.receipt, e.last_error as "lastError", e.closed_at as "closedAt",
       e.closed_by as "closedBy", e.closed_reason as "closedReason", ${removalCheckStateSql('e')} as "check", e.checked_at as "checkedAt"
     from jsonb_to_recordset(?::jsonb) as k(at timestamptz, "subjectId" uuid)
     join deliveries r on r.action = 'REMOVE' and r.subject_id = k."subjectId" and r.created_at = k.at ${STANDING}
     left join lateral (
       select bool_or(h.state = 'CONFIRMED') as got, coalesce(max(h.confirmed_at), max(h.sent_at)) as "gotAt" from deliveries h
       where h.platform = r.platform and h.subject_id = r.subject_id and h.action <> 'REMOVE' and h.number < r.number and h.attempts > 0) g on true
     order by r.created_at, r.subject_id, r.platform, r.number desc /* retractions.receivers */`,
    [JSON.stringify(of)],
  )
