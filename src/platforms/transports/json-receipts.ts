import type { Receipt } from '../../domain/delivery/delivery.js'
import { isRecord } from '../../foundation/text/json.js'
import { isAcceptedCode } from '../codes.js'
import {
  keyText,
  parseJsonAnswer,
  type ReceiptFields,
  readReceiptFields,
  shortenedText,
  trimmedText,
  UnreadableAnswerError,
} from '../formats/reading.js'

export const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8', accept: 'application/json' }

export interface ReceiptNames extends ReceiptFields {
  rows: string
  key: string
  whole?: { code: string; good: string }
}

export const parseJsonReceipts = (bytes: Buffer, names: ReceiptNames): Receipt[] => {
  const answer = parseJsonAnswer(bytes, names.rows)
  const { whole } = names
  if (whole && trimmedText(answer[whole.code]) !== whole.good) {
    throw new UnreadableAnswerError(`${whole.code} ${shortenedText(answer[whole.code]) ?? '?'}`)
  }
  const rows = answer[names.rows]
  if (!Array.isArray(rows)) throw new UnreadableAnswerError(`${names.rows} is no list`)
  return rows.flatMap((row) => {
    const key = isRecord(row) ? keyText(row[names.key]) : null
    if (key === null) return []
    const fields = readReceiptFields(row, names)
    return fields.code === '' ? [] : [{ key, accepted: isAcceptedCode(fields.code), ...fields }]
  })
}
