/** Forces index lookups. When statistics show very frequent values, the planner would scan the whole table. */
import type { Tx } from './db.js'

const setting = (value: string): string =>
  ['enable_seqscan', 'enable_bitmapscan', 'enable_sort'].map((name) => `set local ${name} to ${value};`).join(' ')

export const withIndexLookups = async <T>(tx: Tx, look: () => Promise<T>): Promise<T> => {
  await tx.raw(`${setting('off')} /* byIndex */`)
  const rows = await look()
  await tx.raw(`${setting('default')} /* byIndex */`)
  return rows
}
