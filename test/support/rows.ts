/** Rows of the test agency, and queries for what the hub stores after pulling them. */
import type { JobDb } from '../../src/store/db/db.js'
import { codeOf, type Row, rowsOf } from './world.js'

export const row = (n: number, more: Partial<Row> = {}): Row => ({
  key: `K${n}`,
  code: codeOf(n),
  name: `虚构商行${n}`,
  value: '售假',
  day: '2026-01-05',
  ...more,
})
export const rows = (many: number, from = 1): Row[] => Array.from({ length: many }, (_, i) => row(from + i))

export const current = (db: JobDb) =>
  rowsOf(
    db,
    `select record_key as key, ended_on as ended, body->>'reason' as reason, partial from versions where known_to is null order by 1`,
  )
export const standing = async (db: JobDb): Promise<unknown[]> =>
  (await current(db)).filter((one) => one['ended'] === null).map((one) => one['key'])
