import { dispatchByKind, isEntryNotice, SUBJECT_KINDS } from '../domain/delivery/delivery.js'
import { RECEIPT_CODES } from './codes.js'
import { checkPenalty2015Row, PENALTY_2015_PATH, penalty2015Message } from './formats/penalty-2015.js'
import { checkPermit2015Row, PERMIT_2015_PATH, permit2015Message } from './formats/permit-2015.js'
import { readSoapAnswer } from './formats/rowdata-2015.js'
import { checkSamrRow, SAMR_KEY_FIELDS, samrBatch } from './formats/samr-list.js'
import type { NoticeBatch, Platform, PlatformAddress } from './platform.js'
import { deliverMessage, type OutgoingMessage } from './transports/deliver.js'
import { makeHttpDisplay } from './transports/display.js'
import { JSON_HEADERS, parseJsonReceipts, type ReceiptNames } from './transports/json-receipts.js'

const RECEIPTS: ReceiptNames = {
  rows: 'line',
  key: 'ILLID',
  code: 'errcode',
  text: 'errmsg',
  field: 'errfield',
  value: 'errvalue',
  receiverId: 'recid',
  whole: { code: 'code', good: '00' },
}

const credentials = (secret: string) => ({ token: secret })

export const creditchinaPlatform: Platform = {
  id: 'creditchina',
  name: { zh: '信用中国', en: 'Credit China' },
  kinds: SUBJECT_KINDS,
  hears: ['listing'],
  lists: ['serious'],
  ways: ['http:', 'https:'],
  batchSize: 100,
  callsPerSecond: null,
  hours: null,
  codes: RECEIPT_CODES,
  check: dispatchByKind(checkSamrRow, checkPenalty2015Row, checkPermit2015Row),
  send: (batch, to) =>
    deliverMessage(to, batch.notices, batch.notices.every(isEntryNotice) ? list(batch, to) : records(batch, to)),
  ...makeHttpDisplay(credentials, SAMR_KEY_FIELDS),
}

const list = (batch: NoticeBatch, to: PlatformAddress): OutgoingMessage => ({
  path: '/service/blacklist',
  headers: { ...JSON_HEADERS, ...credentials(to.secret) },
  body: JSON.stringify(samrBatch(batch)),
  read: (body) => parseJsonReceipts(body, RECEIPTS),
})

const records = (batch: NoticeBatch, to: PlatformAddress): OutgoingMessage => {
  const penalties = batch.notices.some(({ kind }) => kind === 'penalty')
  return {
    path: penalties ? PENALTY_2015_PATH : PERMIT_2015_PATH,
    headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: '""' },
    body: penalties ? penalty2015Message(batch, to.secret) : permit2015Message(batch, to.secret),
    read: (body) => readSoapAnswer(body, batch.notices),
  }
}
