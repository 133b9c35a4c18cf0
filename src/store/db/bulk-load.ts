/** Drops the indexes of a table while most of it is written, under an exclusive lock: three times faster. */
import { queryValue, type Tx } from './db.js'
import { isLockTimeout } from './sqlstate.js'
import { IS_REHEARSAL_SQL, withLockTimeout } from './transaction.js'

const FEWEST_ROWS = 50_000
const LOCK_WAIT_MS = 250
const BUILD_MEM = '256MB'

export const withIndexesDropped = async <T>(
  tx: Tx,
  table: 'versions' | 'operators',
  { rows, most }: { rows: number; most: number },
  fill: () => PromiseLike<T>,
): Promise<T> => {
  if (rows < FEWEST_ROWS || !(await nobodyWaits(tx)) || !(await holdsAtMost(tx, table, most))) return fill()
  if (!(await tryExclusiveLock(tx, table))) return fill()
  // Partial indexes stay: rebuilding one reads the whole table. Those on known_to prevent HOT updates, over which a
  // rebuilt index would serve only later snapshots (indcheckxmin).
  const indexes = await tx.raw(
    `select c.relname as name, pg_get_indexdef(i.indexrelid) as made,
       format('comment on index %I is %L', c.relname, obj_description(c.oid, 'pg_class')) as described from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = ?::regclass and not i.indisprimary and i.indpred is null /* bulk-load.indexes */`,
    [table],
  )
  for (const { name } of indexes.rows) await tx.raw('drop index ?? /* bulk-load.drop */', [name])
  const filled = await fill()
  await tx.raw(`set local maintenance_work_mem = '${BUILD_MEM}' /* bulk-load.build */`)
  for (const { made, described } of indexes.rows) await tx.raw(`${made}; ${described} /* bulk-load.build */`)
  return filled
}

/** Application names of connections that exist only while a hub serves. */
const SERVING = ['hub answers', 'hub timetable']

const nobodyWaits = (tx: Tx): Promise<boolean> =>
  queryValue(
    tx,
    `select not ${IS_REHEARSAL_SQL} and not exists (select 1 from pg_stat_activity
       where datname = current_database() and application_name = any(?)) as alone /* bulk-load.nobodyWaits */`,
    [SERVING],
  )

const holdsAtMost = (tx: Tx, table: string, most: number): Promise<boolean> =>
  queryValue(tx, `select not exists (select 1 from ${table} offset ?) as few /* bulk-load.holdsAtMost */`, [
    Math.floor(most),
  ])

const tryExclusiveLock = async (tx: Tx, table: string): Promise<boolean> => {
  try {
    await tx.transaction((inner) =>
      withLockTimeout(inner, LOCK_WAIT_MS, () =>
        inner.raw(`lock table ${table} in access exclusive mode /* bulk-load.tryExclusiveLock */`),
      ),
    )
    return true
  } catch (error) {
    if (!isLockTimeout(error)) throw error
    return false
  }
}
