import { randomUUID } from 'node:crypto'
import { type Notice, type Receipt, SUBJECT_KINDS } from '../domain/delivery/delivery.js'
import { BUSY, isContradictory, TAKEN, WRONG } from './codes.js'
import { jsonIn, shortened, UnreadableAnswer } from './formats/reading.js'
import { checkMessage, idempotencyKey, MESSAGE_SHOWN, message, signature } from './formats/signed-message.js'
import type { Platform } from './platform.js'
import { deliver } from './transports/deliver.js'
import { askDisplayed, readDisplay } from './transports/display.js'
import { JSON_HEADERS } from './transports/json-receipts.js'

const CODES = { ...TAKEN, ...WRONG, ...BUSY }

export const creditjilin: Platform = {
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
      const body = JSON.stringify(message(notice))
      receipts.push(
        ...(await deliver(to, [notice], {
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
  shown: (from) => readDisplay(from, () => asking(from.secret), MESSAGE_SHOWN),
  ask: (notices, to) => askDisplayed(notices, to, () => asking(to.secret), MESSAGE_SHOWN),
}

/** GET requests sign a nonce instead of a timestamp. */
const asking = (secret: string) => signed(secret, randomUUID(), '')

const signed = (secret: string, timestamp: string, body: string) => ({
  'x-timestamp': timestamp,
  'x-signature': `sha256=${signature(secret, timestamp, body)}`,
})

const receiptOf = (bytes: Buffer, notice: Notice): Receipt => {
  const answer = jsonIn(bytes, 'result')
  const { result } = answer
  if (typeof result !== 'boolean') throw new UnreadableAnswer('result is neither true nor false')
  const code = shortened(answer.code) ?? ''
  if (isContradictory({ accepted: result, code })) throw new UnreadableAnswer(`result false with code ${code}`)
  return {
    key: notice.key,
    accepted: result,
    code,
    text: shortened(answer.message) ?? '',
    field: shortened(answer.field),
    value: shortened(answer.value),
    receiverId: shortened(answer.id),
  }
}
