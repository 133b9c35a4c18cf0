/**
 * The hot path to the database: connections of their own, beside those of longer questions, on which every statement is
 * prepared under a name and planned once.
 */
import { createHash } from 'node:crypto'
import { type Db, open } from './db.js'

/** Connections of one process; each lookup is short. */
const POOL_MAX = 6
/** Statements that are known by name. All are written in store/; a text that is made while running would fill the server. */
const NAMED_MOST = 500
const NAME_CHARACTERS = 24

/**
 * Otherwise the server may plan again each time: it takes a plan for few keys to be cheaper by more than planning costs. And it
 * may compile a plan (jit) in which much is foreseen that nearly never happens, which costs a hundred executions.
 */
const ONE_PLAN = 'set plan_cache_mode = force_generic_plan; set jit = off'

/** As `pg` takes it, behind knex. */
interface Asking {
  sql: string
  bindings?: readonly unknown[]
  options?: object
}

/**
 * A handle for short reads by key beside `db`, on the same database. Whoever listens to what `db` asks hears of these too.
 * Its statements must read well by one plan for all values (keys, days); what filters by what was given or not does not.
 */
export const beside = (db: Db): Db => {
  const connection = { ...db.client.config.connection, application_name: 'hub answers, shared' }
  const hot = naming(open(connection, POOL_MAX, ONE_PLAN))
  for (const event of ['query', 'query-error', 'query-response'] as const)
    hot.on(event, (...told: unknown[]) => void db.emit(event, ...told))
  return hot
}

/** Has every statement with values prepared under a name, once on each connection; one without may be several in one text. */
export const naming = (db: Db): Db => {
  const names = new Map<string, string>()
  const client = db.client as { _query: (connection: unknown, asked: Asking) => Promise<unknown> }
  const ask = client._query
  client._query = (connection, asked) =>
    ask.call(client, connection, (asked.bindings?.length ?? 0) > 0 ? named(asked, names) : asked)
  return db
}

const named = (asked: Asking, names: Map<string, string>): Asking => {
  const known = names.get(asked.sql)
  if (known === undefined && names.size >= NAMED_MOST) return asked
  const name = known ?? createHash('sha256').update(asked.sql).digest('base64url').slice(0, NAME_CHARACTERS)
  if (known === undefined) names.set(asked.sql, name)
  asked.options = { ...asked.options, name }
  return asked
}
