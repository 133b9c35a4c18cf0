/** The connection: knex over pg, types set so that dates stay days and big numbers stay exact; migrations and seeds. */
import knexModule, { type Knex } from 'knex'
import pg from 'pg'
import { Refusal, reasonOf } from '../../foundation/errors.js'
import { filesOf, sourceOf } from './migrations.js'

/** A handle for reading; each statement stands alone. */
export type Db = Knex
/** A transaction, opened by a verb of `work` and given to storage functions. */
export type Tx = Knex.Transaction

const POOL_MAX = 10
const CONNECT_TIMEOUT_MS = 5_000
const ACQUIRE_TIMEOUT_MS = 15_000
/** How long one statement of an answer may take, milliseconds. */
export const ANSWER_MS = 30_000

const OID = { int8: 20, date: 1082 } as const
// Days stay 'YYYY-MM-DD' (pg would make a Date at local midnight); identity values stay well below 2^53.
pg.types.setTypeParser(OID.date, (text) => text)
pg.types.setTypeParser(OID.int8, (text) => Number(text))

// knex writes to the console what it throws as well; whoever catches it decides where it is told.
const QUIET = { warn: () => {}, error: () => {}, deprecate: () => {}, debug: () => {} }

/** `statementMs`: PostgreSQL itself ends a statement that takes longer. `what`: for whoever looks at what its server does. */
export const connect = (url: string, { statementMs, what }: { statementMs?: number; what?: string } = {}): Db =>
  open(
    {
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: what === undefined ? 'hub' : `hub ${what}`,
      ...(statementMs !== undefined && { statement_timeout: statementMs }),
    },
    POOL_MAX,
  )

/** With a connection's settings as `connect` makes them; `set`: what each connection is told first, SQL. */
export const open = (connection: Knex.PgConnectionConfig, most: number, set: string | null = null): Db => {
  const db = knexModule.default({
    client: 'pg',
    connection,
    pool: { min: 0, max: most, ...(set && { afterCreate: telling(set) }) },
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    migrations: { migrationSource: sourceOf(filesOf('migrations')), tableName: 'migrations' },
    log: QUIET,
  })
  // Every handle of the hub is made here: whoever of them meets a full disk, the readiness hears of it.
  db.on('query-error', tellIfFull)
  return db
}

const telling =
  (set: string) =>
  (connection: pg.Client, done: (error: Error | null, connection: pg.Client) => void): void =>
    connection.query(set, (error) => done(error ?? null, connection))

/** How many of its connections a handle uses, keeps and waits for. */
export const poolOf = (db: Db): { used: number; free: number; waiting: number } => {
  const { pool } = db.client
  return { used: pool?.numUsed() ?? 0, free: pool?.numFree() ?? 0, waiting: pool?.numPendingAcquires() ?? 0 }
}

/** Refusal DATABASE_UNREACHABLE instead of a driver's words; the address is not repeated, it may hold a password. */
export const reach = async (db: Db): Promise<void> => {
  try {
    const { rows } = await db.raw(`select current_setting('server_encoding') as encoding /* store.reach */`)
    if (rows[0].encoding !== 'UTF8') throw new Refusal('DATABASE_ENCODING', { encoding: rows[0].encoding })
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('DATABASE_UNREACHABLE', {
      reason: reasonOf(error).replace(/postgres(ql)?:\/\/\S+/g, 'postgres://…'),
    })
  }
}

/** SQLSTATE classes and codes of the system that say: the database has gone away or is going. */
const LOST = /^(08...|57P0[123]|ECONN(RESET|REFUSED|ABORTED)|EPIPE|ETIMEDOUT|E(HOST|NET)UNREACH|ENOTFOUND|EAI_AGAIN)$/
/** And the drivers' own words; the last two where it takes connections and says nothing. */
const LOST_WORDS =
  /Connection terminated|not queryable|Client was closed|Timeout acquiring a connection|^timeout expired$|timeout exceeded when trying to connect/

/** Whether a fault is the database's absence, which a user can do something about. */
export const isLost = (error: unknown): boolean =>
  error instanceof Error && (LOST.test(String((error as { code?: unknown }).code)) || LOST_WORDS.test(error.message))

/** SQLSTATE of PostgreSQL's full disk, and the codes of the system for one's own. */
const DATABASE_FULL = '53100'
const HUB_FULL: readonly unknown[] = ['ENOSPC', 'EDQUOT']

/** The disk that is full. */
export type FullDisk = 'database' | 'hub'

/** The full disk behind a fault; null: it is another fault. */
const fullDiskOf = (error: unknown): FullDisk | null => {
  if (!(error instanceof Error)) return null
  const { code } = error as { code?: unknown }
  if (code === DATABASE_FULL) return 'database'
  return HUB_FULL.includes(code) ? 'hub' : null
}

const listeners = new Set<(disk: FullDisk) => void>()

/** Hears of each full disk that a statement of this process has met, or whoever names a fault for its asker. Gives how to end it. */
export const onFullDisk = (hear: (disk: FullDisk) => void): (() => void) => {
  listeners.add(hear)
  return () => listeners.delete(hear)
}

const tellIfFull = (error: unknown): boolean => {
  const disk = fullDiskOf(error)
  if (disk !== null) for (const hear of listeners) hear(disk)
  return disk !== null
}

/**
 * What whoever asked is told of a fault that passes: the database is away, or a disk is full. Null: it is another. Faults of COPY and
 * of files come by here alone, so that this tells of a full disk too.
 */
export const asUnavailable = (error: unknown): Refusal | null => {
  if (isLost(error)) return new Refusal('UNAVAILABLE')
  return tellIfFull(error) ? new Refusal('STORAGE_FULL') : null
}

/** SQLSTATE of a statement that was ended before it was done. */
const CANCELLED = '57014'

/** Whether a statement was ended because it took too long. */
export const isCancelled = (error: unknown): boolean =>
  error instanceof Error && (error as { code?: unknown }).code === CANCELLED

export { type Extent, migrate, type RollOut, type Version, version } from './migrations.js'

/** Runs the files of seeds/ in order; each leaves a database that already holds operators alone. */
export const seed = async (db: Db): Promise<void> => {
  for (const file of filesOf('seeds')) {
    const module = (await import(file.path)) as { seed: (db: Db) => Promise<void> }
    await module.seed(db)
  }
}
