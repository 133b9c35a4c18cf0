import type { SubjectKind } from '../../src/domain/delivery/delivery.js'
import { fieldsOf, TABLE_NAMES, TABLES, tableColumns } from '../../src/platforms/formats/exchange-table.js'

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
