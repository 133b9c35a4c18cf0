/** Keeps one connection with warm catalog caches: a small pull on a new one takes a quarter longer. */
import type { ClientBase } from 'pg'
import type { Db, JobDb, Tx } from './handle.js'
import { isConnectionLender, withOwnConnection } from './own-connection.js'
import { transactionOn } from './pg-statement.js'

// biome-ignore lint/suspicious/noExplicitAny: knex's own, which has no type
type RawConnection = any

const KEPT_MS = 10_000

const spares = new WeakMap<object, { connection: RawConnection; late: NodeJS.Timeout }>()
const bound = new WeakSet<object>()

export type OpenTransaction = <T>(act: (tx: Tx) => Promise<T>) => Promise<T>

interface ReservedUse<T> {
  prepare: (connection: ClientBase, isNew: boolean) => Promise<unknown>
  act: (connection: ClientBase, transaction: OpenTransaction) => Promise<T>
  /** False: it must not be used again. */
  clean: (connection: ClientBase) => Promise<boolean>
}

export const withReservedConnection = async <T>(db: Db, { prepare, act, clean }: ReservedUse<T>): Promise<T> => {
  if (isConnectionLender(db))
    return withOwnConnection(db, async (connection) => {
      await prepare(connection, true)
      return act(connection, (work) => transactionOn(connection, work))
    })
  const jobs = db as JobDb
  const connection = await prepared(jobs, prepare)
  let isClean = false
  try {
    const done = await act(connection, (work) => jobs.transaction(work, { connection }))
    isClean = await clean(connection)
    return done
  } finally {
    await (isClean ? keep(jobs, connection) : end(jobs, connection))
  }
}

const prepared = async (db: JobDb, prepare: ReservedUse<unknown>['prepare']): Promise<RawConnection> => {
  const spare = take(db)
  if (spare !== null) {
    try {
      await prepare(spare, false)
      return spare
    } catch {
      await end(db, spare)
    }
  }
  const connection = await db.client.acquireRawConnection()
  try {
    await prepare(connection, true)
    return connection
  } catch (error) {
    await end(db, connection)
    throw error
  }
}

const take = (db: JobDb): RawConnection | null => {
  const spare = spares.get(db.client)
  if (spare === undefined) return null
  spares.delete(db.client)
  clearTimeout(spare.late)
  spare.connection.ref()
  return spare.connection.__knex__disposed ? null : spare.connection
}

const keep = async (db: JobDb, connection: RawConnection): Promise<void> => {
  if (spares.has(db.client)) return end(db, connection)
  const late = setTimeout(() => {
    spares.delete(db.client)
    void end(db, connection)
  }, KEPT_MS)
  late.unref()
  connection.unref()
  spares.set(db.client, { connection, late })
  bind(db)
}

const bind = (db: JobDb): void => {
  const { client } = db
  if (bound.has(client)) return
  bound.add(client)
  const destroy = client.destroy.bind(client)
  client.destroy = async (...args: unknown[]) => {
    const connection = take(db)
    if (connection !== null) await end(db, connection)
    return destroy(...args)
  }
}

const end = async (db: JobDb, connection: RawConnection): Promise<void> => {
  connection.ref()
  await db.client.destroyRawConnection(connection).catch(() => {})
}
