/** Each statement is prepared and planned once per connection. */
import { createHash } from 'node:crypto'
import { type Db, open } from './db.js'

const POOL_MAX = 6
/** Generated texts would fill the server's memory. */
const NAMED_MOST = 500
const NAME_CHARACTERS = 24

/** The server would replan, overestimating the gain for few keys. JIT costs a hundred executions. */
const ONE_PLAN = 'set plan_cache_mode = force_generic_plan; set jit = off'

interface PgStatement {
  sql: string
  bindings?: readonly unknown[]
  options?: object
}

/** For short key lookups. One plan must suit all values, so no optional filters. */
export const beside = (db: Db): Db => {
  const connection = { ...db.client.config.connection, application_name: 'hub answers, shared' }
  const hot = naming(open(connection, POOL_MAX, ONE_PLAN))
  for (const event of ['query', 'query-error', 'query-response'] as const)
    hot.on(event, (...told: unknown[]) => void db.emit(event, ...told))
  return hot
}

/** Only statements with bindings: a text without may hold several statements. */
export const naming = (db: Db): Db => {
  const names = new Map<string, string>()
  const client = db.client as { _query: (connection: unknown, asked: PgStatement) => Promise<unknown> }
  const ask = client._query
  client._query = (connection, asked) =>
    ask.call(client, connection, (asked.bindings?.length ?? 0) > 0 ? named(asked, names) : asked)
  return db
}

const named = (asked: PgStatement, names: Map<string, string>): PgStatement => {
  const known = names.get(asked.sql)
  if (known === undefined && names.size >= NAMED_MOST) return asked
  const name = known ?? createHash('sha256').update(asked.sql).digest('base64url').slice(0, NAME_CHARACTERS)
  if (known === undefined) names.set(asked.sql, name)
  asked.options = { ...asked.options, name }
  return asked
}
