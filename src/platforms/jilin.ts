/** GB/T 39443-2020: envelopes over HTTP, exchange folder (`file:`), exchange table (`postgres:`). */
import {
  type Notice,
  type Receipt,
  SUBJECT_KINDS,
  type SubjectKind,
  subjectKindOf,
} from '../domain/delivery/delivery.js'
import { BUSY, isContradictory, TAKEN, WRONG } from './codes.js'
import { csv } from './formats/csv.js'
import { checkExchangeRow, EXCHANGE_SHOWN, envelope, exchangeRowOf, receiptRows } from './formats/exchange-envelope.js'
import { TABLE_NAMES, TABLES, tableRow } from './formats/exchange-table.js'
import { type ShownNames, shortened } from './formats/reading.js'
import type { Platform, PlatformAddress } from './platform.js'
import { unreachable } from './transports/converse.js'
import { deliver, unknownThere } from './transports/deliver.js'
import { askDisplayed, readDisplay } from './transports/display.js'
import { askFolder, type FolderNames, putBatch, readShownFile } from './transports/folder.js'
import { askTable, putRows, readShownTable } from './transports/table.js'

const RECEIVER = 'jilin-credit-exchange'
const STATES: ReadonlyMap<string | undefined, boolean> = new Map([
  ['1', true],
  ['0', false],
])

export const jilin: Platform = {
  id: 'jilin',
  name: { zh: '吉林省信用信息数据交换平台', en: 'Jilin Credit Information Exchange Platform' },
  kinds: SUBJECT_KINDS,
  hears: ['listing'],
  lists: null,
  ways: ['http:', 'https:', 'file:', 'postgres:', 'postgresql:'],
  batchSize: 100,
  callsPerSecond: null,
  hours: null,
  codes: { ...TAKEN, ...WRONG, ...BUSY },
  check: checkExchangeRow,
  send: async (batch, to) => wayTo(to).send(batch, to),
  shown: async (from) => wayTo(from).shown(from),
  ask: async (notices, to) => wayTo(to).ask(notices, to),
}

type PlatformWay = Required<Pick<Platform, 'send' | 'shown' | 'ask'>>

const wayTo = ({ url }: PlatformAddress): PlatformWay => {
  const way = WAYS.get(url.slice(0, url.indexOf(':') + 1).toLowerCase())
  if (!way) throw unreachable('地址的方式不受支持 the platform is not reached by such an address')
  return way
}

const credentials = (secret: string) => ({ 'x-exchange-key': secret })

const service: PlatformWay = {
  send: (batch, to) =>
    deliver(to, batch.notices, {
      path: '/exchange',
      headers: { 'content-type': 'application/xml; charset=utf-8', ...credentials(to.secret) },
      body: envelope(RECEIVER, batch),
      read: (body) => receiptRows(body).flatMap((row) => receiptOf(row) ?? []),
    }),
  shown: (from) => readDisplay(from, () => credentials(from.secret), EXCHANGE_SHOWN),
  ask: (notices, to) => askDisplayed(notices, to, () => credentials(to.secret), EXCHANGE_SHOWN),
}

const receiptOf = (row: ReadonlyMap<string, string>): Receipt | null => {
  const accepted = STATES.get(row.get('state'))
  const code = shortened(row.get('ruleCode')) ?? ''
  if (accepted === undefined || isContradictory({ accepted, code })) return null
  return {
    key: keyIn(row) ?? '',
    accepted,
    code,
    text: shortened(row.get('ruleText')) ?? '',
    field: shortened(row.get('field')),
    value: shortened(row.get('value')),
    receiverId: shortened(row.get('recordNo')),
  }
}

const KEYS = ['ENTRY_ID', 'HUB_ID']
const SEQUENCES = ['ENTRY_SN', 'HUB_SN']

const firstIn = (row: ReadonlyMap<string, string>, names: readonly string[]): string | undefined =>
  names.map((name) => row.get(name)).find((value) => value)

const keyIn = (row: ReadonlyMap<string, string>) => firstIn(row, KEYS)

const IN_FOLDER: FolderNames = {
  keys: KEYS,
  key: keyIn,
  sequence: (row) => firstIn(row, SEQUENCES),
  receipt: receiptOf,
}

const folder: PlatformWay = {
  send: ({ id, notices }, to) => putBatch(to, id, sheetOf(notices), notices),
  shown: (from) => readShownFile(from, EXCHANGE_SHOWN),
  ask: (notices, to) => askFolder(notices, to, IN_FOLDER),
}

const sheetOf = (notices: readonly Notice[]): Buffer =>
  csv(SHEETS[kindIn(notices)], notices.map(exchangeRowOf), 'gb18030')

const SHEETS: Record<SubjectKind, string> = {
  listing: 'exchange-envelope',
  penalty: 'penalty-row',
  permit: 'permit-row',
}

const kindIn = ([first]: readonly Notice[]): SubjectKind => (first === undefined ? 'listing' : subjectKindOf(first))

/** Exchange table of the displayed entries. Columns: subject_key, sequence, kind, uscc, name. */
const SHOWN_TABLE = 'hub_shown'
const SHOWN_NAMES: ShownNames = { key: 'subject_key', sequence: 'sequence', uscc: 'uscc', name: 'name' }

const table: PlatformWay = {
  send: ({ notices }, to) => putRows(to, TABLES[kindIn(notices)], TABLE_NAMES, notices.map(tableRow), notices),
  shown: (from) => readShownTable(from, SHOWN_TABLE, SHOWN_NAMES),
  ask: async (notices, to) => {
    const receipts = new Map<Notice, Receipt>()
    for (const kind of SUBJECT_KINDS) {
      const own = notices.filter((notice) => subjectKindOf(notice) === kind)
      if (own.length === 0) continue
      const answers = await askTable(own, to, TABLES[kind], TABLE_NAMES)
      for (const [at, notice] of own.entries()) receipts.set(notice, answers[at] ?? unknownThere(notice.key))
    }
    return notices.map((notice) => receipts.get(notice) ?? unknownThere(notice.key))
  },
}

const WAYS: ReadonlyMap<string, PlatformWay> = new Map([
  ['http:', service],
  ['https:', service],
  ['file:', folder],
  ['postgres:', table],
  ['postgresql:', table],
])
