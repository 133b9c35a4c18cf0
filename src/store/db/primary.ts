/** During a failover a hub waits for a primary, and leaves connections to standbys. */
import { setTimeout as after } from 'node:timers/promises'
import pg from 'pg'
import { Refusal } from '../../foundation/errors.js'
import { ADMIN_SHUTDOWN, CANNOT_CONNECT_NOW, hasSqlstate, READ_ONLY_TRANSACTION } from './sqlstate.js'

/** PostgreSQL refused the whole statement or was not reached, so that sending it again doubles nothing. */
const NOT_RUN = [READ_ONLY_TRANSACTION, ADMIN_SHUTDOWN, CANNOT_CONNECT_NOW, 'ECONNREFUSED']
const AGAIN_MS = 100
const CONNECT_TIMEOUT_MS = 5_000

export const isNotRun = (error: unknown): boolean => hasSqlstate(error, ...NOT_RUN)

/** It begins with the first loss. Statements of one request share it. */
export interface PrimaryWait {
  ms: number
  endsAt: number
}

export const makeWait = (ms: number): PrimaryWait => ({ ms, endsAt: Number.NEGATIVE_INFINITY })

/** A loss more than `ms` after the end belongs to another failover and begins the wait anew. */
const renewIfLongOver = (wait: PrimaryWait, now: number): void => {
  if (now > wait.endsAt + wait.ms) wait.endsAt = now + wait.ms
}

export const repeatUntilServed = async <T>(
  act: () => Promise<T>,
  mayRepeat: (error: unknown) => boolean,
  { wait, signal }: { wait: PrimaryWait; signal?: AbortSignal | undefined },
): Promise<T> => {
  for (; ; await after(AGAIN_MS, undefined, { signal })) {
    try {
      return await act()
    } catch (error) {
      if (!mayRepeat(error)) throw error
      const now = performance.now()
      renewIfLongOver(wait, now)
      if (now >= wait.endsAt) throw error
    }
  }
}

const JUDGED_WITHIN_MS = 5_000

/**
 * Fails as a starting server does (57P03) while `judge` has not vouched for a promoted server, so that requests try
 * again.
 */
export const judgeInTime = (judge: () => Promise<unknown>) => async (): Promise<void> => {
  const late = Object.assign(new Error('nobody has judged the server yet'), { code: CANNOT_CONNECT_NOW })
  const timer = after(JUDGED_WITHIN_MS, undefined, { ref: false }).then(() => Promise.reject(late))
  await Promise.race([judge(), timer])
}

const LOOK = `select pg_is_in_recovery() as standby, pg_postmaster_start_time()::text as started /* primary.verifyServer */`
const STANDBY = Object.assign(new Error('the server is a standby'), { code: READ_ONLY_TRANSACTION })

/** `verify` of a `pg.Pool`: refuses a new connection to a standby, and tells of a server that nobody vouched for. */
export const verifyServer =
  (onServerChanged?: () => Promise<unknown>, onServer?: (started: string) => void) =>
  (client: pg.PoolClient, done: (error?: Error) => void): void => {
    const look = async (): Promise<void> => {
      const { rows } = await client.query(LOOK)
      if (rows[0].standby) throw STANDBY
      onServer?.(rows[0].started)
      if (onServerChanged && (await client.query(HAS_CHANGED)).rows[0].changed) await onServerChanged()
    }
    look().then(() => done(), done)
  }

export const HAS_CHANGED = `select exists (select 1 from database_identity where timeline <> database_timeline()) as changed /* primary.hasChanged */`

export interface DatabaseAddress {
  pooled: boolean
  /** Database's name and system identifier of the cluster. */
  identity: string
}

/** A pooler tells another process id than the server's. */
export const identifyServer = async (
  connection: pg.ClientBase,
): Promise<DatabaseAddress & { encoding: string; standby: boolean }> => {
  const { rows } = await connection.query(
    `select pg_backend_pid() as pid, current_database() || '@' || (select system_identifier from pg_control_system()) as identity,
       current_setting('server_encoding') as encoding, pg_is_in_recovery() as standby /* primary.identifyServer */`,
  )
  const [{ pid, ...server }] = rows
  return { ...server, pooled: (connection as unknown as { processID: number }).processID !== pid }
}

export const lookAtServer = async (connection: pg.ClientBase): Promise<DatabaseAddress> => {
  const { pooled, identity, encoding, standby } = await identifyServer(connection)
  if (encoding !== 'UTF8') throw new Refusal('DATABASE_ENCODING', { encoding })
  if (standby) throw new Refusal('DATABASE_STANDBY')
  return { pooled, identity }
}

export const lookAtAddress = async (connectionString: string): Promise<DatabaseAddress> => {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await lookAtServer(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}
