import type { ClientBase } from 'pg'
import { answerInTime, COMMIT_WAIT_MS, isWrite } from './commit-wait.js'
import type { ConnectionLender, ConnectionUse, Db, JobDb, Tx } from './handle.js'
import { runStatement } from './pg-statement.js'
import { isInTransaction } from './transaction.js'

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

/** Connections of answers keep the plan. Jobs write batches and plan anew. */
export const queryPrepared = async <R>(on: Db | Tx, sql: string, bindings: readonly unknown[]): Promise<R[]> => {
  if (!isConnectionLender(on)) return (await on.raw(sql, bindings)).rows
  const commits = !isInTransaction(on) && isWrite(sql)
  const { rows } = await on.withConnection((connection) => {
    const answer = runStatement(connection, sql, bindings, { prepared: true })
    return commits ? answerInTime(answer, COMMIT_WAIT_MS, connection) : answer
  })
  return rows
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
