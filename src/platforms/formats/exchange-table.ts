import { isEntryNotice, type Notice, type SubjectKind } from '../../domain/delivery/delivery.js'
import { EXCHANGE_FORMATS, exchangeRowOf } from './exchange-envelope.js'
import type { FormatRow } from './record-notices.js'
import { formatColumns } from './schema.js'

export const TABLE_OF_KIND: Record<SubjectKind, string> = {
  listing: 'hub_blacklist',
  penalty: 'hub_xzcf',
  permit: 'hub_xzxk',
}

export const TABLE_COLUMN_NAMES = {
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

const TOLD_APART = ['ENTRY_ID', 'ENTRY_SN', 'OPERATION', 'HUB_ID', 'HUB_SN', 'HUB_OP']

export const tableColumns = (kind: SubjectKind): string[] => tableFields(kind).map(({ code }) => code.toLowerCase())

export const tableFields = (kind: SubjectKind) =>
  formatColumns(EXCHANGE_FORMATS[kind]).filter(({ code }) => !TOLD_APART.includes(code))

export const tableRow = (notice: Notice): FormatRow => {
  const kind = isEntryNotice(notice) ? 'listing' : notice.kind
  const row = exchangeRowOf(notice)
  return {
    [TABLE_COLUMN_NAMES.key]: notice.key,
    [TABLE_COLUMN_NAMES.sequence]: notice.sequence,
    [TABLE_COLUMN_NAMES.action]: notice.action,
    ...Object.fromEntries(tableFields(kind).map(({ code }) => [code.toLowerCase(), row[code] ?? null])),
  }
}
