import { randomUUID } from 'node:crypto'
import { type Notice, type Receipt, SUBJECT_KINDS } from '../domain/delivery/delivery.js'
import { ACCEPTED_CODES, BUSY_CODES, isContradictoryReceipt, REJECTED_CODES } from './codes.js'
import { parseJsonAnswer, shortenedText, UnreadableAnswerError } from './formats/reading.js'
import {
  checkMessage,
  idempotencyKey,
  MESSAGE_KEY_FIELDS,
  noticeMessage,
  signMessage,
} from './formats/signed-message.js'
import type { Platform } from './platform.js'
import { deliverMessage } from './transports/deliver.js'
import { readDisplay, receiptsFromDisplay } from './transports/display.js'
import { JSON_HEADERS } from './transports/json-receipts.js'

const CODES = { ...ACCEPTED_CODES, ...REJECTED_CODES, ...BUSY_CODES }

export const creditjilinPlatform: Platform = {
  id: 'creditjilin',
  name: { zh: '信用吉林网', en: 'Credit Jilin' },
  kinds: SUBJECT_KINDS,
  hears: ['listing'],
  lists: null,
  ways: ['http:', 'https:'],
  // One message per call: a rate limit inside a batch would lose receipts.
  batchSize: 1,
  callsPerSecond: null,
  hours: null,
  codes: CODES,
  check: checkMessage,
  send: async ({ notices, sentAt }, to) => {
    const receipts: Receipt[] = []
    for (const notice of notices) {
      const body = JSON.stringify(noticeMessage(notice))
      receipts.push(
        ...(await deliverMessage(to, [notice], {
          path: '/api/messages',
          headers: {
            ...JSON_HEADERS,
            'idempotency-key': idempotencyKey(notice),
            ...signed(to.secret, sentAt, body),
          },
          body,
          read: (answer) => [receiptOf(answer, notice)],
        })),
      )
    }
    return receipts
  },
  shown: (from) => readDisplay(from, () => asking(from.secret), MESSAGE_KEY_FIELDS),
  ask: (notices, to) => receiptsFromDisplay(notices, to, () => asking(to.secret), MESSAGE_KEY_FIELDS),
}

/** GET requests sign a nonce instead of a timestamp. */
const asking = (secret: string) => signed(secret, randomUUID(), '')

const signed = (secret: string, timestamp: string, body: string) => ({
  'x-timestamp': timestamp,
  'x-signature': `sha256=${signMessage(secret, timestamp, body)}`,
})

const receiptOf = (bytes: Buffer, notice: Notice): Receipt => {
  const answer = parseJsonAnswer(bytes, 'result')
  const { result } = answer
  if (typeof result !== 'boolean') throw new UnreadableAnswerError('result is neither true nor false')
  const code = shortenedText(answer.code) ?? ''
  if (isContradictoryReceipt({ accepted: result, code }))
    throw new UnreadableAnswerError(`result false with code ${code}`)
  return {
    key: notice.key,
    accepted: result,
    code,
    text: shortenedText(answer.message) ?? '',
    field: shortenedText(answer.field),
    value: shortenedText(answer.value),
    receiverId: shortenedText(answer.id),
  }
}
