import type { Knex } from 'knex'
import type { ClientBase } from 'pg'

export type JobDb = Knex
export type JobTx = Knex.Transaction

export interface ReadHandle {
  // biome-ignore lint/suspicious/noExplicitAny: rows have the shape of their statement
  raw(sql: string, bindings?: any): PromiseLike<any>
}

export interface TransactionOptions {
  isolationLevel?: 'read committed' | 'repeatable read'
  readOnly?: boolean
  /** On the loss of the primary the act begins anew. */
  mayRepeat?: boolean
}

export interface Db extends ReadHandle {
  transaction<T>(act: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>
}

export interface Tx extends Db {
  isCompleted(): boolean
}

export type ConnectionUse<T> = (connection: ClientBase) => Promise<T>

export interface ConnectionLender {
  withConnection<T>(act: ConnectionUse<T>): Promise<T>
  withOwnConnection<T>(act: ConnectionUse<T>): Promise<T>
}
