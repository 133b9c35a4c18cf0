import type { Db } from './handle.js'
import { withOwnConnection } from './own-connection.js'

const ASK_AGAIN_MS = 100

/**
 * Advisory lock of a session, polled: waiters exhaust no pool and hold no snapshot, for which an index build would wait.
 * Returns 'held' when another process keeps it for `waitMs`.
 */
export const withLock = async <T>(db: Db, name: string, waitMs: number, work: () => Promise<T>): Promise<T | 'held'> =>
  withOwnConnection(db, async (connection) => {
    const tryLock = async (): Promise<boolean> => {
      const sql = 'select pg_try_advisory_lock(hashtextextended($1, 0)) as held /* store.locks */'
      return (await connection.query(sql, [name])).rows[0].held
    }
    const attempts = Math.ceil(waitMs / ASK_AGAIN_MS)
    for (let attempt = 0; !(await tryLock()); attempt += 1) {
      if (attempt >= attempts) return 'held'
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS))
    }
    return await work()
  })
