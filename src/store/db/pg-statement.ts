/** Statements and transactions on a connection of pg, written as for knex. */
import { createHash } from 'node:crypto'
import { type ClientBase, escapeLiteral, type Pool, type QueryResult } from 'pg'
import { LRUCache } from '../../foundation/lru.js'
import type { ConnectionLender, TransactionOptions, Tx } from './handle.js'

/** More prepared statements would fill the server's memory. */
const STATEMENTS_MOST = 500
const NAME_CHARACTERS = 24

interface ParsedStatement {
  text: string
  /** Name of each value; null for values by position. */
  names: string[] | null
  prepared: string
}

const statements = new LRUCache<string, ParsedStatement>({ max: STATEMENTS_MOST })

/** Values come from an object for `:name`, from an array for `?`. */
export const runStatement = async (
  on: Pick<ClientBase | Pool, 'query'>,
  sql: string,
  bindings: object = [],
  { comment = '', prepared = false } = {},
): Promise<QueryResult> => {
  const values = Array.isArray(bindings) ? bindings : Object.keys(bindings)
  if (values.length === 0) return on.query(comment + sql)
  const { text, names, prepared: name } = parsed(sql, bindings)
  return on.query({
    text: comment + text,
    values: names === null ? values : names.map((each) => (bindings as Record<string, unknown>)[each]),
    ...(prepared && { name }),
  })
}

const parsed = (sql: string, bindings: object): ParsedStatement => {
  const known = statements.get(sql) ?? parse(sql, bindings)
  statements.set(sql, known)
  return known
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
        if (!Object.hasOwn(bindings, binding)) return said
        if (!names.includes(binding)) names.push(binding)
        return `$${names.indexOf(binding) + 1}`
      })
  const prepared = createHash('sha256').update(text).digest('base64url').slice(0, NAME_CHARACTERS)
  return { text, names: Array.isArray(bindings) ? null : names, prepared }
}

/** Writes values into the text, for COPY, which takes none. */
export const withLiterals = (sql: string, values: Record<string, unknown>): string =>
  sql.replace(NAMED, (said, name: string) => (Object.hasOwn(values, name) ? literalOf(values[name]) : said))

const literalOf = (value: unknown): string => {
  if (!Array.isArray(value)) return escapeLiteral(value instanceof Date ? value.toISOString() : String(value))
  const members = value.map((member) => `"${String(member).replace(/["\\]/g, '\\$&')}"`)
  return escapeLiteral(`{${members.join(',')}}`)
}

export type RunStatement = (sql: string, bindings?: object) => Promise<QueryResult>

export const transactionOn = async <T>(
  connection: ClientBase,
  act: (tx: Tx) => Promise<T>,
  { isolationLevel = 'read committed', readOnly = false }: TransactionOptions = {},
  run: RunStatement = (sql, bindings) => runStatement(connection, sql, bindings),
): Promise<T> => {
  await run(`begin isolation level ${isolationLevel}${readOnly ? ' read only' : ''}`)
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
  const tx: Tx & Pick<ConnectionLender, 'withConnection'> = {
    raw: run,
    isCompleted: () => isCompleted,
    withConnection: (use) => use(connection),
    transaction: async (inner) => {
      savepoints += 1
      const name = `s${savepoints}`
      await run(`savepoint ${name}`)
      return ended(connection, run, inner, { done: `release ${name}`, failed: `rollback to ${name}` })
    },
  }
  try {
    const result = await act(tx)
    await run(done)
    return result
  } catch (error) {
    await run(failed).catch(() => undefined)
    throw error
  } finally {
    isCompleted = true
  }
}
