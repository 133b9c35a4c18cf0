import { Refusal } from '../../foundation/errors.js'
import type { Db, Tx } from './db.js'

const LOCK_WAIT_MS = 5_000
const LOCK_NOT_AVAILABLE = '55P03'

export const isLockTimeout = (error: unknown): boolean =>
  (error as { code?: unknown } | null)?.code === LOCK_NOT_AVAILABLE

/** Throws RUN_BUSY, naming `job`, after waiting `waitMs` for a lock. */
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
