import { batchKindOf, type Notice, type Receipt, SUBJECT_KINDS, subjectKindOf } from '../domain/delivery/delivery.js'
import { groupBy } from '../foundation/groups.js'
import { RECEIPT_CODES } from './codes.js'
import {
  checkExchangeRow,
  EXCHANGE_FORMATS,
  EXCHANGE_KEY_FIELDS,
  exchangeRowOf,
  readExchangeReceipt,
  receiptRows,
  writeEnvelope,
} from './formats/exchange-envelope.js'
import { TABLE_OF_KIND, tableRow } from './formats/exchange-table.js'
import { writeCsv } from './formats/separated-lines.js'
import type { Platform, PlatformAddress } from './platform.js'
import { unreachableRefusal } from './transports/converse.js'
import { deliverMessage, unknownReceipt } from './transports/deliver.js'
import { makeHttpDisplay } from './transports/display.js'
import { putBatch, readFolderReceipts, readShownFile } from './transports/folder.js'
import { putRows, readShownTable, readTableReceipts } from './transports/table.js'

const RECEIVER = 'jilin-credit-exchange'
export const jilinPlatform: Platform = {
  id: 'jilin',
  name: { zh: '吉林省信用信息数据交换平台', en: 'Jilin Credit Information Exchange Platform' },
  kinds: SUBJECT_KINDS,
  hears: ['listing'],
  lists: null,
  ways: ['http:', 'https:', 'file:', 'postgres:', 'postgresql:'],
  batchSize: 100,
  callsPerSecond: null,
  hours: null,
  codes: RECEIPT_CODES,
  check: checkExchangeRow,
  send: async (batch, to) => wayTo(to).send(batch, to),
  shown: async (from) => wayTo(from).shown(from),
  ask: async (notices, to) => wayTo(to).ask(notices, to),
}

type PlatformWay = Required<Pick<Platform, 'send' | 'shown' | 'ask'>>

const wayTo = ({ url }: PlatformAddress): PlatformWay => {
  const way = WAYS.get(url.slice(0, url.indexOf(':') + 1).toLowerCase())
  if (!way) throw unreachableRefusal('地址的方式不受支持 the platform is not reached by such an address')
  return way
}

const credentials = (secret: string) => ({ 'x-exchange-key': secret })

const service: PlatformWay = {
  send: (batch, to) =>
    deliverMessage(to, batch.notices, {
      path: '/exchange',
      headers: { 'content-type': 'application/xml; charset=utf-8', ...credentials(to.secret) },
      body: writeEnvelope(RECEIVER, batch),
      read: (body) => receiptRows(body).flatMap((row) => readExchangeReceipt(row) ?? []),
    }),
  ...makeHttpDisplay(credentials, EXCHANGE_KEY_FIELDS),
}

const folder: PlatformWay = {
  send: ({ id, notices }, to) => putBatch(to, id, sheetOf(notices), notices),
  shown: readShownFile,
  ask: readFolderReceipts,
}

const sheetOf = (notices: readonly Notice[]): Buffer =>
  writeCsv(EXCHANGE_FORMATS[batchKindOf(notices)], notices.map(exchangeRowOf), 'gb18030')

const table: PlatformWay = {
  send: ({ notices }, to) => putRows(to, TABLE_OF_KIND[batchKindOf(notices)], notices.map(tableRow), notices),
  shown: readShownTable,
  ask: async (notices, to) => {
    const receipts = new Map<Notice, Receipt>()
    for (const [kind, own] of groupBy(notices, subjectKindOf)) {
      const answers = await readTableReceipts(own, to, TABLE_OF_KIND[kind])
      for (const [at, notice] of own.entries()) receipts.set(notice, answers[at] ?? unknownReceipt(notice.key))
    }
    return notices.map((notice) => receipts.get(notice) ?? unknownReceipt(notice.key))
  },
}

const WAYS: ReadonlyMap<string, PlatformWay> = new Map([
  ['http:', service],
  ['https:', service],
  ['file:', folder],
  ['postgres:', table],
  ['postgresql:', table],
])
