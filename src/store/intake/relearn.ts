/**
 * After a rollback, restores what an operator is called and which numbers it bears, from the registrations that are not
 * wrong.
 */
import { type BelievedOperator, chooseNames } from '../../domain/operators/believed-names.js'
import { normalizeCode } from '../../domain/operators/codes.js'
import { normalizeName } from '../../domain/operators/names.js'
import { queryColumn, queryRows, type Tx } from '../db/db.js'
import { indexNamesOf } from '../operators/names.js'

const STEP_OPERATORS = 2_000

export const relearnCodes = async (tx: Tx, run: number, at: Date): Promise<string[]> => {
  const codes = await queryColumn<string>(
    tx,
    `delete from operator_codes where run_id = ? returning scheme || ':' || code as code /* relearn codes */`,
    [run],
  )
  const ids = await queryColumn<number>(
    tx,
    `select distinct c.operator_id as id from affected_operators c join operators o on o.id = c.operator_id
     where o.known_to is null and (o.first_run = :run
       or exists (select 1 from taken_back t where t.operator_id = c.operator_id and t.kind = 'registration')
       or exists (select 1 from operator_names n where n.operator_id = c.operator_id and n.run_id = :run)) order by 1 /* relearn */`,
    { run },
  )
  for (let from = 0; from < ids.length; from += STEP_OPERATORS)
    await storeBelieved(tx, run, at, await readBelievedOperators(tx, run, ids.slice(from, from + STEP_OPERATORS)))
  return codes
}

/** After a merge is undone, `owner` loses codes that it had only from the separated operators. */
export const relearnAfterUndoneMerger = async (
  tx: Tx,
  { parts, owner }: { parts: readonly number[]; owner: number },
  at: Date,
) => {
  const registered = ({ right }: BelievedOperator): boolean => right.some(({ current }) => current)
  const parted = (await readBelievedOperators(tx, null, parts)).filter(registered)
  await storeBelieved(tx, null, at, parted)
  const codes = (known: readonly BelievedOperator[]): string[] =>
    known.flatMap(({ right }) => right.flatMap(({ regNo }) => normalizeCode(regNo) ?? []))
  const knownCodes = new Set(codes(await readBelievedOperators(tx, null, [owner])))
  await tx.raw(
    `delete from operator_codes where operator_id = ? and scheme = 'reg_no' and code = any(?::text[]) /* relearn parted */`,
    [owner, codes(parted).filter((code) => !knownCodes.has(code))] as never,
  )
}

const OWN = `v.operator_id in (o.id, o.merged_into) and ((v.operator_id = o.id and v.decision_id is null)
  or exists (select 1 from identity_decisions d where d.id = v.decision_id
    and ((d.verdict = 'ATTACH' and d.operator_id = o.id) or (d.verdict = 'MERGE' and d.merged_id = o.id))))`

const readBelievedOperators = (tx: Tx, run: number | null, ids: readonly number[]): Promise<BelievedOperator[]> =>
  queryRows(
    tx,
    `select o.id, o.uscc, o.name, (f.id is not distinct from :run::bigint or f.taken_back_at is not null) as "bornOfWrongRun",
       coalesce((select jsonb_agg(n.name) from operator_names n where n.operator_id = o.id and n.run_id = :run::bigint), '[]') as "namesOfRun",
       coalesce((select jsonb_agg(n.name) from operator_names n where n.operator_id = o.id and n.run_id = :run::bigint and n.claim), '[]') as "claimedNames",
       coalesce((select jsonb_agg(jsonb_build_object('name', v.body->>'name', 'former', coalesce(v.body->'former_names', '[]')))
         from versions v where ${OWN} and v.kind = 'registration' and v.wrong_from is not null
           and (v.body->>'uscc' is null or o.uscc is null or v.body->>'uscc' = o.uscc)), '[]') as wrong,
       coalesce((select jsonb_agg(jsonb_build_object('name', v.body->>'name', 'former', coalesce(v.body->'former_names', '[]'),
           'current', v.known_to is null, 'region', v.body->>'region_code', 'status', v.body->>'status', 'regNo', v.body->>'reg_no',
           'run', v.run_id) order by (v.known_to is null) desc, v.run_id desc, v.id desc)
         from versions v where ${OWN} and v.kind = 'registration' and v.wrong_from is null
           and (v.body->>'uscc' is null or o.uscc is null or v.body->>'uscc' = o.uscc)), '[]') as "right",
       (select coalesce(v.body->>'party_name', v.body->>'name') from versions v where ${OWN} and v.known_to is null
         and v.found_by is null and v.kind in ('penalty', 'inspection', 'permit', 'repair', 'shop') order by v.run_id, v.id limit 1) as party
     from operators o join runs f on f.id = o.first_run where o.id = any(:ids::int[]) order by o.id /* relearn.readBelieved */`,
    { run, ids: [...ids] },
  )

const storeBelieved = async (
  tx: Tx,
  run: number | null,
  at: Date,
  operators: readonly BelievedOperator[],
): Promise<void> => {
  const rows = operators.map((one) => chooseNames(one, run))
  const present = rows.map((row) => ({ ...row, key: row.name === null ? null : normalizeName(row.name) }))
  await tx.raw(
    `update operators o set name = r.name, name_key = r.key, region = r.region, status = r.status
     from jsonb_to_recordset(?::jsonb) as r(id int, name text, key text, region text, status text) where o.id = r.id /* relearn present */`,
    [JSON.stringify(present)],
  )
  await tx.raw(
    `delete from operator_names n using jsonb_to_recordset(?::jsonb) as r(id int, name text) where n.operator_id = r.id and n.name = r.name
     /* relearn namesToDelete */`,
    [JSON.stringify(rows.flatMap(({ id, namesToDelete }) => namesToDelete.map((name) => ({ id, name }))))],
  )
  const former = rows.flatMap((row) =>
    row.formerNames.map((name) => ({ id: row.id, name, key: normalizeName(name), run: row.run })),
  )
  await tx.raw(
    `insert into operator_names (operator_id, name, name_key, known_from, run_id)
     select r.id, r.name, r.key, ?::timestamptz, r.run from jsonb_to_recordset(?::jsonb) as r(id int, name text, key text, run bigint)
     on conflict (operator_id, name) do update set run_id = excluded.run_id, claim = false
       where operator_names.run_id = ?::bigint or operator_names.claim /* relearn former */`,
    [at, JSON.stringify(former), run],
  )
  const codes = rows.flatMap(({ id, regNo, run: source }) => {
    const code = normalizeCode(regNo)
    return code === null ? [] : [{ id, code, run: source }]
  })
  await tx.raw(
    `insert into operator_codes (scheme, code, operator_id, run_id)
     select 'reg_no', r.code, r.id, r.run from jsonb_to_recordset(?::jsonb) as r(id int, code text, run bigint) on conflict do nothing
     /* relearn reg_no */`,
    [JSON.stringify(codes)],
  )
  await indexNamesOf(
    tx,
    rows.map(({ id }) => id),
  )
}
