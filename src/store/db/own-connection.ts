import type { ClientBase } from 'pg'
import type { ConnectionLender, ConnectionUse, Db, JobDb, Tx } from './handle.js'

export const isConnectionLender = (db: Db): db is Db & ConnectionLender => 'withConnection' in db

export const withConnection = async <T>(db: Db | Tx, act: ConnectionUse<T>): Promise<T> => {
  if (isConnectionLender(db)) return db.withConnection(act)
  const { client } = db as JobDb
  const connection: ClientBase = await client.acquireConnection()
  try {
    return await act(connection)
  } finally {
    await client.releaseConnection(connection)
  }
}

/** The connection is closed afterwards, with its temporary tables and locks. */
export const withOwnConnection = async <T>(db: Db, act: ConnectionUse<T>): Promise<T> => {
  if (isConnectionLender(db)) return db.withOwnConnection(act)
  const { client } = db as JobDb
  const connection: ClientBase = await client.acquireRawConnection()
  try {
    return await act(connection)
  } finally {
    await client.destroyRawConnection(connection).catch(() => {})
  }
}
