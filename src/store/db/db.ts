import knexModule from 'knex'
import pg from 'pg'
import { Refusal, reasonOf } from '../../foundation/errors.js'
import type { PoolUsage } from '../../foundation/metrics.js'
import type { Db, JobDb, ReadHandle } from './handle.js'
import { migrationFilesIn, migrationSource } from './migrations.js'
import { withConnection } from './own-connection.js'
import { type DatabaseAddress, lookAtAddress, lookAtServer } from './primary.js'
import {
  ADMIN_SHUTDOWN,
  CANNOT_CONNECT_NOW,
  CONNECTION_EXCEPTION_CLASS,
  CRASH_SHUTDOWN,
  DISK_FULL,
  errorCodeOf,
  isReadOnly,
  READ_ONLY_TRANSACTION,
} from './sqlstate.js'

export type { Db, JobDb, JobTx, ReadHandle, Tx } from './handle.js'

type Bindings = readonly unknown[] | Record<string, unknown>

export const queryRows = async <R>(on: ReadHandle, sql: string, bindings?: Bindings): Promise<R[]> =>
  (await on.raw(sql, bindings)).rows

export const queryFirst = async <R>(on: ReadHandle, sql: string, bindings?: Bindings): Promise<R | null> =>
  (await on.raw(sql, bindings)).rows[0] ?? null

export const queryOne = async <R>(on: ReadHandle, sql: string, bindings?: Bindings): Promise<R> =>
  (await on.raw(sql, bindings)).rows[0]

export const queryColumn = async <V>(on: ReadHandle, sql: string, bindings?: Bindings): Promise<V[]> =>
  (await on.raw(sql, bindings)).rows.map((row: object) => Object.values(row)[0] as V)

export const querySet = async <V>(on: ReadHandle, sql: string, bindings?: Bindings): Promise<Set<V>> =>
  new Set(await queryColumn<V>(on, sql, bindings))

export const queryValue = async <V>(on: ReadHandle, sql: string, bindings?: Bindings): Promise<V> =>
  Object.values((await on.raw(sql, bindings)).rows[0])[0] as V

/** Counts the rows of `from …`, or stops at `most`; null counts all. */
export const queryCount = (
  on: ReadHandle,
  rows: string,
  bindings: Record<string, unknown>,
  most: number | null,
): Promise<number> =>
  queryValue(on, `select count(*)::int as n from (select 1 ${rows} limit :most::int) counted`, { ...bindings, most })

export const queryMap = async <K, V>(on: ReadHandle, sql: string, bindings?: Bindings): Promise<Map<K, V>> =>
  new Map((await on.raw(sql, bindings)).rows.map((row: object) => Object.values(row) as [K, V]))

export const queryRowsBy = async <R, K extends keyof R>(
  on: ReadHandle,
  key: K,
  sql: string,
  bindings?: Bindings,
): Promise<Map<R[K], R>> => new Map((await queryRows<R>(on, sql, bindings)).map((row) => [row[key], row]))

export const hasRows = async (on: ReadHandle, sql: string, bindings?: Bindings): Promise<boolean> =>
  (await on.raw(sql, bindings)).rows.length > 0

const POOL_MAX = 10
const CONNECT_TIMEOUT_MS = 5_000
export const ACQUIRE_TIMEOUT_MS = 15_000
export const ANSWER_STATEMENT_TIMEOUT_MS = 30_000
export const PRIMARY_WAIT_MS = 10_000

const OID = { int8: 20, date: 1082 } as const
// pg would turn a date into a local midnight and a bigint into text. Ids stay below 2^53.
pg.types.setTypeParser(OID.date, (text) => text)
pg.types.setTypeParser(OID.int8, (text) => Number(text))

// knex would also log the errors that it throws.
const QUIET = { warn: () => {}, error: () => {}, deprecate: () => {}, debug: () => {} }

export const connect = (url: string, applicationName = 'hub'): JobDb => {
  let era = 0
  const madeIn = new WeakMap<object, number>()
  const db = knexModule.default({
    client: 'pg',
    connection: {
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: applicationName,
    },
    pool: {
      min: 0,
      max: POOL_MAX,
      afterCreate: (connection: object, done: () => void) => {
        madeIn.set(connection, era)
        done()
      },
      validate: (connection: object) => madeIn.get(connection) === era,
    },
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    migrations: { migrationSource: migrationSource(migrationFilesIn('migrations')), tableName: 'migrations' },
    log: QUIET,
  })
  db.on('query-error', (error) => {
    reportIfDiskFull(error)
    // After a failover the pool's connections may lead to a former primary.
    if (isReadOnly(error)) era += 1
  })
  return db
}

export const poolUsage = (db: JobDb): PoolUsage => {
  const { pool } = db.client
  return { used: pool?.numUsed() ?? 0, free: pool?.numFree() ?? 0, waiting: pool?.numPendingAcquires() ?? 0 }
}

/** Throws DATABASE_UNREACHABLE, without the address: it may hold a password. */
const reached = async (look: Promise<DatabaseAddress>): Promise<DatabaseAddress> => {
  try {
    return await look
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('DATABASE_UNREACHABLE', {
      reason: reasonOf(error).replace(/postgres(ql)?:\/\/\S+/g, 'postgres://…'),
    })
  }
}

/** Throws DATABASE_POOLED: a pooler would share the locks, settings and temporary tables of jobs. */
export const checkServesJobs = async (db: Db): Promise<DatabaseAddress> => {
  const address = await reached(withConnection(db, lookAtServer))
  if (address.pooled) throw new Refusal('DATABASE_POOLED')
  return address
}

/** Throws DATABASE_DIFFERS unless `url` leads to the database of the jobs. */
export const checkServesAnswers = async (url: string, jobs: DatabaseAddress): Promise<DatabaseAddress> => {
  const address = await reached(lookAtAddress(url))
  if (address.identity !== jobs.identity) throw new Refusal('DATABASE_DIFFERS')
  return address
}

const LOST = new RegExp(
  `^(${CONNECTION_EXCEPTION_CLASS}...|${[READ_ONLY_TRANSACTION, ADMIN_SHUTDOWN, CRASH_SHUTDOWN, CANNOT_CONNECT_NOW].join('|')}` +
    '|ECONN(RESET|REFUSED|ABORTED)|EPIPE|ETIMEDOUT|E(HOST|NET)UNREACH|ENOTFOUND|EAI_AGAIN)$',
)
const LOST_WORDS =
  /Connection terminated|not queryable|Client was closed|Timeout acquiring a connection|the commit is not answered|^timeout expired$|timeout exceeded when trying to connect/

export const isConnectionLost = (error: unknown): boolean =>
  error instanceof Error && (LOST.test(errorCodeOf(error)) || LOST_WORDS.test(error.message))

export type FullDisk = 'database' | 'hub'

const FULL_DISKS = new Map<string, FullDisk>([
  [DISK_FULL, 'database'],
  ['ENOSPC', 'hub'],
  ['EDQUOT', 'hub'],
])

const listeners = new Set<(disk: FullDisk) => void>()

export const onFullDisk = (listener: (disk: FullDisk) => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const reportIfDiskFull = (error: unknown): boolean => {
  const disk = FULL_DISKS.get(errorCodeOf(error))
  if (disk !== undefined) for (const listener of listeners) listener(disk)
  return disk !== undefined
}

export const unavailableRefusal = (error: unknown): Refusal | null => {
  if (isConnectionLost(error)) return new Refusal('UNAVAILABLE')
  return reportIfDiskFull(error) ? new Refusal('STORAGE_FULL') : null
}

export { databaseVersion, migrate, type RollOut } from './migrations.js'

export const runSeeds = async (db: Db): Promise<void> => {
  for (const file of migrationFilesIn('seeds')) {
    const module = (await import(file.path)) as { seed: (db: Db) => Promise<void> }
    await module.seed(db)
  }
}
