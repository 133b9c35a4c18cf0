import type { Db } from '../db/db.js'

/** Rows of past windows that one statement deletes. */
const ROWS_DELETED_MOST = 1_000

/** Locks rows in key order against deadlocks. */
export const addUsage = async (
  db: Db,
  counted: readonly { key: string; used: number }[],
  windowStart: Date,
): Promise<Map<string, number>> => {
  const sorted = [...counted].sort((a, b) => (a.key < b.key ? -1 : 1))
  const answer = await db.raw(
    `with gone as (delete from quotas where key in
       (select key from quotas where window_start < :windowStart and key <> all(:keys) limit ${ROWS_DELETED_MOST} for update skip locked))
     insert into quotas as q (key, window_start, used)
     select key, :windowStart, used from unnest(:keys::text[], :used::bigint[]) as counted(key, used)
     on conflict (key) do update set window_start = greatest(q.window_start, excluded.window_start),
       used = case when q.window_start = excluded.window_start then q.used + excluded.used
         when q.window_start < excluded.window_start then excluded.used else q.used end
     returning key, used /* quotas.add */`,
    { windowStart, keys: sorted.map(({ key }) => key), used: sorted.map(({ used }) => used) } as never,
  )
  return new Map(answer.rows.map((row: { key: string; used: number }) => [row.key, row.used]))
}
