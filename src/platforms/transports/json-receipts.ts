import type { Receipt } from '../../domain/delivery/delivery.js'
import { isRecord } from '../../foundation/text/json.js'
import { isAcceptedCode } from '../codes.js'
import { parseJsonAnswer, shortenedText, trimmedText, UnreadableAnswerError } from '../formats/reading.js'
import type { Platform } from '../platform.js'

export const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8', accept: 'application/json' }

export interface ReceiptNames {
  rows: string
  key: string
  code: string
  text: string
  field: string
  value: string
  receiverId: string
  whole?: { code: string; good: string }
}

export const parseJsonReceipts = (bytes: Buffer, names: ReceiptNames, codes: Platform['codes']): Receipt[] => {
  const answer = parseJsonAnswer(bytes, names.rows)
  const { whole } = names
  if (whole && trimmedText(answer[whole.code]) !== whole.good) {
    throw new UnreadableAnswerError(`${whole.code} ${shortenedText(answer[whole.code]) ?? '?'}`)
  }
  const rows = answer[names.rows]
  if (!Array.isArray(rows)) throw new UnreadableAnswerError(`${names.rows} is no list`)
  return rows.flatMap((row) => receiptIn(row, names, codes) ?? [])
}

const receiptIn = (row: unknown, names: ReceiptNames, codes: Platform['codes']): Receipt | null => {
  if (!isRecord(row)) return null
  const key = trimmedText(row[names.key])
  const code = shortenedText(row[names.code])
  if (key === null || code === null) return null
  return {
    key,
    accepted: isAcceptedCode(codes, code),
    code,
    text: shortenedText(row[names.text]) ?? '',
    field: shortenedText(row[names.field]),
    value: shortenedText(row[names.value]),
    receiverId: shortenedText(row[names.receiverId]),
  }
}
