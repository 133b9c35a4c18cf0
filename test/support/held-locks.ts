/** Steers a race: statements that need a lock wait until something else is done. */
import type { JobDb } from '../../src/store/db/db.js'
import { rowsOf } from './world.js'

const LOOKS_MOST = 20_000

/**
 * Begins `acts` while a transaction holds what `lock` (a statement) takes, waits until all of them wait, runs `meanwhile`, and lets
 * go. Returns how the acts end.
 */
export const whileHeld = async <T>(
  db: JobDb,
  lock: string,
  acts: readonly (() => Promise<T>)[],
  meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<PromiseSettledResult<T>[]> => {
  const begun = await db.transaction(async (tx) => {
    await tx.raw(lock)
    const all = acts.map((act) => act())
    await untilWaiting(db, acts.length)
    await meanwhile()
    // A promise returned by itself would be awaited, and the acts end only after this transaction.
    return { all }
  })
  return Promise.allSettled(begun.all)
}

/** Resolves when so many statements in this database wait for a lock. */
export const untilWaiting = async (db: JobDb, many: number): Promise<void> => {
  for (let looks = 0; looks < LOOKS_MOST; looks += 1) {
    const waiting = await rowsOf(
      db,
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    if (waiting.length >= many) return
  }
  throw new Error(`fewer than ${many} statements wait`)
}
