/**
 * A handle for one request: its statements say in a comment whose they are, where people look at what the server does
 * (pg_stat_activity, its log), and are cancelled there when nobody waits for them any more. Nothing of the request is sent
 * beside its statements, and no statement that is prepared under a name goes this way: the text of one must not change.
 */
import { setTimeout as after } from 'node:timers/promises'
import type { Knex } from 'knex'
import type { Db } from './db.js'

/** What may stand in the comment: nothing that could end it. */
const NAME = /^[\w.-]{1,64}$/
/** A cancellation that comes before its statement has begun does nothing: it is sent again, so often, after so many milliseconds. */
const TRIES = 20
const AGAIN_MS = 100
const ENDING = /^(?:commit|rollback|release)\b/i
/** Answered when nothing can reach a connection any more that was meant for the statement before. */
const SETTLED = 'select 1 /* asking.settled */'

export interface Asking {
  /** The request. Letters, digits, `.`, `_`, `-`. */
  name: string
  /** Nobody waits for the answers any more: what runs is cancelled, what comes is not begun. */
  over?: AbortSignal
}

/** As `pg` takes it, behind knex. */
interface Statement {
  sql: string
}
type Connection = object
interface Client {
  _query: (connection: Connection, statement: Statement) => Promise<unknown>
  cancelQuery: (connection: Connection) => Promise<unknown>
  transaction: (container: (tx: Knex.Transaction) => unknown, ...more: unknown[]) => unknown
}

/** A statement that was not begun, in the words of the database for one that was ended. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned'
  readonly code = '57014'
}

/** The same pool and the same listeners as `db`; light, so that each request can have one. */
export const asking = (db: Db, { name, over }: Asking): Db => {
  if (!NAME.test(name)) throw new Error('no name of a request')
  const comment = `/* request=${name} */ `
  const client = db.client as Client
  const running = new Map<Connection, Promise<unknown>>()
  /** Connections at which a cancellation is under way: until it has come to its end they are nobody else's. */
  const cancelling = new Map<Connection, Promise<void>>()

  const query = async (on: Client, connection: Connection, statement: Statement): Promise<unknown> => {
    const marked = { ...statement, sql: comment + statement.sql }
    // The end of a transaction goes its way, whoever has left: a connection must not come back to the pool within one.
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
  /** Ends when no cancellation can reach the connection any more, so that it hits nobody else's statement. */
  const cancel = async (connection: Connection, answer: Promise<unknown>): Promise<void> => {
    const ended = answer.then(
      () => true,
      () => true,
    )
    for (let tried = 0; tried < TRIES; tried += 1) {
      await client.cancelQuery.call(client, connection).catch(() => undefined)
      if (await Promise.race([ended, after(AGAIN_MS, false)])) break
    }
    await ended
    // A transaction that has failed refuses it, which is an answer too.
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

  /** A transaction makes itself a client of the class of this one, which knows nothing of its request. */
  const named = (own: Client): Client => {
    const begin = own.transaction
    own._query = (connection, statement) => query(own, connection, statement)
    own.transaction = (container, ...more) =>
      begin.call(
        own,
        (tx) => {
          named(tx.client as Client)
          return container(tx)
        },
        ...more,
      )
    return own
  }
  return handleOf(db, named(Object.create(client) as Client))
}

/**
 * Calls of a handle go to its `context`, and from there to its client (knex 3.3): another client is all that differs. A whole
 * new handle would cost a request a tenth of a millisecond.
 */
const handleOf = (db: Db, client: Client): Db => {
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
 * The handle of the process beneath that of a request; itself where it is none. What is remembered for all who ask is remembered
 * by it, and made by it: a request may end before it is done.
 */
export const beneath = (db: Db): Db => (db as Db & { [BENEATH]?: Db })[BENEATH] ?? db
