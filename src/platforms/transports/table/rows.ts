import knexModule, { type Knex } from 'knex'
import type { Notice } from '../../../domain/delivery/delivery.js'
import { untilAborted } from '../../../foundation/abort.js'
import type { FormatRow } from '../../formats/record-notices.js'
import type { PlatformAddress } from '../../platform.js'
import { unreachableRefusal } from '../converse.js'

/** The hub writes state 0, the receiver the others. */
export const ROW_STATES = { new: 0, taken: 1, accepted: 2, rejected: 3 } as const

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
  // The aborted transaction ends within its timeouts.
  return to.signal ? untilAborted(working, to.signal) : working
}

const addressOf = ({ url, secret }: PlatformAddress): { url: string; schema: string } => {
  let address: URL
  try {
    address = new URL(url)
  } catch {
    throw unreachableRefusal('交换库地址无效 not the address of a database')
  }
  const schema = address.searchParams.get('schema') ?? 'public'
  if (!IDENTIFIER.test(schema)) throw unreachableRefusal('交换库的模式名无效 no valid name of a schema')
  address.searchParams.delete('schema')
  if (address.password === '' && address.username !== '') address.password = encodeURIComponent(secret)
  return { url: address.href, schema: `"${schema}"` }
}

/** A resent row keeps its answer if unchanged and not rejected; else it is new. */
export const upsertRows = async (db: Knex, table: string, rows: readonly FormatRow[]): Promise<void> => {
  const columns = Object.keys(rows[0] ?? {})
  const list = (of: string) => columns.map((column) => `${of}"${column}"`).join(', ')
  await db.raw(
    `insert into ${table} as t (${list('')}, state)
     select ${list('w.')}, ${ROW_STATES.new} from jsonb_populate_recordset(null::${table}, ?::jsonb) w
     on conflict (subject_key, sequence) do update set (${list('')}) = row(${list('excluded.')}), state = ${ROW_STATES.new}, resub_time = now(),
       error_code = null, error_message = null, error_field = null, error_value = null, feedback_time = null
     where t.state = ${ROW_STATES.rejected} or (${list('t.')}) is distinct from (${list('excluded.')}) /* table.upsert */`,
    [JSON.stringify(rows)],
  )
}

export interface RowFeedback {
  subject_key: string
  sequence: string
  state: number
  error_code: string | null
  error_message: string | null
  error_field: string | null
  error_value: string | null
  receiver_id: string | null
}

/** Reads columns as text, because receivers may give them other types. */
export const readFeedback = async (
  db: Knex,
  table: string,
  notices: readonly Pick<Notice, 'key' | 'sequence'>[],
): Promise<RowFeedback[]> => {
  const wanted = notices.map(({ key, sequence }) => ({ subject_key: key, sequence }))
  const { rows } = await db.raw(
    `select t.subject_key::text, t.sequence::text, t.state::int, t.error_code::text, t.error_message::text, t.error_field::text,
       t.error_value::text, t.receiver_id::text
     from jsonb_populate_recordset(null::${table}, ?::jsonb) w join ${table} t using (subject_key, sequence) /* table.feedbackOf */`,
    [JSON.stringify(wanted)],
  )
  return rows
}

export const readShownRows = async (db: Knex, schema: string): Promise<Record<string, unknown>[]> => {
  const { rows } = await db.raw(`select to_jsonb(t) as row from ${schema}.hub_shown t limit ? /* table.shownIn */`, [
    SHOWN_MAX + 1,
  ])
  if (rows.length > SHOWN_MAX) throw unreachableRefusal(`展示清单过大 more than ${SHOWN_MAX} entries are displayed`)
  return rows.map(({ row }: { row: Record<string, unknown> }) => row)
}
