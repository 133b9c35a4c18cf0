/**
 * 吉林省信用信息数据交换平台, by whichever of the three ways of GB/T 39443-2020 its address names: XML exchange envelopes over HTTP, an exchange
 * folder (`file:`), or an exchange table (`postgres:`).
 */
import { isEntry, type Notice, type Receipt } from '../domain/delivery.js'
import { BUSY, TAKEN, WRONG } from './codes.js'
import { checkExchangeRow, EXCHANGE_SHOWN, envelope, exchangeRow, receiptRows } from './formats/exchange-envelope.js'
import { gb18030, linesText } from './formats/lines.js'
import { shortened } from './formats/reading.js'
import { type Batch, notCarried, type Platform, type To } from './platform.js'
import { unreachable } from './transports/converse.js'
import { deliver } from './transports/deliver.js'
import { askFolder, putBatch, readShownFile } from './transports/folder.js'
import { askDisplayed, readShown } from './transports/shown.js'
import { askTable, putRows, readShownTable } from './transports/table.js'

const RECEIVER = 'jilin-credit-exchange'
/** Receipt states; anything else says neither yes nor no. */
const STATES: ReadonlyMap<string | undefined, boolean> = new Map([
  ['1', true],
  ['0', false],
])

export const jilin: Platform = {
  id: 'jilin',
  name: { zh: '吉林省信用信息数据交换平台', en: 'Jilin Credit Information Exchange Platform' },
  kinds: ['listing'],
  hears: ['listing'],
  lists: null,
  batchSize: 100,
  callsPerSecond: null,
  hours: null,
  codes: { ...TAKEN, ...WRONG, ...BUSY },
  check: (notice) => (isEntry(notice) ? checkExchangeRow(notice) : [notCarried(notice)]),
  send: (batch, to) => wayTo(to).send(batch, to),
  shown: (from) => wayTo(from).shown(from),
  ask: (notices, to) => wayTo(to).ask(notices, to),
}

type Way = Required<Pick<Platform, 'send' | 'shown' | 'ask'>>

const wayTo = ({ url }: To): Way => {
  const way = WAYS.get(url.slice(0, url.indexOf(':') + 1).toLowerCase())
  if (!way) throw unreachable('地址的方式不受支持 the platform is not reached by such an address')
  return way
}

const credentials = (secret: string) => ({ 'x-exchange-key': secret })

const service: Way = {
  send: (batch, to) =>
    deliver(to, batch.notices, {
      path: '/exchange',
      headers: { 'content-type': 'application/xml; charset=utf-8', ...credentials(to.secret) },
      body: envelope(RECEIVER, batch),
      read: (body) => receiptRows(body).flatMap((row) => receiptOf(row) ?? []),
    }),
  shown: (from) => readShown(from, () => credentials(from.secret), EXCHANGE_SHOWN),
  ask: (notices, to) => askDisplayed(notices, to, () => credentials(to.secret), EXCHANGE_SHOWN),
}

const receiptOf = (row: ReadonlyMap<string, string>): Receipt | null => {
  const accepted = STATES.get(row.get('state'))
  if (accepted === undefined) return null
  return {
    key: row.get('ENTRY_ID') ?? '',
    accepted,
    code: shortened(row.get('ruleCode')) ?? '',
    text: shortened(row.get('ruleText')) ?? '',
    field: shortened(row.get('field')),
    value: shortened(row.get('value')),
    receiverId: shortened(row.get('recordNo')),
  }
}

/** A receipt in the folder has the names of the one in the envelope, and the sequence. */
const IN_FOLDER = { key: 'ENTRY_ID', sequence: 'ENTRY_SN', receipt: receiptOf }

const folder: Way = {
  send: (batch, to) => putBatch(to, batch.id, gb18030(sheetOf(batch)), batch.notices),
  shown: (from) => readShownFile(from, EXCHANGE_SHOWN),
  ask: (notices, to) => askFolder(notices, to, IN_FOLDER),
}

/** Every column in every batch, whatever its rows leave empty. */
const sheetOf = ({ notices }: Batch): string => linesText(COLUMNS, rowsOf(notices))

const rowsOf = (notices: readonly Notice[]) => notices.filter(isEntry).map(exchangeRow)

const COLUMNS = [
  'ENTRY_ID',
  'ENTRY_SN',
  'OPERATION',
  'LIST_CODE',
  'DATA_CATEGORY',
  'A000001',
  'A000002',
  'A000003',
  'REASON',
  'LEGAL_BASIS',
  'EXECUTE_DEPT',
  'EXECUTE_DEPT_CODE',
  'EXECUTE_REFRENCE_NO',
  'REGISTER_DATE',
  'PUBLISH_DATE',
  'EXPIRATION_DATE',
  'CONTESTED',
  'REMOVE_REASON_CODE',
  'REMOVE_REASON',
  'REMOVE_REFERENCE_NO',
  'REMOVE_DATE',
]

const TABLE = 'exchange_listing'
const TABLE_SHOWN = 'exchange_shown'
const IN_TABLE = {
  key: 'entry_id',
  sequence: 'entry_sn',
  state: 'state',
  code: 'error_code',
  text: 'error_message',
  field: 'error_field',
  value: 'error_value',
  receiverId: 'record_no',
  answeredAt: 'feedback_time',
  sentAgainAt: 'resub_time',
}

const table: Way = {
  send: ({ notices }, to) => putRows(to, TABLE, IN_TABLE, rowsOf(notices).map(inColumns), notices),
  shown: (from) => readShownTable(from, TABLE_SHOWN, { ...IN_TABLE, uscc: 'a000002', name: 'a000001' }),
  ask: (notices, to) => askTable(notices, to, TABLE, IN_TABLE),
}

/** PostgreSQL has no capitals of its own. */
const inColumns = (row: Readonly<Record<string, string | number | null>>) =>
  Object.fromEntries(COLUMNS.map((column) => [column.toLowerCase(), row[column] ?? null]))

const WAYS: ReadonlyMap<string, Way> = new Map([
  ['http:', service],
  ['https:', service],
  ['file:', folder],
  ['postgres:', table],
  ['postgresql:', table],
])
