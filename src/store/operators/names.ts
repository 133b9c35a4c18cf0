import { maskName } from '../../domain/listing/masked-names.js'
import { gramsOf, type NameCandidate, searchKey } from '../../domain/operators/name-search.js'
import { copyIntoTable } from '../db/copy.js'
import { type Db, queryColumn, queryRows, queryValue, type Tx } from '../db/db.js'

/** Larger sets of operators are left to a background run (sweep). */
const FOLLOWED_MOST = 5_000
const STEP_OPERATORS = 10_000
/** From this many operators on, the index is built after the first fill, in a tenth of the time. */
const BARE_FROM = 50_000
const COUNT_AGAIN_SHARE = 0.2
const COUNT_AGAIN_FROM = 5_000
const BUILD_MEM = '256MB'
const WRITING = 20_161_126

export const indexNamesOfPlan = async (tx: Tx, run: number, { made, changes }: { made: number; changes: number }) => {
  if (changes > FOLLOWED_MOST) {
    const isNamed = await queryValue<boolean>(
      tx,
      `select ${made > 0} or exists (select 1 from staged_drafts where kind = 'registration') as any /* names.followPlan any */`,
    )
    if (isNamed) await wantSweep(tx)
    return
  }
  const named = await queryColumn<number>(
    tx,
    `select p.operator_id as id from plan p join staged_drafts s using (item, part) join operators o on o.id = p.operator_id
       where p.effect in ('NEW', 'CHANGED') and (o.first_run = :run or s.kind = 'registration')
     union select o.id from staged_drafts s join operators o on o.uscc = s.uscc or o.shop = s.shop where o.first_run = :run
     order by 1 /* names.followPlan */`,
    { run },
  )
  await indexNamesOf(tx, named)
}

export const indexNamesOf = async (tx: Tx, operators: readonly number[]): Promise<void> => {
  if (operators.length === 0) return
  if (operators.length > FOLLOWED_MOST) return wantSweep(tx)
  await write(tx, operators)
}

const wantSweep = async (tx: Tx): Promise<void> => {
  await tx.raw('update name_states set wanted = wanted + 1 /* names.wantSweep */')
}

const write = async (tx: Tx, operators: readonly number[]): Promise<number> => {
  await alone(tx)
  const called = await queryRows<Omit<NameCandidate, 'key'> & { name: string }>(
    tx,
    `select o.id as operator, false as former, o.name from operators o where o.id = any(:ids) and o.name is not null
     union all select n.operator_id, true, n.name from operator_names n join operators o on o.id = n.operator_id
       where n.operator_id = any(:ids) and n.name is distinct from o.name and not n.claim /* names.write called */`,
    { ids: [...operators] },
  )
  const held = await queryRows<NameCandidate>(
    tx,
    'select operator_id as operator, former, key from names where operator_id = any(?) /* names.write held */',
    [[...operators]],
  )
  const there = new Set(held.map(nameOf))
  const wanted = new Map<string, NameCandidate & { name: string }>()
  for (const row of called) {
    const one = { ...row, key: searchKey(row.name) }
    if (one.key !== '') wanted.set(nameOf(one), one)
  }
  const gone = held.filter((row) => !wanted.has(nameOf(row)))
  if (gone.length > 0)
    await tx.raw(
      `delete from names n using jsonb_to_recordset(?::jsonb) as g(operator int, former boolean, key text)
       where n.operator_id = g.operator and n.former = g.former and n.key = g.key /* names.write gone */`,
      [JSON.stringify(gone)],
    )
  const fresh = [...wanted.values()].filter((one) => !there.has(nameOf(one)))
  if (fresh.length === 0) return 0
  await copy(tx, fresh)
  await tx.raw('update name_states set since = since + ? /* names.write since */', [fresh.length])
  return fresh.length
}

const alone = (tx: Tx) => tx.raw('select pg_advisory_xact_lock(?) /* names.alone */', [WRITING])

export const nameOf = ({ operator, former, key }: NameCandidate): string => `${operator} ${former} ${key}`

const copy = async (tx: Tx, rows: readonly (NameCandidate & { name: string })[]): Promise<void> => {
  // Names that begin alike share pages, so that a search reads fewer.
  const sorted = rows.toSorted((one, other) => (one.key < other.key ? -1 : 1))
  const lines = sorted.map(
    ({ operator, former, key, name }) =>
      `${operator}\t${former}\t${maskName(name) !== name}\t${key}\t{${gramsOf(key).join(',')}}\n`,
  )
  await copyIntoTable(tx, 'names (operator_id, former, personal, key, grams)', [lines.join('')])
}

/** Null when all names are indexed and counted. */
export const wantedSweep = (db: Db): Promise<number | null> =>
  queryValue(
    db,
    `select case when wanted > done or since > greatest(counted * ${COUNT_AGAIN_SHARE}, ${COUNT_AGAIN_FROM}) then wanted end as due
     from name_states /* names.wanting */`,
  )

export const prepareSweep = async (db: Db): Promise<void> => {
  await db.transaction(async (tx) => {
    await alone(tx)
    const isBare = await queryValue<boolean>(
      tx,
      `select exists (select 1 from operators offset ${BARE_FROM - 1}) and not exists (select 1 from names offset ${BARE_FROM / 10}) as bare
       /* names.prepare */`,
    )
    if (isBare) await tx.raw('drop index if exists names_grams /* names.prepare */')
  })
}

export const sweepStep = async (db: Db, after: number): Promise<{ last: number; written: number } | null> =>
  db.transaction(async (tx) => {
    const sql = `select id from operators where id > ? order by id limit ${STEP_OPERATORS} /* names.sweepStep */`
    const ids = await queryColumn<number>(tx, sql, [after])
    const last = ids.at(-1)
    return last === undefined ? null : { last, written: await write(tx, ids) }
  })

export const finishSweep = async (db: Db, wanted: number): Promise<void> => {
  await db.transaction(async (tx) => {
    await tx.raw(
      `set local maintenance_work_mem = '${BUILD_MEM}'; set local work_mem = '${BUILD_MEM}' /* names.finish */`,
    )
    await alone(tx)
    await tx.raw('create index if not exists names_grams on names using gin (grams) /* names.finish index */')
    await tx.raw('delete from name_grams /* names.finish forget */')
    await tx.raw(
      `insert into name_grams (gram, names) select gram, count(*) from names, unnest(grams) as gram group by gram /* names.finish count */`,
    )
    await tx.raw(
      `update name_states set done = greatest(done, ?), counts = counts + 1, since = 0, counted = (select count(*) from names) /* names.finish done */`,
      [wanted],
    )
  })
  await db.raw('analyze names /* names.finish analyze */')
}
