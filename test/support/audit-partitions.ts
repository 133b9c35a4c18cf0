import { addPartition, listPartitions } from '../../src/store/audit/partitions.js'
import type { JobDb } from '../../src/store/db/db.js'

/** Leaves an empty audit log so many partitions of so many rows, so that a test fills them. */
export const narrowPartitions = async (db: JobDb, rows: number, many = 1): Promise<void> => {
  for (const { name } of await listPartitions(db)) await db.raw(`drop table ${name}`)
  for (let n = 0; n < many; n += 1)
    await db.transaction((tx) => addPartition(tx, { first: n * rows + 1, last: (n + 1) * rows }))
}
