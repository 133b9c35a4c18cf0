/**
 * A handle for one request. A comment in each statement names the request (pg_stat_activity, server log), and an
 * abandoned request is cancelled in PostgreSQL. It sends no extra statements. Named prepared statements cannot use it,
 * because their text must not change.
 */
import { setTimeout as after } from 'node:timers/promises'
import type { Knex } from 'knex'
import type { Db } from './db.js'

/** Characters allowed in the comment; none can close it. */
const NAME = /^[\w.-]{1,64}$/
/**
 * A cancellation that arrives before its statement has begun has no effect, so it is repeated. The interval is in
 * milliseconds.
 */
const TRIES = 20
const AGAIN_MS = 100
const ENDING = /^(?:commit|rollback|release)\b/i
/** Once this is answered, no late cancellation can reach the connection. */
const SETTLED = 'select 1 /* asking.settled */'

export interface RequestTag {
  /** Id of the request: letters, digits, `.`, `_`, `-`. */
  name: string
  /** Aborted when nobody waits any more: running statements are cancelled and new ones refused. */
  over?: AbortSignal
}

/** pg's statement type behind knex. */
interface KnexStatement {
  sql: string
}
type KnexConnection = object
interface KnexClient {
  _query: (connection: KnexConnection, statement: KnexStatement) => Promise<unknown>
  cancelQuery: (connection: KnexConnection) => Promise<unknown>
  transaction: (container: (tx: Knex.Transaction) => unknown, ...more: unknown[]) => unknown
}

/** A statement that never began, with the SQLSTATE of a cancelled one. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned'
  readonly code = '57014'
}

/** Shares pool and listeners with `db`. It is cheap enough to make one per request. */
export const asking = (db: Db, { name, over }: RequestTag): Db => {
  if (!NAME.test(name)) throw new Error('no name of a request')
  const comment = `/* request=${name} */ `
  const client = db.client as KnexClient
  const running = new Map<KnexConnection, Promise<unknown>>()
  /** Connections with a cancellation in progress; they stay reserved until it has finished. */
  const cancelling = new Map<KnexConnection, Promise<void>>()

  const query = async (on: KnexClient, connection: KnexConnection, statement: KnexStatement): Promise<unknown> => {
    const marked = { ...statement, sql: comment + statement.sql }
    // Commits and rollbacks always run: a connection must not return to the pool inside a transaction.
    if (ENDING.test(statement.sql)) return client._query.call(on, connection, marked)
    if (over?.aborted) throw new Abandoned('nobody waits for this statement')
    const answer = client._query.call(on, connection, marked)
    running.set(connection, answer)
    try {
      return await answer
    } finally {
      running.delete(connection)
      await cancelling.get(connection)
    }
  }
  /** Resolves when no cancellation can reach the connection any more, so it never hits another statement. */
  const cancel = async (connection: KnexConnection, answer: Promise<unknown>): Promise<void> => {
    const ended = answer.then(
      () => true,
      () => true,
    )
    for (let tried = 0; tried < TRIES; tried += 1) {
      await client.cancelQuery.call(client, connection).catch(() => undefined)
      if (await Promise.race([ended, after(AGAIN_MS, false)])) break
    }
    await ended
    // A failed transaction refuses this statement; the refusal is an answer too.
    await client._query.call(client, connection, { sql: SETTLED }).catch(() => undefined)
    cancelling.delete(connection)
  }
  over?.addEventListener(
    'abort',
    () => {
      for (const [connection, answer] of running) cancelling.set(connection, cancel(connection, answer))
    },
    { once: true },
  )

  /** knex gives a transaction a new client of the same class, which must be tagged again. */
  const named = (own: KnexClient): KnexClient => {
    const begin = own.transaction
    own._query = (connection, statement) => query(own, connection, statement)
    own.transaction = (container, ...more) =>
      begin.call(
        own,
        (tx) => {
          named(tx.client as KnexClient)
          return container(tx)
        },
        ...more,
      )
    return own
  }
  return handleOf(db, named(Object.create(client) as KnexClient))
}

/**
 * Calls of a knex 3.3 handle go to its `context` and from there to the client, so only the client is replaced. A full
 * new handle would cost 0.1 ms per request.
 */
const handleOf = (db: Db, client: KnexClient): Db => {
  const { context } = db as unknown as { context: object }
  const handle = (table: never, options: never) => (handle as unknown as Db).queryBuilder().table(table, options)
  Object.setPrototypeOf(handle, db)
  const own = Object.create(context, { client: { value: client, writable: true } })
  Object.defineProperty(handle, 'context', { value: own })
  Object.defineProperty(handle, BENEATH, { value: beneath(db) })
  return handle as unknown as Db
}

const BENEATH = Symbol('handle of the process')

/**
 * Returns the process-wide handle beneath a request's handle, or `db` itself. Caches must use it, because a request may
 * end before shared work is done.
 */
export const beneath = (db: Db): Db => (db as Db & { [BENEATH]?: Db })[BENEATH] ?? db
