import { createHash } from 'node:crypto'
import { type Db, openPool } from './db.js'

const POOL_MAX = 6
/** More prepared statements would fill the server's memory. */
const NAMED_MOST = 500
const NAME_CHARACTERS = 24

/** Otherwise the server replans each execution, and compiles it (JIT) at the cost of a hundred executions. */
const ONE_PLAN = 'set plan_cache_mode = force_generic_plan; set jit = off'

interface PgStatement {
  sql: string
  bindings?: readonly unknown[]
  options?: object
}

/** Connections for short key lookups. Each statement has one plan for all values, so optional filters would be slow. */
export const openSharedConnections = (db: Db): Db => {
  const connection = { ...db.client.config.connection, application_name: 'hub answers, shared' }
  const hot = withNamedStatements(openPool(connection, POOL_MAX, ONE_PLAN))
  for (const event of ['query', 'query-error', 'query-response'] as const)
    hot.on(event, (...args: unknown[]) => void db.emit(event, ...args))
  return hot
}

/** Only statements with bindings become prepared statements. A text without bindings may hold several statements. */
export const withNamedStatements = (db: Db): Db => {
  const names = new Map<string, string>()
  const client = db.client as { _query: (connection: unknown, asked: PgStatement) => Promise<unknown> }
  const ask = client._query
  client._query = (connection, statement) =>
    ask.call(client, connection, (statement.bindings?.length ?? 0) > 0 ? named(statement, names) : statement)
  return db
}

const named = (statement: PgStatement, names: Map<string, string>): PgStatement => {
  const known = names.get(statement.sql)
  if (known === undefined && names.size >= NAMED_MOST) return statement
  const name = known ?? createHash('sha256').update(statement.sql).digest('base64url').slice(0, NAME_CHARACTERS)
  if (known === undefined) names.set(statement.sql, name)
  statement.options = { ...statement.options, name }
  return statement
}
