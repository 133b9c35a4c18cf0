import {
  makeReceipt,
  NO_RECEIPT_CODE,
  type Notice,
  type Receipt,
  WAITING_CODE,
} from '../../domain/delivery/delivery.js'
import { groupBy } from '../../foundation/groups.js'
import { UnreadableAnswerError } from '../formats/reading.js'
import type { PlatformAddress } from '../platform.js'
import { exchangeWithPlatform, type PlatformAnswer, unreachableRefusal } from './converse.js'
import { maskSecret } from './secrets.js'

export interface OutgoingMessage {
  path: string
  headers: Record<string, string>
  body: string | Uint8Array
  /** Throws UnreadableAnswerError. */
  read: (answer: Buffer) => Receipt[]
}

/** A 4xx with receipts is an answer: the platform has judged the rows. */
export const deliverMessage = async (
  to: PlatformAddress,
  notices: readonly Notice[],
  { read, ...request }: OutgoingMessage,
): Promise<Receipt[]> => {
  const answer = await exchangeWithPlatform(to, { method: 'POST', ...request })
  return matchReceipts(
    notices,
    readAnswer(to, answer, read).map((receipt) => receiptWithoutSecret(receipt, to.secret)),
  )
}

export const readAnswer = <T>(
  { secret }: PlatformAddress,
  { status, body }: PlatformAnswer,
  read: (bytes: Buffer) => T,
): T => {
  try {
    return read(body)
  } catch (error) {
    if (!(error instanceof UnreadableAnswerError)) throw error
    throw unreachableRefusal(
      status >= 400 ? `HTTP ${status}` : `回执无法读取 unreadable answer: ${maskSecret(error.message, secret)}`,
    )
  }
}

const matchReceipts = (notices: readonly Notice[], receipts: readonly Receipt[]): Receipt[] => {
  const unused = groupBy(receipts, ({ key }) => key)
  const inOrder = notices.map(({ key }) => unused.get(key)?.shift() ?? missingReceipt(key))
  if (inOrder.length > 0 && inOrder.every(({ code }) => code === NO_RECEIPT_CODE)) {
    throw unreachableRefusal('回执未涉及任何一行 the answer speaks of none of the rows')
  }
  return inOrder
}

export const receiptWithoutSecret = (receipt: Receipt, secret: string): Receipt => {
  const clean = (text: string | null) => text && maskSecret(text, secret)
  return {
    ...receipt,
    code: maskSecret(receipt.code, secret),
    text: maskSecret(receipt.text, secret),
    field: clean(receipt.field),
    value: clean(receipt.value),
    receiverId: clean(receipt.receiverId),
  }
}

export const missingReceipt = (key: string): Receipt =>
  makeReceipt(
    key,
    NO_RECEIPT_CODE,
    '平台回执未涉及此行，仍待推送。The answer does not speak of this row; it stays owed.',
  )

export const unknownReceipt = (key: string): Receipt =>
  makeReceipt(
    key,
    NO_RECEIPT_CODE,
    '平台未见此行，将以同一业务键重新推送。The platform knows nothing of this row; it is sent again under its key.',
  )

export const waitingReceipt = (
  key: string,
  text = '已交付，平台尚未反馈。It is there; the platform has not answered yet.',
): Receipt => makeReceipt(key, WAITING_CODE, text)
