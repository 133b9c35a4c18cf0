/** How a hub opens its database: its own or a given one, of this program's version, and held against what was noted outside it. */
import type { Config } from './config.js'
import { Refusal } from './errors.js'
import * as database from './store/db.js'
import { type Embedded, join as joinEmbedded } from './store/embedded/index.js'

export const openDatabase = async (
  config: Config,
  migrate: 'always' | 'empty',
): Promise<{ db: database.Db; url: string; leave: () => Promise<void> }> => {
  const embedded: Embedded | null = config.databaseUrl === null ? await joinEmbedded(config.dataDir) : null
  const url = embedded?.url ?? config.databaseUrl ?? ''
  const db = database.connect(url)
  const leave = async () => embedded?.leave()
  try {
    await database.reach(db)
    const { state, missing } = await database.version(db)
    const wanted = state === 'EMPTY' || (state === 'BEHIND' && (migrate === 'always' || embedded !== null))
    if (wanted) await database.migrate(db)
    else if (state === 'BEHIND') throw new Refusal('DATABASE_BEHIND', { missing: missing.join(', ') })
    return { db, url, leave }
  } catch (error) {
    await db.destroy()
    await leave()
    throw error
  }
}

/** What a hub asks its database before it works with it; where that fails, all that was opened is given back. */
export const askFirst = async <T>(
  { db, leave }: { db: database.Db; leave: () => Promise<void> },
  ask: () => Promise<T>,
): Promise<T> => {
  try {
    return await ask()
  } catch (error) {
    await db.destroy()
    await leave()
    throw error
  }
}
