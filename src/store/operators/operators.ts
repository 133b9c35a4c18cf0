import { normalizeName } from '../../domain/operators/names.js'
import type { NewOperator } from '../../domain/operators/new-operator.js'
import { withIndexesDropped } from '../db/bulk-load.js'
import { type Db, hasRows, queryFirst, queryOne, queryRows, queryValue, type ReadHandle, type Tx } from '../db/db.js'

export interface StoredOperator {
  id: number
  uscc: string | null
  shop: string | null
  kind: 'ENTERPRISE' | 'INDIVIDUAL' | 'COOPERATIVE' | 'SHOP' | 'OTHER'
  name: string | null
  region: string | null
  status: string
  createdAt: Date
  knownTo: Date | null
}

const BULK_LOAD_SHARE = 0.1

export const OPERATOR_COLUMNS =
  'o.id, o.uscc, o.shop, o.kind, o.name, o.region, o.status, o.created_at as "createdAt", o.known_to as "knownTo"'

/** Works in code order; rolled-back operators revive as if new. The caller holds the row lock of `nextInstant`. */
export const makeFromDrafts = async (
  tx: Tx,
  runId: number,
  now: Date,
  { shops, drafts }: { shops: boolean; drafts: number },
): Promise<number> => {
  const again = await tx.raw(
    `update operators o set known_to = null, kind = s.makes_kind, name = s.name, name_key = s.name_key, region = s.makes_region,
       status = s.makes_status, first_run = :run
     from (select distinct on (coalesce(uscc, shop)) * from staged_drafts
       where (select id from operators where known_to is not null order by id limit 1) is not null
         and makes_kind is not null and coalesce(uscc, shop) is not null order by coalesce(uscc, shop), item desc) s
     where o.known_to is not null and (o.uscc = s.uscc or (s.uscc is null and o.shop = s.shop)) /* operators.make again */`,
    { run: runId },
  )
  const making = (code: 'uscc' | 'shop', only: string): PromiseLike<{ rowCount: number | null }> =>
    tx.raw(
      `insert into operators (${code}, kind, name, name_key, region, status, first_run, created_at)
       select distinct on (s.${code}) s.${code}, makes_kind, name, name_key, makes_region, makes_status, :run::bigint, :now::timestamptz
       from staged_drafts s where makes_kind is not null and ${only}
         and not exists (select 1 from operators o where o.${code} = s.${code})
       order by s.${code}, s.item desc /* operators.make ${code} */`,
      { run: runId, now },
    )
  const made = await withIndexesDropped(tx, 'operators', { rows: drafts, most: drafts * BULK_LOAD_SHARE }, () =>
    making('uscc', 's.uscc is not null'),
  )
  const opened = shops ? await making('shop', 's.uscc is null and s.shop is not null') : null
  return (made.rowCount ?? 0) + (opened?.rowCount ?? 0) + (again.rowCount ?? 0)
}

/** The caller holds the row lock of `nextInstant`. */
export const createOperator = async (
  tx: Tx,
  made: NewOperator,
  { run, at }: { run: number; at: Date },
): Promise<{ id: number }> => {
  const bindings = { ...made, key: made.name === null ? null : normalizeName(made.name), run, at }
  const again = await queryFirst<{ id: number }>(
    tx,
    `update operators set known_to = null, kind = :kind, name = :name, name_key = :key, region = :region, status = 'UNKNOWN',
       first_run = :run where known_to is not null and (uscc = :uscc::text or shop = :shop::text) returning id /* operators.found again */`,
    bindings,
  )
  if (again !== null) return again
  return queryOne(
    tx,
    `insert into operators (uscc, shop, kind, name, name_key, region, status, first_run, created_at)
     values (:uscc, :shop, :kind, :name, :key, :region, 'UNKNOWN', :run, :at) returning id /* operators.found */`,
    bindings,
  )
}

/** A decision or a rolled-back run made the operator; no record, merger or decision supports it. */
export const hasNoBasis = (tx: Tx, id: number): Promise<boolean> =>
  hasRows(
    tx,
    `select 1 from operators o join runs f on f.id = o.first_run where o.id = ? and o.known_to is null
       and (f.taken_back_at is not null
         or exists (select 1 from identity_decisions d where d.operator_id = o.id and d.evidence->>'madeOperator' = 'true'))
       and not exists (select 1 from versions v where v.operator_id = o.id and v.known_to is null and v.found_by is null)
       and not exists (select 1 from operators m where m.merged_into = o.id)
       and not exists (select 1 from identity_decisions d where o.id in (d.operator_id, d.merged_id, d.successor_id) and d.undone_at is null)
     /* operators.isUnfounded */`,
    [id],
  )

/** A name that a register states loses `claim`: only then is it shown as a former name. */
const UNLESS_KNOWN = `on conflict (operator_id, name) do update set claim = false, known_from = excluded.known_from, run_id = excluded.run_id
  where operator_names.claim and not excluded.claim`

/**
 * A replaced name becomes a former name if a register stated it, else a `claim`. Merged operators' registrations do not
 * change the successor. `known` is false when the run created all its operators.
 */
export const learnCodesAndNames = async (
  tx: Tx,
  runId: number,
  now: Date,
  { codes, former, known }: { codes: boolean; former: boolean; known: boolean },
): Promise<void> => {
  if (codes)
    await tx.raw(
      `insert into operator_codes (scheme, code, operator_id, run_id)
     select distinct scheme, code, operator_id, :run::bigint from (
       select 'org_code' as scheme, s.org_code as code, p.operator_id from staged_drafts s join plan p using (item, part)
         where p.effect in ('NEW', 'CHANGED') and s.kind = 'registration' and s.org_code is not null and s.uscc is null
       union all
       select 'reg_no', s.reg_no, p.operator_id from staged_drafts s join plan p using (item, part)
         where p.effect in ('NEW', 'CHANGED') and s.kind = 'registration' and s.reg_no is not null) c
     where operator_id is not null on conflict do nothing /* operators.learn codes */`,
      { run: runId },
    )
  if (former)
    await tx.raw(
      `insert into operator_names (operator_id, name, name_key, known_from, run_id)
     select distinct on (p.operator_id, f.name) p.operator_id, f.name, f.key, :now::timestamptz, :run::bigint
     from staged_drafts s join plan p using (item, part), jsonb_to_recordset(s.former) as f(name text, key text)
     where s.former is not null and p.operator_id is not null and p.effect in ('NEW', 'CHANGED') ${UNLESS_KNOWN}
     /* operators.learn former */`,
      { run: runId, now },
    )
  if (!known) return
  await tx.raw(
    `create temporary table taught on commit drop as
     select distinct on (p.operator_id) p.operator_id, s.name, s.name_key, s.makes_region as region, s.makes_status as status
     from staged_drafts s join plan p using (item, part) join operators o on o.id = p.operator_id
     where p.teaches and p.effect in ('NEW', 'CHANGED') and (s.uscc is null or s.uscc = o.uscc)
       and (o.name is distinct from coalesce(s.name, o.name)
       or o.region is distinct from coalesce(s.makes_region, o.region) or s.makes_status not in ('UNKNOWN', o.status))
     order by p.operator_id, p.item desc /* operators.learn taught */`,
  )
  await tx.raw(
    `insert into operator_names (operator_id, name, name_key, known_from, run_id, claim)
     select o.id, o.name, o.name_key, :now::timestamptz, :run::bigint, o.kind <> 'SHOP' and not exists (
       select 1 from versions v where v.operator_id = o.id and v.kind = 'registration' and v.body->>'name' = o.name and v.wrong_from is null)
     from taught t join operators o on o.id = t.operator_id
     where o.name is not null and t.name is not null and o.name <> t.name
     ${UNLESS_KNOWN} /* operators.learn names */`,
    { run: runId, now },
  )
  await tx.raw(
    `update operators o set name = coalesce(t.name, o.name), name_key = coalesce(t.name_key, o.name_key),
       region = coalesce(t.region, o.region), status = coalesce(nullif(t.status, 'UNKNOWN'), o.status)
     from taught t where o.id = t.operator_id /* operators.learn present */`,
  )
}

/** Reads one operator row for each code, known or not, so timing does not reveal which exist. */
export const operatorsByCode = async (
  db: Db | Tx,
  codes: readonly { scheme: string; code: string }[],
): Promise<Map<string, StoredOperator>> => {
  if (codes.length === 0) return new Map()
  const answer = await db.raw(
    `select a.scheme || ':' || a.code as "requestedCode", c.id is not null as "isThere", ${OPERATOR_COLUMNS}
     from unnest(?::text[], ?::text[]) as a(scheme, code)
     cross join lateral (select case when min(c.operator_id) = max(c.operator_id) then min(c.operator_id) end as id from codes c
       where c.scheme = a.scheme and c.code = a.code and c.known_to is null) c
     join operators o on o.id = coalesce(c.id, (select min(id) from operators)) /* operators.byCodes */`,
    [codes.map((c) => c.scheme), codes.map((c) => c.code)],
  )
  const rows = answer.rows as (StoredOperator & { requestedCode: string; isThere: boolean })[]
  return new Map(rows.filter(({ isThere }) => isThere).map((row) => [row.requestedCode, row]))
}

export const operatorsById = async (db: Db | Tx, ids: readonly number[]): Promise<Map<number, StoredOperator>> => {
  const answer = await db.raw(
    `select c.id is not null as "isThere", ${OPERATOR_COLUMNS} from unnest(?::int[]) as a(id)
     cross join lateral (select (select id from operators where id = a.id) as id offset 0) c
     join operators o on o.id = coalesce(c.id, (select min(id) from operators)) /* operators.byIds */`,
    [[...new Set(ids)]],
  )
  const rows = answer.rows as (StoredOperator & { isThere: boolean })[]
  return new Map(rows.filter(({ isThere }) => isThere).map((row) => [row.id, row]))
}

export const formerNames = (
  db: ReadHandle,
  ids: readonly number[],
): Promise<{ operatorId: number; name: string; knownFrom: Date }[]> =>
  queryRows(
    db,
    `select o.id as "operatorId", n.name, n.known_from as "knownFrom" from operator_names n join operators o on o.id = n.operator_id
     where o.id = any(?) and n.name is distinct from o.name and not n.claim order by o.id, n.known_from desc, n.name /* operators.formerNames */`,
    [[...ids]],
  )

export const codesOf = (
  db: Db,
  ids: readonly number[],
): Promise<{ operatorId: number; scheme: string; code: string }[]> =>
  queryRows(
    db,
    `select operator_id as "operatorId", scheme, code from codes where operator_id = any(?)
     order by operator_id, scheme, code /* operators.codesOf */`,
    [[...ids]],
  )

export const countOperators = (db: Db): Promise<number> =>
  queryValue(db, 'select count(*)::int as n from operators where known_to is null /* operators.count */')
