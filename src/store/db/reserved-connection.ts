/** Keeps one connection with warm catalog caches outside the pool. */
import type { Db } from './db.js'

// biome-ignore lint/suspicious/noExplicitAny: knex's own, which has no type
type RawConnection = any

const KEPT_MS = 10_000

const spares = new WeakMap<object, { connection: RawConnection; late: NodeJS.Timeout }>()
const bound = new WeakSet<object>()

export const takeReservedConnection = (db: Db): RawConnection | null => {
  const spare = spares.get(db.client)
  if (spare === undefined) return null
  spares.delete(db.client)
  clearTimeout(spare.late)
  spare.connection.ref()
  return spare.connection.__knex__disposed ? null : spare.connection
}

export const keepReservedConnection = async (db: Db, connection: RawConnection): Promise<void> => {
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
  client.destroy = async (...args: unknown[]) => {
    const connection = takeReservedConnection(db)
    if (connection !== null) await end(db, connection)
    return destroy(...args)
  }
}

const end = async (db: Db, connection: RawConnection): Promise<void> => {
  connection.ref()
  await db.client.destroyRawConnection(connection).catch(() => {})
}
