/** 信用中国: the same samr-list rows as the national platform, another address, credential and answer. */
import { isEntry } from '../domain/delivery.js'
import { BUSY, TAKEN, WRONG } from './codes.js'
import { checkSamrRow, SAMR_SHOWN, samrBatch } from './formats/samr-list.js'
import { notCarried, type Platform } from './platform.js'
import { deliver } from './transports/deliver.js'
import { JSON_HEADERS, type ReceiptNames, receiptsInJson } from './transports/json-receipts.js'
import { askDisplayed, readShown } from './transports/shown.js'

const RECEIPTS: ReceiptNames = {
  rows: 'line',
  key: 'ILLID',
  code: 'errcode',
  text: 'errmsg',
  field: 'errfield',
  value: 'errvalue',
  receiverId: 'recid',
  // Its answer has a code of its own for the whole; anything but 00 speaks of no row.
  whole: { code: 'code', good: '00' },
}

const CODES = { ...TAKEN, ...WRONG, ...BUSY }

const credentials = (secret: string) => ({ token: secret })

export const creditchina: Platform = {
  id: 'creditchina',
  name: { zh: '信用中国', en: 'Credit China' },
  kinds: ['listing'],
  hears: ['listing'],
  lists: ['serious'],
  batchSize: 100,
  callsPerSecond: null,
  hours: null,
  codes: CODES,
  check: (notice) => (isEntry(notice) ? checkSamrRow(notice) : [notCarried(notice)]),
  send: (batch, to) =>
    deliver(to, batch.notices, {
      path: '/service/blacklist',
      headers: { ...JSON_HEADERS, ...credentials(to.secret) },
      body: JSON.stringify(samrBatch(batch)),
      read: (body) => receiptsInJson(body, RECEIPTS, CODES),
    }),
  shown: (from) => readShown(from, () => credentials(from.secret), SAMR_SHOWN),
  ask: (notices, to) => askDisplayed(notices, to, () => credentials(to.secret), SAMR_SHOWN),
}
