/**
 * Operators whose score does not know yet what changed. Everything that learns ticks the one clock first, and so does
 * scoring: whatever is marked when a score is reckoned, the score knows.
 */
import type { Tx } from './db.js'

/** Of those that are marked already the mark is renewed. `at`: the instant of the transaction's knowledge. */
export const mark = async (tx: Tx, ids: readonly number[], at: Date): Promise<void> => {
  if (ids.length === 0) return
  await tx.raw(
    `insert into dirty_operators (operator_id, since) select distinct id, :at::timestamptz from unnest(:ids::int[]) a(id)
     on conflict (operator_id) do update set since = excluded.since /* dirty.mark */`,
    { ids: [...ids], at } as never,
  )
}

/** Those that a merge's plan gives a new or changed record or takes one from, and those matched in it. */
export const markPlanned = async (tx: Tx, run: number, at: Date): Promise<void> => {
  const touched = `select operator_id from plan where effect in ('NEW', 'CHANGED') and operator_id is not null
    union select was_operator from plan where was_operator is not null and was_operator is distinct from operator_id
    union select operator_id from versions where opened_by = :run and operator_id is not null`
  // A mark from before says as much, and `on conflict` would cost a million rows as much as writing them.
  await tx.raw(
    `insert into dirty_operators (operator_id, since) select t.operator_id, :at::timestamptz from (${touched}) t
     where not exists (select 1 from dirty_operators d where d.operator_id = t.operator_id) order by 1 /* dirty.markPlanned */`,
    { run, at },
  )
}

/** Clean again, as far as a score of that knowledge goes. */
export const scored = async (tx: Tx, ids: readonly number[], knownAt: Date): Promise<void> => {
  await tx.raw('delete from dirty_operators where operator_id = any(?) and since <= ? /* dirty.scored */', [
    [...ids],
    knownAt,
  ])
}
