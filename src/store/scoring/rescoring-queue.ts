/** An operator may appear twice: a check for duplicates would cost more. */
import { type Db, querySet, type Tx } from '../db/db.js'
import { withOwnConnection } from '../db/own-connection.js'

export const markDirty = async (tx: Tx, ids: readonly number[], at: Date): Promise<void> => {
  if (ids.length === 0) return
  await tx.raw(
    `insert into dirty_operators (operator_id, since) select distinct id, :at::timestamptz from unnest(:ids::int[]) a(id)
     where not exists (select 1 from operators o where o.id = a.id and o.known_to is not null) /* rescoring-queue.mark */`,
    { ids, at },
  )
}

export const markDirtyByPlan = async (tx: Tx, run: number, at: Date): Promise<void> => {
  await tx.raw(
    `insert into dirty_operators (operator_id, since) select operator_id, :at::timestamptz from (
       select operator_id from plan where effect in ('NEW', 'CHANGED') and operator_id is not null
       union select was_operator from plan where was_operator is not null and was_operator is distinct from operator_id
       union select operator_id from versions where opened_by = :run and operator_id is not null) t order by 1 /* rescoring-queue.markPlanned */`,
    { run, at },
  )
}

/** The planner knows no length of this array, so it uses the index also before the table is analysed. */
const IS_OF_OPERATORS_SQL = 'operator_id = any(array(select unnest(?::int[])))'

export const clearDirty = async (tx: Tx, ids: readonly number[], knownAt: Date): Promise<void> => {
  await tx.raw(`delete from dirty_operators where ${IS_OF_OPERATORS_SQL} and since <= ? /* rescoring-queue.scored */`, [
    ids,
    knownAt,
  ])
}

export const findIdsMarkedDirtyAfter = (tx: Tx, ids: readonly number[], knownAt: Date): Promise<Set<number>> =>
  querySet(
    tx,
    `select distinct operator_id from dirty_operators where ${IS_OF_OPERATORS_SQL} and since > ? /* rescoring-queue.movedSince */`,
    [ids, knownAt],
  )

export const findGoneOperators = (tx: Tx, ids: readonly number[]): Promise<Set<number>> =>
  querySet(
    tx,
    'select id from operators where id = any(?::int[]) and (known_to is not null or merged_into is not null) /* rescoring-queue.gone */',
    [ids],
  )

export interface DueOperator {
  id: number
  kind: string
}

export const withDueOperators = <T>(
  db: Db,
  { all, only, asOf, basis }: { all: boolean; only?: readonly number[] | undefined; asOf: string; basis: string },
  work: (nextOperators: (many: number) => Promise<DueOperator[]>) => Promise<T>,
): Promise<T> => {
  const due = `(select operator_id as id from dirty_operators
    union select operator_id from current_scores where next_change_on <= '${asOf}'
    union select operator_id from current_scores where basis < '${basis}' or basis > '${basis}') d join operators o using (id)`
  const named = only && `operators o where o.id = any('{${only.map(Number).join(',')}}') and`
  const which = named ?? (all ? 'operators o where' : `${due} where`)
  return withOwnConnection(db, async (connection) => {
    await connection.query(
      `create temporary table due as select o.id, o.kind from ${which} o.known_to is null and o.merged_into is null order by o.id /* rescoring-queue.find */`,
    )
    await connection.query('begin read only')
    await connection.query('declare due_next no scroll cursor for select id, kind from due')
    return await work(
      async (many) => (await connection.query(`fetch ${many} from due_next /* rescoring-queue.next */`)).rows,
    )
  })
}
