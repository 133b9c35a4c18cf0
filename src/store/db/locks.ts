import type { Db } from './db.js'

const ASK_AGAIN_MS = 100

/**
 * Runs `work` under an advisory lock. Returns 'held' when another process keeps the lock for `waitMs`. The lock's
 * connection is outside the pool, which waiters would exhaust.
 */
export const withLock = async <T>(
  db: Db,
  name: string,
  waitMs: number,
  work: () => Promise<T>,
): Promise<T | 'held'> => {
  const connection = await db.client.acquireRawConnection()
  const ask = async (sql: string): Promise<boolean> => {
    const answer = await db
      .raw(`select ${sql}(hashtextextended(?, 0)) as held /* store.locks */`, [name])
      .connection(connection)
    return answer.rows[0].held === true
  }
  try {
    const attempts = Math.ceil(waitMs / ASK_AGAIN_MS)
    for (let attempt = 0; !(await ask('pg_try_advisory_lock')); attempt += 1) {
      if (attempt >= attempts) return 'held'
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS))
    }
    return await work()
  } finally {
    await db.client.destroyRawConnection(connection).catch(() => {})
  }
}
