/**
 * Operators whose score does not know yet what changed. A mark is a row; nobody asks whether one is there already: of a
 * million rows that would cost more than the rows.
 */
import type { Tx } from '../db/db.js'

/** `at`: the instant of the transaction's knowledge. */
export const mark = async (tx: Tx, ids: readonly number[], at: Date): Promise<void> => {
  if (ids.length === 0) return
  await tx.raw(
    `insert into dirty_operators (operator_id, since) select distinct id, :at::timestamptz from unnest(:ids::int[]) a(id) /* dirty.mark */`,
    { ids: [...ids], at } as never,
  )
}

/** Those that a merge's plan gives a new or changed record or takes one from, and those whose record it saw ending. */
export const markPlanned = async (tx: Tx, run: number, at: Date): Promise<void> => {
  await tx.raw(
    `insert into dirty_operators (operator_id, since) select operator_id, :at::timestamptz from (
       select operator_id from plan where effect in ('NEW', 'CHANGED') and operator_id is not null
       union select was_operator from plan where was_operator is not null and was_operator is distinct from operator_id
       union select operator_id from versions where opened_by = :run and operator_id is not null) t order by 1 /* dirty.markPlanned */`,
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

/** Of these those that something was learnt of since that knowledge. */
export const movedSince = async (tx: Tx, ids: readonly number[], knownAt: Date): Promise<Set<number>> => {
  const answer = await tx.raw(
    `select distinct operator_id as id from dirty_operators where operator_id = any(:ids::int[]) and since > :knownAt /* dirty.movedSince */`,
    { ids: [...ids], knownAt } as never,
  )
  return idsIn(answer.rows)
}

/** Of these those that are no operators by themselves any more: forgotten, or merged into another. */
export const gone = async (tx: Tx, ids: readonly number[]): Promise<Set<number>> => {
  const answer = await tx.raw(
    `select id from operators where id = any(?::int[]) and (known_to is not null or merged_into is not null) /* dirty.gone */`,
    [[...ids]] as never,
  )
  return idsIn(answer.rows)
}

const idsIn = (rows: readonly { id: number }[]): Set<number> => new Set(rows.map(({ id }) => id))
