/** Advisory locks that belong to a connection, so that a killed process gives its lock back by dying. */
import type { Db } from './db.js'

/** How often a waiting process asks again, milliseconds. */
const ASK_AGAIN_MS = 100

/**
 * Runs `work` while nobody else holds `name`; 'held' if it stayed so for `waitMs`. The lock lies on a connection of its
 * own outside any transaction: agencies and platforms may be called meanwhile. It is none of the pool's: those who wait
 * would hold all of them, and the one that works would find none left.
 */
export const alone = async <T>(db: Db, name: string, waitMs: number, work: () => Promise<T>): Promise<T | 'held'> => {
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
    // With its connection the lock is given back, also where the database has gone away meanwhile.
    await db.client.destroyRawConnection(connection).catch(() => {})
  }
}
