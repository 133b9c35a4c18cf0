import type { ClientBase } from 'pg'
import type { ConnectionLender, ConnectionUse, Db, JobDb, Tx } from './handle.js'
import { runStatement } from './pg-statement.js'

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

/** Connections of answers keep the statement's plan; its text carries no request id. Jobs write batches and plan anew. */
export const queryPrepared = async <R>(on: Db | Tx, sql: string, bindings: readonly unknown[]): Promise<R[]> => {
  const { rows } = isConnectionLender(on)
    ? await on.withConnection((connection) => runStatement(connection, sql, bindings, { prepared: true }))
    : await on.raw(sql, bindings)
  return rows
}

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
