/**
 * Connections for questions about many codes, beside those of short ones: whoever asks about a hundred thousand keeps nobody else
 * waiting for one. Statements are prepared, and one that nobody waits for any more is ended in PostgreSQL itself.
 */
import { createHash } from 'node:crypto'
import pg from 'pg'
import type { Db } from './db.js'

/** Connections of one process. */
const POOL_MAX = 4
/** Unused for so long a connection is given back, milliseconds. */
const IDLE_MS = 30_000
const NAME_CHARACTERS = 24
/** As in store/hot: else the server plans such statements again and again. */
const ONE_PLAN = '-c plan_cache_mode=force_generic_plan'

/** What reading functions need of a handle: `Db` is one. Named bindings (`:name`) or places (`?`). */
export interface Reads {
  // biome-ignore lint/suspicious/noExplicitAny: rows have the shape of their statement
  raw(sql: string, bindings?: any): PromiseLike<{ rows: any[] }>
}

export interface Bulk {
  /** Once the signal is given, what is asked ends in PostgreSQL, and nothing more is asked. */
  under(signal: AbortSignal): Reads
  close(): Promise<void>
}

interface Written {
  text: string
  name: string
  /** Names of the bindings, in the order of their numbers; null: they are given in order. */
  names: string[] | null
}

export const makeBulk = (beside: Db): Bulk => {
  let pool: pg.Pool | null = null
  const open = (): pg.Pool => {
    if (pool !== null) return pool
    const made = new pg.Pool({
      ...beside.client.config.connection,
      options: ONE_PLAN,
      max: POOL_MAX,
      idleTimeoutMillis: IDLE_MS,
    })
    // One that is lost while nobody uses it is made anew when somebody does.
    made.on('error', () => undefined)
    pool = made
    return made
  }
  const statements = new Map<string, Written>()

  const ask = async (signal: AbortSignal, sql: string, bindings: unknown): Promise<{ rows: unknown[] }> => {
    signal.throwIfAborted()
    const known = statements.get(sql) ?? writtenOf(sql)
    statements.set(sql, known)
    const { text, name, names } = known
    const values =
      names === null ? (bindings as unknown[]) : names.map((each) => (bindings as Record<string, unknown>)[each])
    const from = open()
    const client = await from.connect()
    let ending: Promise<unknown> | null = null
    // Only while the connection is ours: a moment later its statement may be another's.
    const end = (): void => {
      ending = from
        .query('select pg_cancel_backend($1) /* bulk.end */', [(client as unknown as { processID: number }).processID])
        .catch(() => undefined)
    }
    signal.addEventListener('abort', end, { once: true })
    try {
      signal.throwIfAborted()
      return await client.query({ name, text, values })
    } finally {
      signal.removeEventListener('abort', end)
      await ending
      client.release()
    }
  }
  return {
    under: (signal) => ({ raw: (sql, bindings) => ask(signal, sql, bindings ?? []) as Promise<{ rows: never[] }> }),
    close: async () => {
      await pool?.end()
      pool = null
    },
  }
}

const NAMED = /(?<![:\w]):([a-zA-Z]\w*)/g

/** As the driver wants it: numbered, and each name once. */
const writtenOf = (sql: string): Written => {
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
