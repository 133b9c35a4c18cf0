import { type Db, queryColumn, queryRows, type Tx } from '../db/db.js'

const columnsOf = (row: string): string =>
  `${row}.score_id, ${row}.as_of, ${row}.value, ${row}.grade, ${row}.weighs, ${row}.asked_until, coalesce(${row}.contested, false), ${row}.entries::jsonb`
const FACTS = ['uscc', 'name', 'region', 'status']
const factsOf = (row: string): string => FACTS.map((name) => `${row}.${name}`).join(', ')

const recomputed = (operators: string): string => `
  select o.id as operator_id, standing_code(o) as uscc, o.name, o.region, o.status, s.id as score_id, s.as_of, s.value, s.grade, standing_weighs(s.id) as weighs,
    (select max(a.as_of) from scores a where a.operator_id = o.id and a.asked) as asked_until,
    exists (select 1 from (select o.id union all select m.id from operators m where m.merged_into = o.id) p
      where exists (select 1 from overrules v where v.operator_id = p.id) or exists (select 1 from objections b where b.operator_id = p.id)) as contested,
    standing_entries(o.id) as entries
  from operators o left join lateral (select k.id, k.as_of, k.value, k.grade from scores k where k.operator_id = o.id and not k.asked
    order by k.as_of desc, k.id desc limit 1) s on true where o.id in (${operators})`

export interface VerifiedPage {
  last: number | null
  verified: number
  differing: number[]
}

const PAGE = `(select id from operators where id > :after order by id limit :limit)
  union (select operator_id from standing_rows where operator_id > :after order by operator_id limit :limit) order by id limit :limit`

/** A missing row counts as empty, one without operator differs. */
export const compareStandingRows = async (db: Db, after: number, limit: number): Promise<VerifiedPage> => {
  const rows = await queryRows<{ id: number; differs: boolean }>(
    db,
    `with page as (${PAGE}), n as (${recomputed('select id from page')})
     select page.id, n.operator_id is null or (${columnsOf('r')}) is distinct from (${columnsOf('n')})
         or (r.operator_id is not null and (${factsOf('r')}) is distinct from (${factsOf('n')})) as differs
     from page left join n on n.operator_id = page.id left join standing_rows r on r.operator_id = page.id and r.operator_id > :after order by page.id /* standingRows.comparePage */`,
    { after, limit },
  )
  const differing = rows.flatMap(({ id, differs }) => (differs ? [id] : []))
  return { last: rows.length < limit ? null : (rows.at(-1)?.id ?? null), verified: rows.length, differing }
}

export const correctStandingRows = async (tx: Tx, ids: readonly number[]): Promise<number[]> => {
  const deleted = await queryColumn<number>(
    tx,
    `delete from standing_rows r where operator_id = any(?::int[]) and not exists (select from operators o where o.id = r.operator_id)
     returning operator_id /* standingRows.correct */`,
    [[...ids]],
  )
  await tx.raw(
    'insert into standing_rows (operator_id) select id from operators where id = any(?::int[]) on conflict do nothing /* standingRows.correct */',
    [[...ids]],
  )
  await tx.raw(
    'select 1 from standing_rows where operator_id = any(?::int[]) order by operator_id for update /* standingRows.correct */',
    [[...ids]],
  )
  const corrected = await queryColumn<number>(
    tx,
    `update standing_rows r set score_id = n.score_id, as_of = n.as_of, value = n.value, grade = n.grade, weighs = n.weighs,
       asked_until = n.asked_until, contested = n.contested, entries = n.entries, (${FACTS.join(', ')}) = row(${factsOf('n')})
     from (${recomputed('select unnest(:ids::int[]) as id')}) n where r.operator_id = n.operator_id
       and (${columnsOf('r')}, ${factsOf('r')}) is distinct from (${columnsOf('n')}, ${factsOf('n')}) returning r.operator_id as id /* standingRows.correct */`,
    { ids: [...ids] },
  )
  return [...deleted, ...corrected]
}
