import type { Json } from '../../domain/records/records.js'
import { type Db, queryColumn, type Tx } from '../db/db.js'

export const stateOf = async (db: Db, feed: string): Promise<Json | null> => {
  const [state = null] = await queryColumn<Json>(
    db,
    'select state from feed_states where feed = ? /* feedStates.of */',
    [feed],
  )
  return state
}

export const keep = async (tx: Tx, feed: string, state: Json, runId: number): Promise<void> => {
  await tx.raw(
    `insert into feed_states (feed, state, run_id) values (?, ?::jsonb, ?)
     on conflict (feed) do update set state = excluded.state, run_id = excluded.run_id /* feedStates.keep */`,
    [feed, JSON.stringify(state), runId],
  )
}

export const forget = async (tx: Tx, feed: string): Promise<void> => {
  await tx.raw('delete from feed_states where feed = ? /* feedStates.forget */', [feed])
}
