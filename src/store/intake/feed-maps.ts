import type { NumberedMap } from '../../domain/intake/feed-maps.js'
import { type Db, queryFirst, queryRows, queryValue, type Tx } from '../db/db.js'

export interface FeedMapRow extends NumberedMap {
  feed: string
  madeBy: string
  madeAt: Date
  endedBy: string | null
  endedAt: Date | null
}

export const lock = async (tx: Tx, feed: string): Promise<void> => {
  await tx.raw('select pg_advisory_xact_lock(hashtext(?), hashtext(?)) /* feedMaps.lock */', ['feed_maps', feed])
}

export const add = (
  tx: Tx,
  { feed, headings, values, madeBy, madeAt }: Omit<FeedMapRow, 'id' | 'endedBy' | 'endedAt'>,
): Promise<number> =>
  queryValue(
    tx,
    `insert into feed_maps (feed, headings, fixed, made_by, made_at)
     values (:feed, :headings, :values, :madeBy, :madeAt) returning id::int as id /* feedMaps.add */`,
    { feed, headings: JSON.stringify(headings), values: JSON.stringify(values), madeBy, madeAt },
  )

const COLUMNS = `id::int as id, feed, headings, fixed as "values", made_by as "madeBy", made_at as "madeAt",
  ended_by as "endedBy", ended_at as "endedAt"`

export const end = (db: Db, feed: string, id: number, by: string, now: Date): Promise<FeedMapRow | null> =>
  queryFirst(
    db,
    `update feed_maps set ended_by = :by, ended_at = :now
     where id = :id and feed = :feed and ended_at is null returning ${COLUMNS} /* feedMaps.end */`,
    { id, feed, by, now },
  )

export const listOfFeed = (db: Db, feed: string, inForce = false): Promise<FeedMapRow[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from feed_maps where feed = :feed and (not :inForce or ended_at is null) order by id desc /* feedMaps.of */`,
    { feed, inForce },
  )

export const byIds = async (db: Db | Tx, ids: readonly number[]): Promise<FeedMapRow[]> => {
  if (ids.length === 0) return []
  return queryRows(
    db,
    `select ${COLUMNS} from feed_maps where id = any(?::bigint[]) order by id /* feedMaps.byIds */`,
    [[...ids]],
  )
}

export const inForce = (db: Db, feed: string): Promise<FeedMapRow[]> => listOfFeed(db, feed, true)
