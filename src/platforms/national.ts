/** 全国信用信息共享平台: takes the list in batches of samr-list rows and answers row by row. */
import { isEntry } from '../domain/delivery.js'
import { BUSY, TAKEN, WRONG } from './codes.js'
import { checkSamrRow, SAMR_SHOWN, samrBatch } from './formats/samr-list.js'
import { notCarried, type Platform } from './platform.js'
import { deliver } from './transports/deliver.js'
import { JSON_HEADERS, type ReceiptNames, receiptsInJson } from './transports/json-receipts.js'
import { askDisplayed, readShown } from './transports/shown.js'

const RECEIPTS: ReceiptNames = {
  rows: 'receipts',
  key: 'ILLID',
  code: 'code',
  text: 'text',
  field: 'field',
  value: 'value',
  receiverId: 'recordId',
}

const CODES = { ...TAKEN, ...WRONG, ...BUSY }

const credentials = (secret: string) => ({ authorization: `Bearer ${secret}` })

export const national: Platform = {
  id: 'national',
  name: { zh: '全国信用信息共享平台', en: 'National Credit Information Sharing Platform' },
  kinds: ['listing'],
  hears: ['listing'],
  lists: ['serious'],
  batchSize: 200,
  callsPerSecond: null,
  hours: null,
  codes: CODES,
  check: (notice) => (isEntry(notice) ? checkSamrRow(notice) : [notCarried(notice)]),
  send: (batch, to) =>
    deliver(to, batch.notices, {
      path: '/api/lists/serious/batch',
      headers: { ...JSON_HEADERS, ...credentials(to.secret) },
      body: JSON.stringify(samrBatch(batch)),
      read: (body) => receiptsInJson(body, RECEIPTS, CODES),
    }),
  shown: (from) => readShown(from, () => credentials(from.secret), SAMR_SHOWN),
  ask: (notices, to) => askDisplayed(notices, to, () => credentials(to.secret), SAMR_SHOWN),
}
