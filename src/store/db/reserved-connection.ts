/**
 * A connection beside the pool of a handle, kept a while once its work is done: what PostgreSQL has learnt there of the
 * tables, whoever comes next need not wait for.
 */
import type { Db } from './db.js'

// biome-ignore lint/suspicious/noExplicitAny: knex's own, which has no type
type Connection = any

/** For how long, milliseconds. */
const KEPT_MS = 10_000

const spares = new WeakMap<object, { connection: Connection; late: NodeJS.Timeout }>()
/** Handles with whose pool their spare ends. */
const bound = new WeakSet<object>()

/** The one that was kept, if it is still good; whoever takes it has it alone. */
export const takeSpare = (db: Db): Connection | null => {
  const spare = spares.get(db.client)
  if (spare === undefined) return null
  spares.delete(db.client)
  clearTimeout(spare.late)
  spare.connection.ref()
  return spare.connection.__knex__disposed ? null : spare.connection
}

/** Keeps it, or ends it where there is one already. It holds no process up. */
export const keepSpare = async (db: Db, connection: Connection): Promise<void> => {
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

const bind = (db: Db): void => {
  const { client } = db
  if (bound.has(client)) return
  bound.add(client)
  const destroy = client.destroy.bind(client)
  client.destroy = async (...given: unknown[]) => {
    const connection = takeSpare(db)
    if (connection !== null) await end(db, connection)
    return destroy(...given)
  }
}

const end = async (db: Db, connection: Connection): Promise<void> => {
  connection.ref()
  await db.client.destroyRawConnection(connection).catch(() => {})
}
