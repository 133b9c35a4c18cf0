/** Operators, the codes that lead to them and the names they have borne. */
import { normalizeName } from '../domain/names.js'
import { IN_FORCE } from '../domain/scorecard.js'
import type { Db, Tx } from './db.js'
import { COUNTS } from './scores.js'

export interface Operator {
  id: number
  uscc: string | null
  shop: string | null
  kind: 'ENTERPRISE' | 'INDIVIDUAL' | 'COOPERATIVE' | 'SHOP' | 'OTHER'
  name: string | null
  region: string | null
  status: string
  /** When the hub came to know it. */
  createdAt: Date
}

const COLUMNS = 'o.id, o.uscc, o.shop, o.kind, o.name, o.region, o.status, o.created_at as "createdAt"'

export interface Making extends Omit<Operator, 'id' | 'status' | 'createdAt'> {
  /** Every code that leads to it. */
  codes: { scheme: string; code: string }[]
}

/** Makes operators that are not there yet; of two runs making the same one the first wins. */
export const make = async (tx: Tx, makings: readonly Making[], runId: number, now: Date): Promise<void> => {
  if (makings.length === 0) return
  await tx.raw(
    `insert into operators (uscc, shop, kind, name, region, first_run, created_at, dirty_since)
     select r.uscc, r.shop, r.kind, r.name, r.region, :run::bigint, :now::timestamptz, :now::timestamptz from jsonb_to_recordset(:rows::jsonb)
       as r(uscc text, shop text, kind text, name text, region text)
     on conflict do nothing /* operators.make */`,
    { run: runId, now, rows: JSON.stringify(makings) },
  )
  await tx.raw(
    `insert into operator_codes (scheme, code, operator_id, run_id)
     select distinct on (c.scheme, c.code) c.scheme, c.code, o.id, :run::bigint
     from jsonb_to_recordset(:rows::jsonb) as r(uscc text, shop text, codes jsonb)
     join operators o on o.uscc = r.uscc or o.shop = r.shop,
     jsonb_to_recordset(r.codes) as c(scheme text, code text)
     on conflict do nothing /* operators.make codes */`,
    { run: runId, rows: JSON.stringify(makings) },
  )
}

/**
 * What a pull says of its operators beside the records: further codes, names, and from registrations the present name,
 * region, kind and status. Marks those with a new or changed record to be scored.
 */
export const learn = async (tx: Tx, runId: number, now: Date): Promise<void> => {
  await tx.raw(
    `insert into operator_codes (scheme, code, operator_id, run_id)
     select distinct on (scheme, code) scheme, code, operator_id, :run::bigint from (
       select 'org_code' as scheme, org_code as code, operator_id, item from staged_drafts
         where run_id = :run and effect in ('NEW', 'CHANGED') and kind = 'registration' and org_code is not null
       union all
       select 'reg_no', reg_no, operator_id, item from staged_drafts
         where run_id = :run and effect in ('NEW', 'CHANGED') and kind = 'registration' and reg_no is not null) s
     where operator_id is not null order by scheme, code, item on conflict do nothing /* operators.learn codes */`,
    { run: runId },
  )
  await tx.raw(
    `insert into operator_names (operator_id, name, known_from, run_id)
     select distinct operator_id, name, :now::timestamptz, :run::bigint from staged_drafts
     where run_id = :run and effect in ('NEW', 'CHANGED') and kind = 'registration' and operator_id is not null and name is not null
     on conflict do nothing /* operators.learn names */`,
    { run: runId, now },
  )
  await tx.raw(
    `update operators o set name = coalesce(s.name, o.name), region = coalesce(s.region, o.region),
       status = case s.status when 'UNKNOWN' then o.status else s.status end
     from (select distinct on (operator_id) operator_id, name, body->>'region_code' as region, body->>'status' as status
       from staged_drafts where run_id = ? and effect in ('NEW', 'CHANGED') and kind = 'registration' and operator_id is not null
       order by operator_id, item desc) s
     where o.id = s.operator_id /* operators.learn present */`,
    [runId],
  )
  await tx.raw(
    `update operators o set dirty_since = coalesce(o.dirty_since, :now::timestamptz) where o.id in (
       select operator_id from staged_drafts where run_id = :run and effect in ('NEW', 'CHANGED')
       union select operator_id from versions where closed_by = :run) /* operators.learn dirty */`,
    { run: runId, now },
  )
}

/** The operators behind codes of any scheme, by the code asked for. */
export const byCodes = async (
  db: Db | Tx,
  codes: readonly { scheme: string; code: string }[],
): Promise<Map<string, Operator>> => {
  if (codes.length === 0) return new Map()
  const answer = await db.raw(
    `select a.scheme || ':' || a.code as asked, ${COLUMNS}
     from unnest(?::text[], ?::text[]) as a(scheme, code)
     join operator_codes c on c.scheme = a.scheme and c.code = a.code
     join operators o on o.id = c.operator_id /* operators.byCodes */`,
    [codes.map((c) => c.scheme), codes.map((c) => c.code)],
  )
  return new Map(answer.rows.map((row: Operator & { asked: string }) => [row.asked, row]))
}

export const byIds = async (db: Db | Tx, ids: readonly number[]): Promise<Map<number, Operator>> => {
  const answer = await db.raw(`select ${COLUMNS} from operators o where o.id = any(?) /* operators.byIds */`, [
    [...ids],
  ])
  return new Map(answer.rows.map((row: Operator) => [row.id, row]))
}

/** Names that each has borne, newest first, the present one left out. */
export const formerNames = async (db: Db, ids: readonly number[]): Promise<{ operatorId: number; name: string }[]> => {
  const answer = await db.raw(
    `select o.id as "operatorId", n.name from operator_names n join operators o on o.id = n.operator_id
     where o.id = any(?) and n.name is distinct from o.name order by o.id, n.known_from desc, n.name /* operators.formerNames */`,
    [[...ids]],
  )
  return answer.rows
}

/** Every code that leads to each. */
export const codesOf = async (
  db: Db,
  ids: readonly number[],
): Promise<{ operatorId: number; scheme: string; code: string }[]> => {
  const answer = await db.raw(
    `select operator_id as "operatorId", scheme, code from operator_codes where operator_id = any(?)
     order by operator_id, scheme, code /* operators.codesOf */`,
    [[...ids]],
  )
  return answer.rows
}

export interface Filter {
  name?: string | null
  region?: string | null
  kind?: string | null
  grade?: string | null
  /** The day whose grade is meant; needed with `grade`. */
  asOf?: string | null
  /** Only the operator of this USCC or shop code: whoever may see no other. */
  only?: string | null
}

// Region is a prefix of the division code, name a part of the name.
const FILTERED = `(:region::text is null or starts_with(o.region, :region::text))
  and (:kind::text is null or o.kind = :kind::text)
  and (:only::text is null or :only::text in (o.uscc, o.shop))
  and (:like::text is null or upper(replace(replace(o.name, '（', '('), '）', ')')) like :like::text)
  and (:grade::text is null or :grade::text = (select s.grade from scores s where s.operator_id = o.id and ${COUNTS} order by s.as_of desc, s.id desc limit 1))`

const filterBindings = (filter: Filter) => ({
  region: filter.region ?? null,
  kind: filter.kind ?? null,
  only: filter.only ?? null,
  like: filter.name ? `%${normalizeName(filter.name).replace(/[\\%_]/g, '\\$&')}%` : null,
  grade: filter.grade ?? null,
  asOf: filter.asOf ?? null,
  card: IN_FORCE,
})

/** In the order of their making. */
export const list = async (
  db: Db,
  filter: Filter,
  { first, after }: { first: number; after: number | null },
): Promise<Operator[]> => {
  const answer = await db.raw(
    `select ${COLUMNS} from operators o where (:after::int is null or o.id > :after::int) and ${FILTERED}
     order by o.id limit :first /* operators.list */`,
    { ...filterBindings(filter), after, first },
  )
  return answer.rows
}

export const countOf = async (db: Db, filter: Filter): Promise<number> => {
  const answer = await db.raw(
    `select count(*)::int as n from operators o where ${FILTERED} /* operators.countOf */`,
    filterBindings(filter),
  )
  return answer.rows[0].n
}

export const count = async (db: Db): Promise<number> => {
  const answer = await db.raw('select count(*)::int as n from operators /* operators.count */')
  return answer.rows[0].n
}

/** Operators to be scored: the dirty ones, all of them, or those whose score time alone will change by `asOf`; in steps by id. */
export const toScore = async (
  db: Db | Tx,
  { all, asOf, after, limit }: { all: boolean; asOf: string; after: number; limit: number },
): Promise<{ id: number; dirtySince: Date | null; kind: string }[]> => {
  const answer = await db.raw(
    `select o.id, o.dirty_since as "dirtySince", o.kind from operators o
     where o.id > :after and (:all or o.dirty_since is not null or exists (
       select 1 from (select s.next_change_on from scores s where s.operator_id = o.id and ${COUNTS}
         order by s.as_of desc, s.id desc limit 1) l
       where l.next_change_on <= :asOf::date))
     order by o.id limit :limit /* operators.toScore */`,
    { all, asOf, after, limit, card: IN_FORCE },
  )
  return answer.rows
}

/** Clean again, unless something new came in since `dirtySince` was read. */
export const scored = async (tx: Tx, rows: readonly { id: number; dirtySince: Date | null }[]): Promise<void> => {
  const dirty = rows.flatMap(({ id, dirtySince }) =>
    dirtySince === null ? [] : [{ id, since: dirtySince.toISOString() }],
  )
  await tx.raw(
    `update operators o set dirty_since = null from unnest(?::int[], ?::timestamptz[]) as r(id, since)
     where o.id = r.id and o.dirty_since = r.since /* operators.scored */`,
    [dirty.map((row) => row.id), dirty.map((row) => row.since)],
  )
}

export const markDirty = async (tx: Tx, ids: readonly number[], now: Date): Promise<void> => {
  await tx.raw(
    'update operators set dirty_since = coalesce(dirty_since, ?) where id = any(?) /* operators.markDirty */',
    [now, [...ids]],
  )
}
