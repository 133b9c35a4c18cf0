import { readHead } from '../../src/store/audit/audit-log.js'
import { addPartition, listPartitions } from '../../src/store/audit/partitions.js'
import type { JobDb } from '../../src/store/db/db.js'

/** Leaves an empty audit log so many partitions of so many rows, so that a test fills them. */
export const narrowPartitions = async (db: JobDb, rows: number, many = 1): Promise<void> => {
  for (const { name } of await listPartitions(db)) await db.raw(`drop table ${name}`)
  for (let n = 0; n < many; n += 1)
    await db.transaction((tx) => addPartition(tx, { first: n * rows + 1, last: (n + 1) * rows }))
}

/** Ends the first partition behind the last row, so that it is past its term with these rows. */
export const endFirstPartition = async (db: JobDb): Promise<void> => {
  const [first, ...others] = await listPartitions(db)
  const last = (await readHead(db))?.number ?? 0
  for (const { name } of others) await db.raw(`drop table ${name}`)
  await db.raw(
    `alter table trail detach partition ${first?.name}; alter table trail attach partition ${first?.name} for values from (1) to (${last + 1})`,
  )
  await db.transaction((tx) => addPartition(tx, { first: last + 1, last: last + 1_000 }))
}
