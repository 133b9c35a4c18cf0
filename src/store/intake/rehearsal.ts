import type { RecordBody, RecordKind, Remark } from '../../domain/records/records.js'
import { queryOne, queryRows, queryValue, type Tx } from '../db/db.js'
import { DEADLOCK_DETECTED, hasSqlstate, LOCK_NOT_AVAILABLE, UNIQUE_VIOLATION } from '../db/sqlstate.js'
import { markRehearsal } from '../db/transaction.js'

/** Below `deadlock_timeout` (1 s), so no real action becomes the victim. */
const LOCK_MS = 500
const STATEMENT_MS = 30_000

export const setTimeouts = async (tx: Tx): Promise<void> => {
  await markRehearsal(tx)
  await tx.raw(
    `set local lock_timeout = ${LOCK_MS}; set local statement_timeout = ${STATEMENT_MS} /* rehearsal.bound */`,
  )
}

export const isHeldUp = (error: unknown): boolean =>
  hasSqlstate(error, LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED, UNIQUE_VIOLATION)

export type HighestIds = Record<'event' | 'concern' | 'delivery', number>

export const readHighestIds = (tx: Tx): Promise<HighestIds> =>
  queryOne(
    tx,
    `select (select coalesce(max(id), 0) from listing_events)::bigint as event, (select coalesce(max(id), 0) from concerns)::bigint as concern,
       (select coalesce(max(id), 0) from deliveries)::bigint as delivery /* rehearsal.mark */`,
  )

export interface MovedListing {
  listing: string
  before: string
  after: string
  asks: string[]
}

export interface FirstRows<R> {
  rows: R[]
  total: number
}

const firstRows = async <R>(...statement: Parameters<typeof queryRows>): Promise<FirstRows<R>> => {
  const rows = await queryRows<R & { total: number }>(...statement)
  return { rows: rows.map(({ total: _, ...row }) => row as R), total: rows[0]?.total ?? 0 }
}

export const listingsMovedSince = (
  tx: Tx,
  { event, concern }: HighestIds,
  first: number,
): Promise<FirstRows<MovedListing>> =>
  firstRows(
    tx,
    `with moved as (
       select listing_id, (array_agg(state_before order by number))[1] as before, (array_agg(state_after order by number desc))[1] as after
       from listing_events where id > :event group by listing_id),
     asked as (select listing_id, array_agg(distinct cause order by cause) as asks from concerns
       where id > :concern and settled_at is null group by listing_id)
     select coalesce(m.listing_id, a.listing_id) as listing, coalesce(m.before, m.after, l.state) as before, coalesce(m.after, l.state) as after,
       coalesce(a.asks, '{}') as asks, count(*) over ()::int as total
     from moved m full join asked a using (listing_id) join listings l on l.id = coalesce(m.listing_id, a.listing_id)
     order by l.published_on is null, l.id limit :first /* rehearsal.listingsSince */`,
    { event, concern, first },
  )

export const countDeliveriesSince = (tx: Tx, { delivery }: HighestIds): Promise<number> =>
  queryValue(tx, 'select count(*)::int as n from deliveries where id > ? /* rehearsal.deliveries */', [delivery])

export interface UndoneRecord {
  kind: RecordKind
  key: string
  operatorId: number | null
  before: RecordBody
  after: RecordBody | null
}

export const recordsUndone = (tx: Tx, by: number, first: number): Promise<FirstRows<UndoneRecord>> =>
  firstRows(
    tx,
    `select v.kind, v.record_key as key, v.operator_id as "operatorId", v.body as before, count(*) over ()::int as total,
       (select n.body from versions n where n.feed = v.feed and n.record_key = v.record_key and n.known_to is null) as after
     from taken_back t join versions v on v.id = t.id where v.closed_by = :by order by v.id limit :first /* rehearsal.recordsUndone */`,
    { by, first },
  )

export const listAffectedOperators = (
  tx: Tx,
  at: Date,
  first: number,
): Promise<{ gone: number[]; left: { id: number; kind: string }[] }> =>
  queryOne(
    tx,
    `select array(select id from operators where known_to = :at order by id limit :first) as gone,
       coalesce((select jsonb_agg(o order by o.id) from (select id, kind from operators where known_to is null and merged_into is null
         and id in (select operator_id from affected_operators) order by id limit :first) o), '[]') as left /* rehearsal.affectedOperators */`,
    { at, first },
  )

export interface BroughtRecord {
  effect: 'NEW' | 'CHANGED' | 'UNMATCHED'
  kind: RecordKind
  key: string
  page: number | null
  row: number
  name: string | null
  code: string | null
  body: RecordBody
  before: RecordBody | null
  reason: string | null
  remarks: Remark[]
}

const HAS_WRONG_DIGIT = `findings @> '[{"rule": "code.digit"}]'`

export const countWrongDigits = (tx: Tx, run: number): Promise<number> =>
  queryValue(
    tx,
    `select ((select count(*) from versions where run_id = :run and known_to is null and ${HAS_WRONG_DIGIT})
       + (select count(*) from unmatched where last_run = :run and state = 'OPEN' and ${HAS_WRONG_DIGIT}))::int as n /* rehearsal.wrongDigits */`,
    { run },
  )

/** Wrong check digits first, then by place in the file. */
export const recordsBrought = (tx: Tx, run: number, first: number): Promise<BroughtRecord[]> =>
  queryRows(
    tx,
    `select effect, kind, key, page, row, name, code, body, before, reason, remarks from (
       select case when b.id is null then 'NEW' else 'CHANGED' end as effect, v.kind, v.record_key as key, v.page, v.row_number as row,
         o.name, coalesce(o.uscc, o.shop) as code, v.body, b.body as before, null as reason, v.findings as remarks, v.${HAS_WRONG_DIGIT} as is_wrong
       from versions v left join operators o on o.id = v.operator_id
       left join lateral (select p.id, p.body from versions p where p.feed = v.feed and p.record_key = v.record_key and p.closed_by = :run
         order by p.id desc limit 1) b on true where v.run_id = :run and v.known_to is null
       union all
       select 'UNMATCHED', u.kind, u.record_key, u.page, u.row_number, u.subject->>'name',
         coalesce(u.subject->>'uscc', u.subject->>'orgCode', u.subject->>'regNo'), u.body, null, u.reason, u.findings, u.${HAS_WRONG_DIGIT}
       from unmatched u where u.last_run = :run and u.state = 'OPEN') brought
     order by is_wrong desc, page nulls first, row, key limit :first /* rehearsal.recordsBrought */`,
    { run, first },
  )
