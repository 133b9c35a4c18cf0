import knexModule, { type Knex } from 'knex'
import { type Notice, SUBJECT_KINDS } from '../../../domain/delivery/delivery.js'
import { type KeyFields, shortenedText } from '../../formats/reading.js'
import type { FormatRow } from '../../formats/record-notices.js'
import type { DisplayedSubject, PlatformAddress } from '../../platform.js'
import { unreachableRefusal } from '../converse.js'

/** The hub writes state 0, the receiver the others. */
const STATES = { new: 0, taken: 1, accepted: 2, rejected: 3 } as const

/** Timeout of one step; an abandoned transaction rolls back. */
const CONNECT_TIMEOUT_MS = 3_000
const STATEMENT_TIMEOUT_MS = 4_000
const LOCK_TIMEOUT_MS = 1_000
const SHOWN_MAX = 500_000
const IDENTIFIER = /^[a-z_][a-z0-9_]{0,62}$/

export const DATABASE_FAULT_TEXTS: Record<string, string> = {
  ECONNREFUSED: '拒绝连接 connection refused',
  ENOTFOUND: '找不到主机 no such host',
  ETIMEDOUT: '超时 timed out',
  '28P01': '密码错误 wrong password',
  '28000': '不允许登录 may not log in',
  '3D000': '没有这个数据库 no such database',
  '3F000': '没有这个模式 no such schema',
  '42501': '没有权限 not permitted',
  '42P01': '没有交换表 the table is not there',
  '42703': '交换表缺少列 a column is missing',
  '42P10': '交换表缺少唯一约束（业务键、序号） no unique constraint on key and sequence',
  '53100': '磁盘已满 the disk is full',
  '55P03': '交换表被锁定 the table is locked',
  '57014': '查询超时 the statement took too long',
}

export interface TableColumns {
  key: string
  sequence: string
  state: string
  code: string
  text: string
  field: string
  value: string
  receiverId: string
  answeredAt: string
  sentAgainAt: string
}

interface TablePlace {
  schema: string
  table: string
  names: Pick<TableColumns, 'key' | 'sequence'>
}

/** `accepted` is null while the row is not judged. */
export interface RowFeedback {
  accepted: boolean | null
  code: string | null
  text: string | null
  field: string | null
  value: string | null
  receiverId: string | null
}

const QUIET = { warn: () => {}, error: () => {}, deprecate: () => {}, debug: () => {} }

/** The platform's secret is the password if `url` has none. */
export const withExchangeDatabase = async <T>(
  to: PlatformAddress,
  work: (db: Knex, schema: string) => Promise<T>,
): Promise<T> => {
  const { url, schema } = addressOf(to)
  const db = knexModule.default({
    client: 'pg',
    connection: {
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      // A vanished server cannot enforce its own timeout.
      query_timeout: STATEMENT_TIMEOUT_MS + 500,
      application_name: 'hub',
    },
    pool: { min: 0, max: 1 },
    acquireConnectionTimeout: CONNECT_TIMEOUT_MS,
    log: QUIET,
  })
  const working = db
    .transaction(async (tx) => {
      await tx.raw(`set local lock_timeout = ${LOCK_TIMEOUT_MS} /* table.connected */`)
      const done = await work(tx, schema)
      to.signal?.throwIfAborted()
      return done
    })
    .finally(() => db.destroy())
  return to.signal ? stoppable(working, to.signal) : working
}

/** Rejects at once on abort, while the transaction ends within its timeouts and rolls back. */
const stoppable = <T>(working: Promise<T>, signal: AbortSignal): Promise<T> => {
  const { promise, reject } = rejecting<T>()
  const stop = () => reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  return Promise.race([working, promise]).finally(() => signal.removeEventListener('abort', stop))
}

const rejecting = <T>() => {
  let reject: (reason: unknown) => void = () => {}
  const promise = new Promise<T>((_, refuse) => {
    reject = refuse
  })
  return { promise, reject }
}

const addressOf = ({ url, secret }: PlatformAddress): { url: string; schema: string } => {
  let address: URL
  try {
    address = new URL(url)
  } catch {
    throw unreachableRefusal('交换库地址无效 not the address of a database')
  }
  const schema = identifier(address.searchParams.get('schema') ?? 'public')
  address.searchParams.delete('schema')
  if (address.password === '' && address.username !== '') address.password = encodeURIComponent(secret)
  return { url: address.href, schema }
}

const identifier = (name: string): string => {
  if (IDENTIFIER.test(name)) return name
  throw unreachableRefusal('交换库的模式名、表名或列名无效 no valid name of a schema, table or column')
}

const tableOf = ({ schema, table }: TablePlace): string => `"${identifier(schema)}"."${identifier(table)}"`

/** A resent row keeps its answer if unchanged and not rejected; otherwise its state is new again. */
export const upsertRows = async (
  db: Knex,
  at: TablePlace & { names: TableColumns },
  rows: readonly FormatRow[],
): Promise<void> => {
  const [first] = rows
  if (first === undefined) return
  const { names } = at
  const columns = Object.keys(first).map(identifier)
  const list = (of: string) => columns.map((column) => `${of}"${column}"`).join(', ')
  const answers = [names.code, names.text, names.field, names.value, names.answeredAt].map(identifier)
  await db.raw(
    `insert into ${tableOf(at)} as t (${list('')}, "${identifier(names.state)}")
     select ${list('w.')}, ${STATES.new} from jsonb_populate_recordset(null::${tableOf(at)}, ?::jsonb) w
     on conflict ("${identifier(names.key)}", "${identifier(names.sequence)}") do update set
       ${columns.map((column) => `"${column}" = excluded."${column}"`).join(', ')},
       ${answers.map((column) => `"${column}" = null`).join(', ')},
       "${names.state}" = ${STATES.new}, "${identifier(names.sentAgainAt)}" = now()
     where t."${names.state}" = ${STATES.rejected} or (${list('t.')}) is distinct from (${list('excluded.')}) /* table.upsert */`,
    [JSON.stringify(rows)],
  )
}

export const readFeedback = async (
  db: Knex,
  at: TablePlace & { names: TableColumns },
  notices: readonly Pick<Notice, 'key' | 'sequence'>[],
): Promise<Map<string, RowFeedback>> => {
  const { names } = at
  const wanted = notices.map(({ key, sequence }) => ({ [names.key]: key, [names.sequence]: sequence }))
  const column = (name: string) => `t."${identifier(name)}"`
  const { rows } = await db.raw(
    `select ${column(names.key)}::text as key, ${column(names.sequence)}::text as sequence, ${column(names.state)}::int as state,
       ${column(names.code)}::text as code, ${column(names.text)}::text as text, ${column(names.field)}::text as field,
       ${column(names.value)}::text as value, ${column(names.receiverId)}::text as receiver_id
     from jsonb_populate_recordset(null::${tableOf(at)}, ?::jsonb) w
     join ${tableOf(at)} t on ${column(names.key)} = w."${names.key}" and ${column(names.sequence)} = w."${names.sequence}" /* table.feedbackOf */`,
    [JSON.stringify(wanted)],
  )
  return new Map(
    rows.map((row: Record<string, unknown>) => [
      `${row['sequence']}/${row['key']}`,
      {
        accepted: row['state'] === STATES.accepted ? true : row['state'] === STATES.rejected ? false : null,
        code: shortenedText(row['code']),
        text: shortenedText(row['text']),
        field: shortenedText(row['field']),
        value: shortenedText(row['value']),
        receiverId: shortenedText(row['receiver_id']),
      } satisfies RowFeedback,
    ]),
  )
}

export const readShownSubjects = async (
  db: Knex,
  at: TablePlace & { names: KeyFields },
): Promise<DisplayedSubject[]> => {
  const { names } = at
  const { rows } = await db.raw(`select to_jsonb(t) as row from ${tableOf(at)} t limit ? /* table.shownIn */`, [
    SHOWN_MAX + 1,
  ])
  if (rows.length > SHOWN_MAX) throw unreachableRefusal(`展示清单过大 more than ${SHOWN_MAX} entries are displayed`)
  return rows.map(({ row }: { row: Record<string, unknown> }) => {
    const key = row[names.key]
    if (typeof key !== 'string' || key === '')
      throw unreachableRefusal(`展示清单有行缺少业务键 a row without ${names.key}`)
    const sequence = Number(row[names.sequence] ?? Number.NaN)
    return {
      kind: SUBJECT_KINDS.find((kind) => kind === row['kind']) ?? 'listing',
      key,
      sequence: Number.isSafeInteger(sequence) ? sequence : null,
      uscc: shortenedText(row[names.uscc]),
      name: shortenedText(row[names.name]) ?? '',
    }
  })
}
