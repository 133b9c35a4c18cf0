/** 前置机 rows with feedback columns. One table per kind, keyed by key and sequence. */
import { isEntry, type Notice, type SubjectKind } from '../../domain/delivery/delivery.js'
import { exchangeRowOf } from './exchange-envelope.js'
import type { FormatRow } from './record-notices.js'
import { columnsOf } from './schema.js'

export const TABLES: Record<SubjectKind, string> = {
  listing: 'hub_blacklist',
  penalty: 'hub_xzcf',
  permit: 'hub_xzxk',
}

export const TABLE_NAMES = {
  key: 'subject_key',
  sequence: 'sequence',
  action: 'operation',
  state: 'state',
  code: 'error_code',
  text: 'error_message',
  field: 'error_field',
  value: 'error_value',
  receiverId: 'receiver_id',
  answeredAt: 'feedback_time',
  sentAgainAt: 'resub_time',
} as const

const FORMATS: Record<SubjectKind, string> = {
  listing: 'exchange-envelope',
  penalty: 'penalty-row',
  permit: 'permit-row',
}
const TOLD_APART = ['ENTRY_ID', 'ENTRY_SN', 'OPERATION', 'HUB_ID', 'HUB_SN', 'HUB_OP']

export const tableColumns = (kind: SubjectKind): string[] => fieldsOf(kind).map(({ code }) => code.toLowerCase())

const fieldsOf = (kind: SubjectKind) => columnsOf(FORMATS[kind]).filter(({ code }) => !TOLD_APART.includes(code))

export const tableRow = (notice: Notice): FormatRow => {
  const kind = isEntry(notice) ? 'listing' : notice.kind
  const row = exchangeRowOf(notice)
  return {
    [TABLE_NAMES.key]: notice.key,
    [TABLE_NAMES.sequence]: notice.sequence,
    [TABLE_NAMES.action]: notice.action,
    ...Object.fromEntries(fieldsOf(kind).map(({ code }) => [code.toLowerCase(), row[code] ?? null])),
  }
}

/** `schema` is a plain name. */
export const tableSql = (kind: SubjectKind, schema = 'public'): string => {
  const table = `${schema}.${TABLES[kind]}`
  const comments = [
    ...fieldsOf(kind).map(({ code, title }) => [code.toLowerCase(), title] as const),
    [TABLE_NAMES.key, '业务主键，终身不变'] as const,
    [TABLE_NAMES.sequence, '报文序号，逐次增大'] as const,
    [TABLE_NAMES.action, 'ADD 新增，CHANGE 变更，REMOVE 移出或撤销'] as const,
    [TABLE_NAMES.state, '0 待接收，1 已取走，2 已接收，3 已退回；由接收方填写'] as const,
    [TABLE_NAMES.code, '规则代码，由接收方填写'] as const,
    [TABLE_NAMES.text, '错误描述，由接收方填写'] as const,
    [TABLE_NAMES.field, '出错字段，由接收方填写'] as const,
    [TABLE_NAMES.value, '出错值，由接收方填写'] as const,
    [TABLE_NAMES.receiverId, '接收方记录编号，由接收方填写'] as const,
    [TABLE_NAMES.answeredAt, '反馈时间，由接收方填写'] as const,
    [TABLE_NAMES.sentAgainAt, '重报时间'] as const,
  ]
  return `create table ${table} (
  ${TABLE_NAMES.key} text not null,
  ${TABLE_NAMES.sequence} bigint not null,
  ${TABLE_NAMES.action} text not null check (${TABLE_NAMES.action} in ('ADD', 'CHANGE', 'REMOVE')),
${tableColumns(kind)
  .map((column) => `  ${column} text,\n`)
  .join('')}  written_at timestamptz not null default now(),
  ${TABLE_NAMES.state} smallint not null default 0 check (${TABLE_NAMES.state} between 0 and 3),
  ${TABLE_NAMES.code} text,
  ${TABLE_NAMES.text} text,
  ${TABLE_NAMES.field} text,
  ${TABLE_NAMES.value} text,
  ${TABLE_NAMES.receiverId} text,
  ${TABLE_NAMES.answeredAt} timestamptz,
  ${TABLE_NAMES.sentAgainAt} timestamptz,
  primary key (${TABLE_NAMES.key}, ${TABLE_NAMES.sequence})
);
create index ${TABLES[kind]}_waiting on ${table} (written_at) where ${TABLE_NAMES.state} = 0;
${comments.map(([column, words]) => `comment on column ${table}.${column} is '${words.replaceAll("'", "''")}';\n`).join('')}`
}
