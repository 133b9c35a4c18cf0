import { randomUUID } from 'node:crypto'
import { type Notice, type Receipt, SUBJECT_KINDS } from '../domain/delivery/delivery.js'
import { isContradictoryReceipt, RECEIPT_CODES } from './codes.js'
import { parseJsonAnswer, type ReceiptFields, readReceiptFields, UnreadableAnswerError } from './formats/reading.js'
import {
  checkMessage,
  idempotencyKey,
  MESSAGE_KEY_FIELDS,
  noticeMessage,
  signMessage,
} from './formats/signed-message.js'
import type { Platform } from './platform.js'
import { deliverMessage } from './transports/deliver.js'
import { makeHttpDisplay } from './transports/display.js'
import { JSON_HEADERS } from './transports/json-receipts.js'

const RECEIPT_FIELDS: ReceiptFields = {
  code: 'code',
  text: 'message',
  field: 'field',
  value: 'value',
  receiverId: 'id',
}

export const creditjilinPlatform: Platform = {
  id: 'creditjilin',
  name: { zh: '信用吉林网', en: 'Credit Jilin' },
  kinds: SUBJECT_KINDS,
  hears: ['listing'],
  lists: null,
  ways: ['http:', 'https:'],
  // A rate limit inside a batch would lose receipts.
  batchSize: 1,
  callsPerSecond: null,
  hours: null,
  codes: RECEIPT_CODES,
  check: checkMessage,
  send: async ({ notices, sentAt }, to) => {
    const receipts: Receipt[] = []
    for (const notice of notices) {
      const body = JSON.stringify(noticeMessage(notice))
      receipts.push(
        ...(await deliverMessage(to, [notice], {
          path: '/api/messages',
          headers: { ...JSON_HEADERS, 'idempotency-key': idempotencyKey(notice), ...signed(to.secret, sentAt, body) },
          body,
          read: (answer) => [receiptOf(answer, notice)],
        })),
      )
    }
    return receipts
  },
  // GET requests sign a nonce instead of a timestamp.
  ...makeHttpDisplay((secret) => signed(secret, randomUUID(), ''), MESSAGE_KEY_FIELDS),
}

const signed = (secret: string, timestamp: string, body: string) => ({
  'x-timestamp': timestamp,
  'x-signature': `sha256=${signMessage(secret, timestamp, body)}`,
})

const receiptOf = (bytes: Buffer, notice: Notice): Receipt => {
  const answer = parseJsonAnswer(bytes, 'result')
  const { result } = answer
  if (typeof result !== 'boolean') throw new UnreadableAnswerError('result is neither true nor false')
  const receipt = { key: notice.key, accepted: result, ...readReceiptFields(answer, RECEIPT_FIELDS) }
  if (isContradictoryReceipt(receipt)) throw new UnreadableAnswerError(`result false with code ${receipt.code}`)
  return receipt
}
