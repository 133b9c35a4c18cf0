/**
 * The retraction ledger, read from the deliveries themselves: one retraction is one removal of one subject, as it was owed to
 * every platform that may ever have got it.
 */
import type { Action, DeliveryState, EntryNotice, Receipt, SubjectKind } from '../../domain/delivery/delivery.js'
import { type Sight, subjectInSight } from '../access/sight.js'
import type { Db } from '../db/db.js'
import { isUnchecked } from './deliveries.js'
import { type Check, checkOf } from './delivery-desk.js'

/** `at` and `subjectId` name it; `at` as text to the microsecond. */
export interface RetractionKey {
  at: string
  subjectId: string
}

export interface Retraction extends RetractionKey {
  kind: SubjectKind
  removal: EntryNotice['removal']
}

/** One platform that may have got what was removed. */
export interface Receiver extends RetractionKey {
  platform: string
  /** Whether it ever confirmed the entry; else it may have got it, and was told of the removal for that. */
  got: boolean
  /** When it confirmed the entry, or was sent it last where it never answered. */
  gotAt: Date | null
  /** Of the message that tells it of the removal: this one, or a later one that took its place. */
  deliveryId: number
  action: Action
  state: DeliveryState
  attempts: number
  /** When the removal was last sent to it. */
  toldAt: Date | null
  confirmedAt: Date | null
  receipt: Receipt | null
  lastError: string | null
  closedAt: Date | null
  closedBy: string | null
  closedReason: string | null
  check: Check
  checkedAt: Date | null
}

/**
 * The message `e` that stands for the removal `r`: itself, or the next removal of the subject where it was folded before it was
 * confirmed, or the subject was displayed in spite of it. Where none follows, the entry stands again.
 */
const STANDING = `cross join lateral (
  select e.* from deliveries e where e.platform = r.platform and e.subject_id = r.subject_id and e.action = 'REMOVE'
    and (e.id = r.id or ((r.state = 'FOLDED' or r.check_result in ('SHOWN', 'REPLACED')) and e.number > r.number
      and e.state <> 'FOLDED' and e.check_result is distinct from 'SHOWN'))
  order by (e.id = r.id), e.number limit 1) e`

const IS_OPEN = `(e.state in ('OWED', 'REFUSED') or ${isUnchecked('e')})`
const AT = `to_char(r.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

export interface Filter {
  /** Still to be confirmed by some platform (by `platform`, where one is named); null: all. */
  open: boolean | null
  /** Was told of it. */
  platform: string | null
  subjectId: string | null
  sight?: Sight
}

const FILTERED = `r.action = 'REMOVE' and (:platform::text is null or r.platform = :platform::text)
  and (:subjectId::uuid is null or r.subject_id = :subjectId::uuid)`
/** Few of many: only subjects of which some removal is open are looked at. */
const OPEN_ONLY = `and r.subject_id = any(array(select distinct o.subject_id from deliveries o
  where o.action = 'REMOVE' and o.state in ('OWED', 'REFUSED')
  union select o.subject_id from deliveries o where ${isUnchecked('o')}))`

/** What stands for each is looked at only where somebody asks whether it is open. */
const partsOf = ({ open, sight = null }: Filter) => ({
  seen: subjectInSight(sight, 'r.subject_id'),
  standing: open === null ? '' : STANDING,
  narrowed: open === true ? OPEN_ONLY : '',
  grouped: `group by r.created_at, r.subject_id ${open === null ? '' : `having bool_or(${IS_OPEN}) = ${open}`}`,
})

/** Newest first, after one. */
export const list = async (
  db: Db,
  filter: Filter,
  { first, after }: { first: number; after: RetractionKey | null },
): Promise<Retraction[]> => {
  const { seen, standing, narrowed, grouped } = partsOf(filter)
  const answer = await db.raw(
    `select ${AT} as at, r.subject_id as "subjectId", min(r.kind) as kind, (array_agg(r.notice->'removal' order by r.id))[1] as removal
     from deliveries r ${standing}
     where ${FILTERED} ${seen} ${narrowed}
       and (:afterAt::timestamptz is null or (r.created_at, r.subject_id) < (:afterAt::timestamptz, :afterId::uuid))
     ${grouped} order by r.created_at desc, r.subject_id desc limit :first /* retractions.list */`,
    {
      ...bound(filter),
      first,
      afterAt: after?.at ?? null,
      afterId: after?.subjectId ?? null,
    },
  )
  return answer.rows
}

export const count = async (db: Db, filter: Filter): Promise<number> => {
  // Those that are done are the many: all without the open ones.
  if (filter.open === false)
    return (await count(db, { ...filter, open: null })) - (await count(db, { ...filter, open: true }))
  const { seen, standing, narrowed, grouped } = partsOf(filter)
  const answer = await db.raw(
    `select count(*)::int as n from (select 1 from deliveries r ${standing} where ${FILTERED} ${seen} ${narrowed} ${grouped}) c
     /* retractions.count */`,
    bound(filter),
  )
  return answer.rows[0].n
}

const bound = ({ platform, subjectId, sight = null }: Filter): Record<string, never> =>
  ({ platform, subjectId, sight }) as never

/** Every platform that may have got what these retractions removed, by platform. */
export const receivers = async (db: Db, of: readonly RetractionKey[]): Promise<Receiver[]> => {
  const answer = await db.raw(
    `select distinct on (r.created_at, r.subject_id, r.platform) ${AT} as at, r.subject_id as "subjectId", r.platform,
       coalesce(g.got, false) as got, g."gotAt", e.id as "deliveryId", e.action, e.state, e.attempts, e.sent_at as "toldAt",
       e.confirmed_at as "confirmedAt", e.receipt, e.last_error as "lastError", e.closed_at as "closedAt",
       e.closed_by as "closedBy", e.closed_reason as "closedReason", ${checkOf('e')} as "check", e.checked_at as "checkedAt"
     from jsonb_to_recordset(?::jsonb) as k(at timestamptz, "subjectId" uuid)
     join deliveries r on r.action = 'REMOVE' and r.subject_id = k."subjectId" and r.created_at = k.at ${STANDING}
     left join lateral (
       select bool_or(h.state = 'CONFIRMED') as got, coalesce(max(h.confirmed_at), max(h.sent_at)) as "gotAt" from deliveries h
       where h.platform = r.platform and h.subject_id = r.subject_id and h.action <> 'REMOVE' and h.number < r.number and h.attempts > 0) g on true
     order by r.created_at, r.subject_id, r.platform, r.number desc /* retractions.receivers */`,
    [JSON.stringify(of)],
  )
  return answer.rows
}
