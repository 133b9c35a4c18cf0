import { createHash } from 'node:crypto'
import { type ClientBase, escapeLiteral, type Pool, type QueryResult } from 'pg'
import { LRUCache } from '../../foundation/lru.js'
import { CommitUnanswered } from './commit-wait.js'
import type { ConnectionLender, TransactionOptions, Tx } from './handle.js'

const STATEMENTS_MOST = 500
const NAME_CHARACTERS = 24

interface ParsedStatement {
  text: string
  names: string[] | null
  prepared: string
}

const withNames = new LRUCache<string, ParsedStatement>({ max: STATEMENTS_MOST })
const withPlaces = new LRUCache<string, ParsedStatement>({ max: STATEMENTS_MOST })

/** Values: an object for `:name`, an array for `?`. */
export const runStatement = async (
  on: Pick<ClientBase | Pool, 'query'>,
  sql: string,
  bindings: object = [],
  { comment = '', prepared = false } = {},
): Promise<QueryResult> => {
  if (Object.keys(bindings).length === 0) return on.query(comment + sql)
  const { text, names, prepared: name } = parsed(sql, bindings)
  const values =
    names === null ? (bindings as unknown[]) : names.map((each) => (bindings as Record<string, unknown>)[each])
  if (values.includes(undefined)) throw new Error(`a value is undefined: ${sql}`)
  return on.query({
    // A prepared statement's text must not vary: it carries no request id.
    text: prepared ? text : comment + text,
    values,
    ...(prepared && { name }),
  })
}

const parsed = (sql: string, bindings: object): ParsedStatement => {
  const statements = Array.isArray(bindings) ? withPlaces : withNames
  const known = statements.get(sql)
  if (known !== undefined) return known
  const made = parse(sql, bindings)
  statements.set(sql, made)
  return made
}

const NAMED = /(?<![:\w]):([a-zA-Z]\w*)/g

const parse = (sql: string, bindings: object): ParsedStatement => {
  const names: string[] = []
  let place = 0
  const text = Array.isArray(bindings)
    ? sql.replaceAll('?', () => {
        place += 1
        return `$${place}`
      })
    : sql.replace(NAMED, (said, binding: string) => {
        if (!Object.hasOwn(bindings, binding)) throw new Error(`no value for ${said}: ${sql}`)
        if (!names.includes(binding)) names.push(binding)
        return `$${names.indexOf(binding) + 1}`
      })
  const prepared = createHash('sha256').update(text).digest('base64url').slice(0, NAME_CHARACTERS)
  return { text, names: Array.isArray(bindings) ? null : names, prepared }
}

/** COPY takes no parameters. */
export const withLiterals = (sql: string, values: Record<string, unknown>): string =>
  sql.replace(NAMED, (said, name: string) => (Object.hasOwn(values, name) ? literalOf(values[name]) : said))

const literalOf = (value: unknown): string => {
  if (!Array.isArray(value)) return escapeLiteral(value instanceof Date ? value.toISOString() : String(value))
  const members = value.map((member) => `"${String(member).replace(/["\\]/g, '\\$&')}"`)
  return escapeLiteral(`{${members.join(',')}}`)
}

export type RunStatement = (sql: string, bindings?: object) => Promise<QueryResult>

interface PooledOptions extends TransactionOptions {
  /** May end in HAS_CHANGED, because a pooler changes servers under its clients. */
  local?: string
  onServerChanged?: (() => Promise<unknown>) | undefined
}

/** pg answers several statements with a list of results. */
const hasChanged = (begun: QueryResult | QueryResult[]): boolean =>
  Array.isArray(begun) && begun.at(-1)?.rows[0]?.changed === true

export const transactionOn = async <T>(
  connection: ClientBase,
  act: (tx: Tx) => Promise<T>,
  { isolationLevel = 'read committed', readOnly = false, local = '', onServerChanged }: PooledOptions = {},
  run: RunStatement = (sql, bindings) => runStatement(connection, sql, bindings),
): Promise<T> => {
  const begin = `begin isolation level ${isolationLevel}${readOnly ? ' read only' : ''}${local}`
  if (hasChanged(await run(begin)) && onServerChanged) {
    await run('rollback')
    await onServerChanged()
    await run(begin)
  }
  return ended(connection, run, act, { done: 'commit', failed: 'rollback' })
}

let savepoints = 0

const ended = async <T>(
  connection: ClientBase,
  run: RunStatement,
  act: (tx: Tx) => Promise<T>,
  { done, failed }: { done: string; failed: string },
): Promise<T> => {
  let isCompleted = false
  const open: RunStatement = async (sql, bindings) => {
    if (isCompleted) throw new Error(`the transaction is over: ${sql}`)
    return run(sql, bindings)
  }
  const tx: Tx & Pick<ConnectionLender, 'withConnection'> = {
    raw: open,
    isCompleted: () => isCompleted,
    withConnection: (use) => use(connection),
    transaction: async (inner) => {
      savepoints += 1
      const name = `s${savepoints}`
      await open(`savepoint ${name}`)
      return ended(connection, open, inner, { done: `release ${name}`, failed: `rollback to ${name}` })
    },
  }
  try {
    const result = await act(tx)
    isCompleted = true
    await run(done)
    return result
  } catch (error) {
    isCompleted = true
    // A statement behind such a commit would wait with it.
    const isWaiting = error instanceof CommitUnanswered && error.on === connection
    if (!isWaiting) await run(failed).catch(() => undefined)
    throw error
  }
}
