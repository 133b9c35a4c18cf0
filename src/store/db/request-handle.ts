/**
 * Statements carry the request's id in a comment (pg_stat_activity, server log) and are cancelled when abandoned. Named
 * prepared statements cannot: their text must not change.
 */
import { setTimeout as after } from 'node:timers/promises'
import type { Knex } from 'knex'
import type { Db } from './db.js'

const NAME = /^[\w.-]{1,64}$/
/** Retries as in store/db/bulk-handle. */
const TRIES = 20
const AGAIN_MS = 100
const ENDING = /^(?:commit|rollback|release)\b/i
/** After its answer no late cancellation can hit the connection. */
const SETTLED = 'select 1 /* asking.settled */'

export interface RequestTag {
  name: string
  /** Aborted when nobody waits. */
  over?: AbortSignal
}

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
class Abandoned extends Error {
  override readonly name = 'Abandoned'
  readonly code = '57014'
}

export const asking = (db: Db, { name, over }: RequestTag): Db => {
  if (!NAME.test(name)) throw new Error('no name of a request')
  const comment = `/* request=${name} */ `
  const client = db.client as KnexClient
  const running = new Map<KnexConnection, Promise<unknown>>()
  /** Reserved until their cancellation has finished. */
  const cancelling = new Map<KnexConnection, Promise<void>>()

  const query = async (on: KnexClient, connection: KnexConnection, statement: KnexStatement): Promise<unknown> => {
    const marked = { ...statement, sql: comment + statement.sql }
    // A connection must not return to the pool inside a transaction.
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
    // A failed transaction refuses this, which is an answer too.
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

  /** knex gives a transaction a new client, which must be tagged again. */
  const named = (tagged: KnexClient): KnexClient => {
    const begin = tagged.transaction
    tagged._query = (connection, statement) => query(tagged, connection, statement)
    tagged.transaction = (container, ...more) =>
      begin.call(
        tagged,
        (tx) => {
          named(tx.client as KnexClient)
          return container(tx)
        },
        ...more,
      )
    return tagged
  }
  return handleOf(db, named(Object.create(client) as KnexClient))
}

/** Only the client is replaced (knex 3.3: `context`); a new handle would cost 0.1 ms. */
const handleOf = (db: Db, client: KnexClient): Db => {
  const { context } = db as unknown as { context: object }
  const handle = (table: never, options: never) => (handle as unknown as Db).queryBuilder().table(table, options)
  Object.setPrototypeOf(handle, db)
  const bound = Object.create(context, { client: { value: client, writable: true } })
  Object.defineProperty(handle, 'context', { value: bound })
  Object.defineProperty(handle, BENEATH, { value: beneath(db) })
  return handle as unknown as Db
}

const BENEATH = Symbol('handle of the process')

/** The process-wide handle for caches, because a request may end before shared work is done. */
export const beneath = (db: Db): Db => (db as Db & { [BENEATH]?: Db })[BENEATH] ?? db
