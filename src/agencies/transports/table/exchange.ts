import knexModule, { type Knex } from 'knex'
import { Refusal } from '../../../foundation/errors.js'
import { parseJsonOr } from '../../../foundation/text/json.js'

/** The hub does not use state 1. */
const STATES = { new: 0, taken: 1, accepted: 2, rejected: 3 } as const

const BATCH_ROWS = 200
const MAX_ROW_BYTES = 256 * 1024
const ANSWERS_AT_ONCE = 1000
const CONNECT_TIMEOUT_MS = 5_000
const STATEMENT_TIMEOUT_MS = 60_000
const IDENTIFIER = /^[a-z_][a-z0-9_]{0,62}$/
const OURS = ['id', 'state', 'check_state', 'error_code', 'error_message', 'feedback_time', 'resub_time']
const PAYLOAD = 'payload'

export const DATABASE_FAULT_TEXTS: Record<string, string> = {
  ECONNREFUSED: '拒绝连接 connection refused',
  ENOTFOUND: '找不到主机 no such host',
  ETIMEDOUT: '超时 timed out',
  '28P01': '密码错误 wrong password',
  '28000': '不允许登录 may not log in',
  '3D000': '没有这个数据库 no such database',
  '42501': '没有权限 not permitted',
  '57014': '查询超时 the query took too long',
}

export const tableOfFeed = (feed: string): string => `exchange_${feed}`

/** Without `columns`, `payload` holds the record. To resubmit a row, the agency sets `state` 0 and `resub_time`. */
export const exchangeTableDdl = (feed: string, columns?: readonly string[], schema = 'public'): string => {
  const fields = columns
    ? columns.map((column) => `"${column.replaceAll('"', '""')}" text`)
    : ['payload jsonb not null']
  return `create table ${checkIdentifier(schema)}.${checkIdentifier(tableOfFeed(feed))} (
  id bigint generated always as identity primary key,
  ${fields.join(',\n  ')},
  state smallint not null default 0 check (state between 0 and 3),
  check_state smallint check (check_state in (0, 1)),
  error_code text,
  error_message text,
  feedback_time timestamptz,
  resub_time timestamptz
)`
}

export const checkIdentifier = (name: string): string => {
  if (IDENTIFIER.test(name)) return name
  throw new Refusal('FEED_UNREACHABLE', { reason: '交换库的模式名或表名无效 no valid name of a schema or table' })
}

interface ExchangeRow {
  /** Text, because a number could be rounded. */
  id: string
  /** xmin as read; a row changed since then gets no answer. */
  version: string
  large: boolean
  fields: unknown
}

export interface RowAnswer {
  id: string
  version: string
  code: string | null
  message: string | null
}

export type ExchangeTable = Awaited<ReturnType<typeof openExchange>>

const QUIET = { warn: () => {}, error: () => {}, deprecate: () => {}, debug: () => {} }

export const withConnection = async <T>(url: string, readOnly: boolean, work: (db: Knex) => Promise<T>): Promise<T> => {
  const db = knexModule.default({
    client: 'pg',
    connection: {
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      application_name: 'hub',
    },
    pool: { min: 0, max: 1 },
    acquireConnectionTimeout: CONNECT_TIMEOUT_MS,
    log: QUIET,
  })
  try {
    return await db.transaction(work, { readOnly })
  } finally {
    await db.destroy()
  }
}

export const openExchange = async (db: Knex, schema: string, name: string) => {
  const all = await columnsOf(db, schema, name)
  const own = all.filter((column) => !OURS.includes(column))
  const columns = own.includes(PAYLOAD) ? null : own
  const table = `"${schema}"."${name}"`
  return {
    columns,
    count: async (most: number): Promise<number> => {
      const { rows } = await db.raw(
        `select count(*)::int as n from (select from ${table} where state = 0 limit ?) waiting /* table.count */`,
        [most],
      )
      return rows[0].n
    },
    batch: (after: string, most: number) => batch(db, table, columns, after, Math.min(most, BATCH_ROWS)),
    answer: async (answers: readonly RowAnswer[]): Promise<void> => {
      for (let at = 0; at < answers.length; at += ANSWERS_AT_ONCE)
        await writeAnswers(db, table, answers.slice(at, at + ANSWERS_AT_ONCE))
    },
  }
}

const columnsOf = async (db: Knex, schema: string, name: string): Promise<string[]> => {
  const { rows } = await db.raw(
    `select a.attname as name from pg_attribute a
     where a.attrelid = to_regclass(format('%I.%I', ?::text, ?::text)) and a.attnum > 0 and not a.attisdropped
     order by a.attnum /* table.columns */`,
    [schema, name],
  )
  const names = rows.map((row: { name: string }) => row.name)
  const missing = names.length === 0 ? [name] : OURS.filter((column) => !names.includes(column))
  if (missing.length > 0) {
    const reason = `交换库缺少表或列 a table or column is missing: ${schema}.${name} ${missing.join(' ')}`
    throw new Refusal('FEED_UNREACHABLE', { reason })
  }
  return names
}

/** Reads text, so no driver shifts a date or rounds a number. */
const batch = async (
  db: Knex,
  table: string,
  columns: string[] | null,
  after: string,
  most: number,
): Promise<ExchangeRow[]> => {
  const fields = columns
    ? `(select to_jsonb(r) from (select ${columns.map((name) => `t.${quoted(name)}::text as ${quoted(name)}`).join(', ')}) r)`
    : 'to_jsonb(t.payload)'
  const { rows } = await db.raw(
    `select id::text as id, version, octet_length(f::text) > ${MAX_ROW_BYTES} as large,
       case when octet_length(f::text) <= ${MAX_ROW_BYTES} then f end as fields
     from (select t.id, t.xmin::text as version, ${fields} as f
       from ${table} t where t.state = 0 and t.id > ?::bigint order by t.id limit ?) as waiting
     order by waiting.id /* table.batch */`,
    [after, most],
  )
  return rows.map(({ id, version, large, fields }: Omit<ExchangeRow, 'large'> & { large: boolean | null }) => {
    if (!Number.isSafeInteger(Number(id)) || Number(id) < 1)
      throw new Refusal('FEED_UNREACHABLE', { reason: `交换库：行号 ${id} 超出范围 an id out of range` })
    return {
      id,
      version,
      large: large === true,
      fields: typeof fields === 'string' ? parseJsonOr(fields, fields) : fields,
    }
  })
}

/** Escapes `?`, the knex placeholder. */
const quoted = (name: string): string => `"${name.replaceAll('"', '""').replaceAll('?', '\\?')}"`

const writeAnswers = async (db: Knex, table: string, answers: readonly RowAnswer[]): Promise<void> => {
  await db.raw(
    `update ${table} as t set
       state = case when a.code is null then ${STATES.accepted} else ${STATES.rejected} end,
       check_state = case when a.code is null then 1 else 0 end,
       error_code = a.code, error_message = a.message, feedback_time = now()
     from jsonb_to_recordset(?::jsonb) as a(id bigint, version text, code text, message text)
     where t.id = a.id and t.state = 0 and t.xmin::text = a.version /* table.answer */`,
    [JSON.stringify(answers)],
  )
}
