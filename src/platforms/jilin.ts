/** 吉林省信用信息数据交换平台: XML exchange envelopes, many rows in one, receipts as XML. */

import { isEntry, type Receipt } from '../domain/delivery.js'
import { checkExchangeRow, EXCHANGE_SHOWN, envelope, receiptRows } from './formats/exchange-envelope.js'
import { shortened } from './formats/reading.js'
import { notCarried, type Platform } from './platform.js'
import { deliver } from './transports/deliver.js'
import { readShown } from './transports/shown.js'

const RECEIVER = 'jilin-credit-exchange'
/** Receipt states; anything else says neither yes nor no. */
const STATES: ReadonlyMap<string | undefined, boolean> = new Map([
  ['1', true],
  ['0', false],
])

const credentials = (secret: string) => ({ 'x-exchange-key': secret })

export const jilin: Platform = {
  id: 'jilin',
  name: { zh: '吉林省信用信息数据交换平台', en: 'Jilin Credit Information Exchange Platform' },
  kinds: ['listing'],
  hears: ['listing'],
  lists: null,
  batchSize: 100,
  callsPerSecond: null,
  hours: null,
  codes: {},
  check: (notice) => (isEntry(notice) ? checkExchangeRow(notice) : [notCarried(notice)]),
  send: (batch, to) =>
    deliver(to, batch.notices, {
      path: '/exchange',
      headers: { 'content-type': 'application/xml; charset=utf-8', ...credentials(to.secret) },
      body: envelope(RECEIVER, batch),
      read: (body) => receiptRows(body).flatMap((row) => receiptOf(row) ?? []),
    }),
  shown: (from) => readShown(from, credentials(from.secret), EXCHANGE_SHOWN),
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
