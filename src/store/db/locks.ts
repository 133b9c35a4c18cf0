import type { Db } from './handle.js'
import { withOwnConnection } from './own-connection.js'

const ASK_AGAIN_MS = 100

export const withLock = <T>(db: Db, name: string, waitMs: number, work: () => Promise<T>): Promise<T | 'held'> =>
  withLocks(db, [name], waitMs, work)

/**
 * Advisory locks of a session, polled: waiters exhaust no pool and hold no snapshot, for which an index build would wait.
 * Returns 'held' when another process keeps one for `waitMs`.
 */
export const withLocks = async <T>(
  db: Db,
  names: readonly string[],
  waitMs: number,
  work: () => Promise<T>,
): Promise<T | 'held'> =>
  withOwnConnection(db, async (connection) => {
    const tryLock = async (name: string): Promise<boolean> => {
      const sql = 'select pg_try_advisory_lock(hashtextextended($1, 0)) as held /* store.locks */'
      return (await connection.query(sql, [name])).rows[0].held
    }
    let attempts = Math.ceil(waitMs / ASK_AGAIN_MS)
    for (const name of names)
      for (; !(await tryLock(name)); attempts -= 1) {
        if (attempts <= 0) return 'held'
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS))
      }
    return await work()
  })
