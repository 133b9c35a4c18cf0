import type { CaseState } from '../../domain/listing/case.js'
import type { DeadlineName } from '../../domain/listing/deadlines.js'
import { type Db, queryCount, queryRows } from '../db/db.js'
import { IS_GROUNDLESS_LEAD_SQL } from './leads.js'
import { LISTING_COLUMNS, type Listing } from './listings.js'

export interface CaseFilter {
  states: readonly CaseState[]
  list: string | null
  region: string | null
  name: string | null
  late: boolean
  /** Empty: without a keeper. */
  keeper: string | null
  /** Part of the number of the linked penalty decision. */
  penalty: string | null
  heavy: boolean | null
  within: string | null
  today: string
  duties: readonly DeadlineName[]
}

const IS_LATE = 't.ended_on is null and t.due_on < :today::date'

const MATCHING = `l.wrong_from is null and (:list::text is null or l.list = :list::text)
  and (:region::text is null or starts_with(o.region, :region::text))
  and (:within::text is null or starts_with(o.region, :within::text))
  and (:name::text is null or strpos(o.name, :name::text) > 0 or o.uscc = :name::text)
  and (:keeper::text is null or coalesce(l.keeper, '') = :keeper::text)
  and (:penalty::text is null or strpos((select v.body->>'document_number' from versions v where v.id = l.decision_version), :penalty::text) > 0)
  and (:heavy::boolean is null or coalesce((l.facts->>'decisionHeavy')::boolean, false) = :heavy::boolean)`
/** Not correlated, so the late deadlines are read once. */
const FILTERED = `${MATCHING} and (not :late or l.id in (select t.listing_id from listing_deadlines t where ${IS_LATE} and t.name = any(:duties::text[])))`

export type CaseSort = 'NEWEST' | 'OLDEST' | 'DUE' | 'NAME' | 'PENALTY' | 'FINE'

export type SortedCase = Listing & { key: string }

const CREATED = `to_char(l.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
const DECISION = '(select v.body from versions v where v.id = l.decision_version)'
const FIRST_DUE = `(select min(t.due_on) from listing_deadlines t where t.listing_id = l.id and t.ended_on is null)`
const KEYS: Record<Exclude<CaseSort, 'NEWEST'>, { sql: string; descending: boolean }> = {
  OLDEST: { sql: CREATED, descending: false },
  DUE: { sql: `coalesce(${FIRST_DUE}::text, '9999')`, descending: false },
  NAME: { sql: `coalesce(o.name, o.uscc, '')`, descending: false },
  PENALTY: { sql: `coalesce(${DECISION}->>'decided_on', '')`, descending: true },
  FINE: { sql: `lpad(coalesce(trunc((${DECISION}->>'fine_yuan')::numeric), 0)::text, 20, '0')`, descending: true },
}

interface CasePage {
  sort: CaseSort
  first: number
  after: { id: string; key: string } | null
}

export const list = (db: Db, filter: CaseFilter, page: CasePage): Promise<SortedCase[]> =>
  page.sort === 'NEWEST' ? listNewest(db, filter, page) : listByKey(db, filter, { ...page, sort: page.sort })

/** Reads each state by its index. Leads that no penalty could carry (rank 0) come last. */
const listNewest = (db: Db, filter: CaseFilter, { first, after }: Omit<CasePage, 'sort'>): Promise<SortedCase[]> => {
  const [rank = null, at = null] = after?.key.split(' ') ?? []
  return queryRows(
    db,
    `select f.* from unnest(:states::text[]) as s(state)
     join (values (1), (0)) as r(rank) on r.rank = 1 or s.state = 'LEAD' cross join lateral (
       select ${LISTING_COLUMNS}, r.rank || ' ' || ${CREATED} as key
       from listings l join operators o on o.id = l.operator_id
       where l.state = s.state and ${FILTERED}
         and (s.state <> 'LEAD' or ${IS_GROUNDLESS_LEAD_SQL} = (r.rank = 0))
         and (:afterId::uuid is null or (r.rank, l.created_at, l.id) < (:rank::int, :at::timestamptz, :afterId::uuid))
       order by l.created_at desc, l.id desc limit :first) f
     order by f.key collate "C" desc, f.id desc limit :first /* cases.list */`,
    { ...filter, rank, at, afterId: after?.id ?? null, first },
  )
}

const listByKey = (
  db: Db,
  filter: CaseFilter,
  { sort, first, after }: CasePage & { sort: keyof typeof KEYS },
): Promise<SortedCase[]> => {
  const { sql, descending } = KEYS[sort]
  const [beyond, order] = descending ? ['<', 'desc'] : ['>', 'asc']
  return queryRows(
    db,
    `select f.* from (
       select ${LISTING_COLUMNS}, (${sql}) collate "C" as key from listings l join operators o on o.id = l.operator_id
       where l.state = any(:states::text[]) and ${FILTERED}) f
     where :afterId::uuid is null or (f.key, f.id) ${beyond} (:afterKey::text collate "C", :afterId::uuid)
     order by f.key ${order}, f.id ${order} limit :first /* cases.sorted */`,
    { ...filter, afterKey: after?.key ?? null, afterId: after?.id ?? null, first },
  )
}

export const count = (db: Db, filter: CaseFilter, most: number | null): Promise<number> =>
  queryCount(
    db,
    `from listings l join operators o on o.id = l.operator_id
     where l.state = any(:states::text[]) and ${FILTERED} /* cases.count */`,
    { ...filter },
    most,
  )

/** Each state counts up to `most`, in index order. */
export const countBoardColumns = (
  db: Db,
  filter: CaseFilter,
  most: number,
): Promise<{ state: CaseState; cases: number; late: number }[]> =>
  queryRows(
    db,
    `select s.state, case when :late then late.n else cases.n end as cases, late.n as late
     from unnest(:states::text[]) with ordinality as s(state, place)
     cross join lateral (select count(*)::int as n from (
       select 1 from listings l left join operators o on o.id = l.operator_id
       where not :late and l.state = s.state and ${MATCHING} order by l.created_at desc limit :most) c) cases
     cross join lateral (select least(count(distinct c.id), :most)::int as n from unnest(:duties::text[]) as d(name) cross join lateral (
       select l.id from listing_deadlines t join listings l on l.id = t.listing_id left join operators o on o.id = l.operator_id
       where t.state = s.state and t.name = d.name and ${IS_LATE} and ${MATCHING} order by t.due_on limit :most) c) late
     order by s.place /* cases.columns */`,
    { ...filter, most },
  )
