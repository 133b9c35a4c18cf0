/** Moves content of old partitions to files. A file is read back before the table's content is dropped. */
import { setTimeout as rest } from 'node:timers/promises'
import type { AuditRow } from '../../domain/audit/audit-log.js'
import { ARCHIVE_BLOCK_ROWS, type AuditPartition, needsRoom, nextPartitionRows } from '../../domain/audit/partitions.js'
import { keptSince } from '../../domain/timetable/retention.js'
import type { Log } from '../../foundation/log.js'
import * as store from '../../store/audit/audit-log.js'
import * as partitions from '../../store/audit/partitions.js'
import type { Db } from '../../store/db/db.js'
import { isLockTimeout } from '../../store/db/sqlstate.js'
import { readRetentionRules } from '../timetable/tidy.js'
import { keepArchive, makeArchiveReader, removeFiles, writeArchive } from './archive-files.js'

const PAGE_ROWS = 8 * ARCHIVE_BLOCK_ROWS

export const makeRoom = (db: Db, now: Date): Promise<void> =>
  db.transaction(async (tx) => {
    await partitions.lockPartitions(tx)
    const [newest, before = newest] = (await partitions.listPartitions(tx)).reverse()
    if (newest === undefined || before === undefined) throw new Error('the audit log has no partition')
    if (!needsRoom(newest, (await store.readHead(tx))?.number ?? 0)) return
    const rows = nextPartitionRows(before, await partitions.findInstant(tx, before.first), now)
    await partitions.addPartition(tx, { first: newest.last + 1, last: newest.last + rows })
  })

export interface ArchiveOptions {
  archiveDir: string
  now: Date
  log?: Log | undefined
  signal?: AbortSignal | undefined
}

export const archiveOld = async (db: Db, { archiveDir, now, log, signal }: ArchiveOptions): Promise<number> => {
  const since = keptSince(readRetentionRules(), 'AUDIT_LOG', now)
  const done = new Set(await partitions.listArchived(db))
  let moved = 0
  for (const part of (await partitions.listPartitions(db)).filter(({ first }) => !done.has(first))) {
    const [last] = await store.listRowsAfter(db, part.last - 1, 1)
    if (last === undefined || last.at >= since || !(await isIndexed(db, part.last)) || signal?.aborted) break
    try {
      // No file is written while the swap could not get its lock.
      await db.transaction(partitions.lockForSwap)
      await archive(db, part, { archiveDir, now })
    } catch (error) {
      if (!isLockTimeout(error)) throw error
      log?.warn(
        { partition: part.name },
        'somebody reads the audit log for long; its old content moves to a file later',
      )
      break
    }
    moved += part.last - part.first + 1
  }
  return moved
}

const isIndexed = async (db: Db, number: number): Promise<boolean> =>
  (await db.transaction(store.lockProgress)).indexed >= number

const archive = async (db: Db, partition: AuditPartition, { archiveDir, now }: ArchiveOptions): Promise<void> => {
  await removeFiles(archiveDir, partition.first, true)
  const { archive, part } = await writeArchive(archiveDir, partition, blocksOf(db, partition))
  const { holds } = makeArchiveReader(archiveDir, async () => ({ ...archive, file: part }))
  for await (const rows of blocksOf(db, partition))
    for (const row of rows)
      if (row.content !== null && !(await holds(row)))
        throw new Error(`row ${row.number} of the audit log is not in its file as its hash says`)
  await db.transaction(async (tx) => {
    await keepArchive(archiveDir, part, archive)
    await partitions.swapForFrames(tx, partition, archive, now)
  })
}

async function* blocksOf(db: Db, { first, last }: AuditPartition): AsyncGenerator<AuditRow[]> {
  for (let from = first; from <= last; from += PAGE_ROWS) {
    const began = performance.now()
    const rows = await store.listRowsAfter(db, from - 1, PAGE_ROWS)
    for (let block = from; block <= Math.min(last, from + PAGE_ROWS - 1); block += ARCHIVE_BLOCK_ROWS) {
      const end = Math.min(last, block + ARCHIVE_BLOCK_ROWS - 1)
      yield rows.filter(({ number }) => number >= block && number <= end)
    }
    await rest(performance.now() - began)
  }
}

export const removeErasedFiles = async (db: Db, archiveDir: string, now: Date): Promise<void> => {
  for (const first of await partitions.listErasedFiles(db)) {
    await removeFiles(archiveDir, first, false)
    await db.transaction((tx) => partitions.noteRemoved(tx, first, now))
  }
}
