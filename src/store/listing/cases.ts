import type { CaseState } from '../../domain/listing/case.js'
import type { DeadlineName } from '../../domain/listing/deadlines.js'
import { type Db, queryRows, queryValue } from '../db/db.js'
import { LISTING_COLUMNS, type Listing } from './listings.js'

export interface CaseFilter {
  states: readonly CaseState[]
  list: string | null
  region: string | null
  name: string | null
  late: boolean
  /** Empty: without a keeper. */
  keeper: string | null
  within: string | null
  today: string
  partys: readonly DeadlineName[]
}

const LATE = `exists (select 1 from listing_deadlines t where t.listing_id = l.id and t.ended_on is null
  and t.due_on < :today::date and t.name <> all(:partys::text[]))`

const FILTERED = `l.wrong_from is null and (:list::text is null or l.list = :list::text)
  and (:region::text is null or starts_with(o.region, :region::text))
  and (:within::text is null or starts_with(o.region, :within::text))
  and (:name::text is null or strpos(o.name, :name::text) > 0 or o.uscc = :name::text)
  and (:keeper::text is null or coalesce(l.keeper, '') = :keeper::text) and (not :late or ${LATE})`

/** `at` is the creation time with microseconds, for the cursor. */
export type OpenedCase = Listing & { at: string }

export const list = (
  db: Db,
  filter: CaseFilter,
  { first, after }: { first: number; after: { at: string; subjectId: string } | null },
): Promise<OpenedCase[]> =>
  queryRows(
    db,
    `select f.* from unnest(:states::text[]) as s(state) cross join lateral (
       select ${LISTING_COLUMNS}, to_char(l.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
       from listings l join operators o on o.id = l.operator_id
       where l.state = s.state and ${FILTERED}
         and (:afterId::uuid is null or (l.created_at, l.id) < (:afterAt::timestamptz, :afterId::uuid))
       order by l.created_at desc, l.id desc limit :first) f
     order by f.at desc, f.id desc limit :first /* cases.list */`,
    { ...filter, afterAt: after?.at ?? null, afterId: after?.subjectId ?? null, first },
  )

export const count = (db: Db, filter: CaseFilter): Promise<number> =>
  queryValue(
    db,
    `select count(*)::int as n from listings l join operators o on o.id = l.operator_id
     where l.state = any(:states::text[]) and ${FILTERED} /* cases.count */`,
    { ...filter },
  )

export const countBoardColumns = (
  db: Db,
  filter: CaseFilter,
): Promise<{ state: CaseState; cases: number; late: number }[]> =>
  queryRows(
    db,
    `select l.state, count(*)::int as cases, (count(*) filter (where ${LATE}))::int as late
     from listings l join operators o on o.id = l.operator_id
     where l.state = any(:states::text[]) and ${FILTERED} group by l.state /* cases.columns */`,
    { ...filter },
  )
