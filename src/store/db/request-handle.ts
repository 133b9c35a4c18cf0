/**
 * Statements carry the request's id in an SQL comment and are cancelled when the request is aborted. Named prepared
 * statements cannot carry it: their text must not change.
 */
import { setTimeout as after } from 'node:timers/promises'
import type { Knex } from 'knex'
import type { Db } from './db.js'

const NAME = /^[\w.-]{1,64}$/
const TRIES = 20
const AGAIN_MS = 100
const ENDING = /^(?:commit|rollback|release)\b/i
/** Once this is answered, no late cancel request can hit the connection's next statement. */
const SETTLED = 'select 1 /* request-handle.settled */'

export interface RequestTag {
  name: string
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

class Abandoned extends Error {
  override readonly name = 'Abandoned'
  readonly code = '57014'
}

export const tagWithRequest = (db: Db, { name, over }: RequestTag): Db => {
  if (!NAME.test(name)) throw new Error('no name of a request')
  const comment = `/* request=${name} */ `
  const client = db.client as KnexClient
  const running = new Map<KnexConnection, Promise<unknown>>()
  const cancelling = new Map<KnexConnection, Promise<void>>()

  const query = async (on: KnexClient, connection: KnexConnection, statement: KnexStatement): Promise<unknown> => {
    const marked = { ...statement, sql: comment + statement.sql }
    // A commit or rollback runs even after an abort: a connection must not return to the pool inside a transaction.
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
    // A failed transaction refuses this statement, but even the refusal shows that no cancel request is pending.
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

/** Copies `db` with another client, which knex 3.3 keeps in `context`. */
const handleOf = (db: Db, client: KnexClient): Db => {
  const { context } = db as unknown as { context: object }
  const handle = (table: never, options: never) => (handle as unknown as Db).queryBuilder().table(table, options)
  Object.setPrototypeOf(handle, db)
  const bound = Object.create(context, { client: { value: client, writable: true } })
  Object.defineProperty(handle, 'context', { value: bound })
  Object.defineProperty(handle, BENEATH, { value: processHandle(db) })
  return handle as unknown as Db
}

const BENEATH = Symbol('handle of the process')

/** Returns the process-wide handle. Caches need it, because the work that they share may outlast a request. */
export const processHandle = (db: Db): Db => (db as Db & { [BENEATH]?: Db })[BENEATH] ?? db
