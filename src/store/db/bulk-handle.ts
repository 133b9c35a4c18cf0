/** Queries about many codes have connections of their own, so that they do not block short queries. */
import { createHash } from 'node:crypto'
import { connect as connectTo, type Socket } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'
import pg from 'pg'
import type { Db, ReadHandle } from './db.js'

const POOL_MAX = 4
const IDLE_MS = 30_000
const NAME_CHARACTERS = 24
/** A cancel request has no effect before its statement begins, so it is repeated. */
const CANCEL_AFTER_MS = [0, 100, 1_000]
const CANCEL_CONNECT_MS = 5_000
const CANCEL_BYTES = 16
const CANCEL_CODE = 80877102
const ONE_PLAN = '-c plan_cache_mode=force_generic_plan'

export interface BulkHandle {
  /** An abort cancels statements in PostgreSQL and refuses new ones. */
  under(signal: AbortSignal): ReadHandle
  /** Like `under`, but on one connection and one snapshot (repeatable read). */
  atOneInstant<T>(signal: AbortSignal, act: (reads: ReadHandle) => Promise<T>): Promise<T>
  close(): Promise<void>
}

interface PreparedStatement {
  text: string
  name: string
  names: string[] | null
}

export const makeBulkHandle = (beside: Db): BulkHandle => {
  let pool: pg.Pool | null = null
  const open = (): pg.Pool => {
    if (pool !== null) return pool
    const made = new pg.Pool({
      ...beside.client.config.connection,
      options: ONE_PLAN,
      max: POOL_MAX,
      idleTimeoutMillis: IDLE_MS,
    })
    made.on('error', () => undefined)
    pool = made
    return made
  }
  const statements = new Map<string, PreparedStatement>()
  const cancelling = new Set<Promise<void>>()

  const query = (client: pg.PoolClient, sql: string, bindings: unknown): Promise<{ rows: never[] }> => {
    const known = statements.get(sql) ?? writtenOf(sql)
    statements.set(sql, known)
    const { text, name, names } = known
    const values =
      names === null ? (bindings as unknown[]) : names.map((each) => (bindings as Record<string, unknown>)[each])
    return client.query({ name, text, values }) as unknown as Promise<{ rows: never[] }>
  }
  const held = async <T>(signal: AbortSignal, act: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    signal.throwIfAborted()
    const client = await open().connect()
    let isGivenUp = false
    const giveUp = (): void => {
      isGivenUp = true
      const cancelled = cancel(client).finally(() => cancelling.delete(cancelled))
      cancelling.add(cancelled)
      client.release(true)
    }
    if (signal.aborted) client.release()
    signal.throwIfAborted()
    signal.addEventListener('abort', giveUp, { once: true })
    try {
      return await act(client)
    } catch (error) {
      signal.throwIfAborted()
      throw error
    } finally {
      signal.removeEventListener('abort', giveUp)
      if (!isGivenUp) client.release()
    }
  }
  const within =
    <T>(act: (reads: ReadHandle) => Promise<T>) =>
    async (client: pg.PoolClient): Promise<T> => {
      await client.query('begin isolation level repeatable read read only')
      try {
        const done = await act({ raw: (sql, bindings) => query(client, sql, bindings ?? []) })
        await client.query('commit')
        return done
      } catch (error) {
        await client.query('rollback').catch(() => undefined)
        throw error
      }
    }
  return {
    under: (signal) => ({
      raw: (sql, bindings) => held(signal, (client) => query(client, sql, bindings ?? [])),
    }),
    atOneInstant: (signal, act) => held(signal, within(act)),
    close: async () => {
      await pool?.end()
      await Promise.all(cancelling)
      pool = null
    },
  }
}

interface BackendConnection {
  processID: number
  secretKey: number
  connection: { stream: Socket }
  host: string
  port: number
}

const cancel = async (client: pg.PoolClient): Promise<void> => {
  const { processID, secretKey, host, port, connection } = client as unknown as BackendConnection
  const { remoteAddress } = connection.stream
  const address = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host: remoteAddress ?? host, port }
  const message = Buffer.alloc(CANCEL_BYTES)
  for (const [at, value] of [CANCEL_BYTES, CANCEL_CODE, processID, secretKey].entries())
    message.writeInt32BE(value, at * 4)
  for (const ms of CANCEL_AFTER_MS) {
    await after(ms, undefined, { ref: false })
    await new Promise<void>((resolve) => {
      const socket = connectTo(address)
      socket.unref().setTimeout(CANCEL_CONNECT_MS, () => socket.destroy())
      socket.on('error', () => undefined).on('close', () => resolve())
      socket.on('connect', () => socket.write(message)).resume()
    })
  }
}

const NAMED = /(?<![:\w]):([a-zA-Z]\w*)/g

const writtenOf = (sql: string): PreparedStatement => {
  const names: string[] = []
  let place = 0
  const named = sql.replace(NAMED, (_, binding: string) => {
    if (!names.includes(binding)) names.push(binding)
    return `$${names.indexOf(binding) + 1}`
  })
  const text =
    names.length > 0
      ? named
      : sql.replaceAll('?', () => {
          place += 1
          return `$${place}`
        })
  const name = createHash('sha256').update(text).digest('base64url').slice(0, NAME_CHARACTERS)
  return { text, name, names: names.length > 0 ? names : null }
}
