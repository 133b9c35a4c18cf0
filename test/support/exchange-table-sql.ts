import type { SubjectKind } from '../../src/domain/delivery/delivery.js'
import {
  TABLE_COLUMN_NAMES,
  TABLE_OF_KIND,
  tableColumns,
  tableFields,
} from '../../src/platforms/formats/exchange-table.js'

/** `schema` must be a plain SQL name, because it is not quoted. */
export const tableSql = (kind: SubjectKind, schema = 'public'): string => {
  const table = `${schema}.${TABLE_OF_KIND[kind]}`
  const comments = [
    ...tableFields(kind).map(({ code, title }) => [code.toLowerCase(), title] as const),
    [TABLE_COLUMN_NAMES.key, '业务主键，终身不变'] as const,
    [TABLE_COLUMN_NAMES.sequence, '报文序号，逐次增大'] as const,
    [TABLE_COLUMN_NAMES.action, 'ADD 新增，CHANGE 变更，REMOVE 移出或撤销'] as const,
    [TABLE_COLUMN_NAMES.state, '0 待接收，1 已取走，2 已接收，3 已退回；由接收方填写'] as const,
    [TABLE_COLUMN_NAMES.code, '规则代码，由接收方填写'] as const,
    [TABLE_COLUMN_NAMES.text, '错误描述，由接收方填写'] as const,
    [TABLE_COLUMN_NAMES.field, '出错字段，由接收方填写'] as const,
    [TABLE_COLUMN_NAMES.value, '出错值，由接收方填写'] as const,
    [TABLE_COLUMN_NAMES.receiverId, '接收方记录编号，由接收方填写'] as const,
    [TABLE_COLUMN_NAMES.answeredAt, '反馈时间，由接收方填写'] as const,
    [TABLE_COLUMN_NAMES.sentAgainAt, '重报时间'] as const,
  ]
  return `create table ${table} (
  ${TABLE_COLUMN_NAMES.key} text not null,
  ${TABLE_COLUMN_NAMES.sequence} bigint not null,
  ${TABLE_COLUMN_NAMES.action} text not null check (${TABLE_COLUMN_NAMES.action} in ('ADD', 'CHANGE', 'REMOVE')),
${tableColumns(kind)
  .map((column) => `  ${column} text,\n`)
  .join('')}  written_at timestamptz not null default now(),
  ${TABLE_COLUMN_NAMES.state} smallint not null default 0 check (${TABLE_COLUMN_NAMES.state} between 0 and 3),
  ${TABLE_COLUMN_NAMES.code} text,
  ${TABLE_COLUMN_NAMES.text} text,
  ${TABLE_COLUMN_NAMES.field} text,
  ${TABLE_COLUMN_NAMES.value} text,
  ${TABLE_COLUMN_NAMES.receiverId} text,
  ${TABLE_COLUMN_NAMES.answeredAt} timestamptz,
  ${TABLE_COLUMN_NAMES.sentAgainAt} timestamptz,
  primary key (${TABLE_COLUMN_NAMES.key}, ${TABLE_COLUMN_NAMES.sequence})
);
create index ${TABLE_OF_KIND[kind]}_waiting on ${table} (written_at) where ${TABLE_COLUMN_NAMES.state} = 0;
${comments.map(([column, words]) => `comment on column ${table}.${column} is '${words.replaceAll("'", "''")}';\n`).join('')}`
}
