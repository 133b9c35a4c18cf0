/** Partitions by number, since nothing else could be unique. One holds about a month. */
const MONTH_MS = 30 * 24 * 60 * 60 * 1_000
const LEAST_ROWS = 100_000
const GROWTH_MOST = 4
const ROOM_ROWS = 10_000

export interface AuditPartition {
  name: string
  first: number
  last: number
}

export const needsRoom = (newest: AuditPartition, head: number): boolean => head + ROOM_ROWS >= newest.first

export const nextPartitionRows = (before: AuditPartition, began: Date | null, now: Date): number => {
  const rows = before.last - before.first + 1
  const passed = began === null ? MONTH_MS : Math.max(1, now.getTime() - began.getTime())
  const month = Math.min((rows * MONTH_MS) / passed, rows * GROWTH_MOST)
  return Math.max(LEAST_ROWS, Math.ceil(month / LEAST_ROWS) * LEAST_ROWS)
}

export const ARCHIVE_BLOCK_ROWS = 256

export interface AuditArchive {
  first: number
  last: number
  file: string
  offsets: readonly number[]
}
