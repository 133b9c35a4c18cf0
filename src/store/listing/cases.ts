/** Cases as an officer's board shows them: by state, newest first. */
import type { State } from '../../domain/listing/case.js'
import type { DeadlineName } from '../../domain/listing/deadlines.js'
import type { Db } from '../db/db.js'
import { COLUMNS, type Listing } from './listings.js'

export interface CaseFilter {
  /** Only in these states. */
  states: readonly State[]
  list: string | null
  /** First digits of a division code. */
  region: string | null
  /** Part of the operator's name, or its whole USCC. */
  name: string | null
  /** Only where a deadline that is the authority's own was missed. */
  late: boolean
  /** First digits of the division that bounds the viewer; null: it is not bounded. */
  within: string | null
  today: string
  /** Names of deadlines whose time is the party's own. */
  partys: readonly DeadlineName[]
}

/** A deadline of a listing `l` that the authority has missed (SQL). */
const LATE = `exists (select 1 from listing_deadlines t where t.listing_id = l.id and t.ended_on is null
  and t.due_on < :today::date and t.name <> all(:partys::text[]))`

const FILTERED = `l.wrong_from is null and (:list::text is null or l.list = :list::text)
  and (:region::text is null or starts_with(o.region, :region::text))
  and (:within::text is null or starts_with(o.region, :within::text))
  and (:name::text is null or strpos(o.name, :name::text) > 0 or o.uscc = :name::text)
  and (not :late or ${LATE})`

const bindingsOf = ({ states, list, region, name, late, within, today, partys }: CaseFilter) => ({
  states: [...states],
  list,
  region,
  name,
  late,
  within,
  today,
  partys: [...partys],
})

/** `at`: when it was opened, to the microsecond, as its cursor says it. */
export type Opened = Listing & { at: string }

/** Newest first, whatever their state. */
export const list = async (
  db: Db,
  filter: CaseFilter,
  { first, after }: { first: number; after: { at: string; subjectId: string } | null },
): Promise<Opened[]> => {
  // State by state, each by its index: of the many that are removed no more is read than is shown.
  const answer = await db.raw(
    `select f.* from unnest(:states::text[]) as s(state) cross join lateral (
       select ${COLUMNS}, to_char(l.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
       from listings l join operators o on o.id = l.operator_id
       where l.state = s.state and ${FILTERED}
         and (:afterId::uuid is null or (l.created_at, l.id) < (:afterAt::timestamptz, :afterId::uuid))
       order by l.created_at desc, l.id desc limit :first) f
     order by f.at desc, f.id desc limit :first /* cases.list */`,
    { ...bindingsOf(filter), afterAt: after?.at ?? null, afterId: after?.subjectId ?? null, first } as never,
  )
  return answer.rows
}

export const count = async (db: Db, filter: CaseFilter): Promise<number> => {
  const answer = await db.raw(
    `select count(*)::int as n from listings l join operators o on o.id = l.operator_id
     where l.state = any(:states::text[]) and ${FILTERED} /* cases.count */`,
    bindingsOf(filter) as never,
  )
  return answer.rows[0].n
}

export interface Column {
  state: State
  cases: number
  late: number
}

/** How many stand in each of the states, and how many of them are late. */
export const columns = async (db: Db, filter: CaseFilter): Promise<Column[]> => {
  const answer = await db.raw(
    `select l.state, count(*)::int as cases, (count(*) filter (where ${LATE}))::int as late
     from listings l join operators o on o.id = l.operator_id
     where l.state = any(:states::text[]) and ${FILTERED} group by l.state /* cases.columns */`,
    bindingsOf(filter) as never,
  )
  return answer.rows
}
