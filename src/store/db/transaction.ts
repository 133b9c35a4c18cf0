/** Transactions of people's acts: none waits for a lock longer than a person would. */
import { Refusal } from '../../foundation/errors.js'
import type { Db, Tx } from './db.js'

/** Longest wait for a lock that a merge or another act holds, milliseconds. */
const LOCK_WAIT_MS = 5_000
/** SQLSTATE `lock_not_available`: PostgreSQL's `lock_timeout` has passed. */
const LOCK_NOT_AVAILABLE = '55P03'

export const isLockTimeout = (error: unknown): boolean =>
  (error as { code?: unknown } | null)?.code === LOCK_NOT_AVAILABLE

/**
 * Runs `act` in a transaction that waits at most `waitMs` for each lock. Refusal RUN_BUSY where a lock is not had in time; `job` says
 * in it what was to be done.
 */
export const inTransaction = async <T>(
  db: Db,
  job: 'decide' | 'move' | 'sellers' | 'settle',
  act: (tx: Tx) => Promise<T>,
  waitMs: number = LOCK_WAIT_MS,
): Promise<T> => {
  try {
    return await db.transaction(async (tx) => {
      await tx.raw(`set local lock_timeout = ${waitMs} /* transaction.inTransaction */`)
      return act(tx)
    })
  } catch (error) {
    if (!isLockTimeout(error)) throw error
    throw new Refusal('RUN_BUSY', { job, subject: '' })
  }
}
