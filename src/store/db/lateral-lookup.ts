/**
 * Many small look-ups in one statement, each by an index, in its order and no further than its limit. Told by its statistics
 * that thousands of rows bear one name or one code, the planner expects to meet any other soon as well and reads the whole
 * table for each: the same statement that took milliseconds then takes a minute.
 */
import type { Tx } from './db.js'

const setting = (value: string): string =>
  ['enable_seqscan', 'enable_bitmapscan', 'enable_sort'].map((name) => `set local ${name} to ${value};`).join(' ')

export const byIndex = async <T>(tx: Tx, look: () => Promise<T>): Promise<T> => {
  await tx.raw(`${setting('off')} /* byIndex */`)
  const found = await look()
  await tx.raw(`${setting('default')} /* byIndex */`)
  return found
}
