import type { Receipt } from '../../domain/delivery/delivery.js'
import { isRecord } from '../../foundation/text/json.js'
import { isTaken } from '../codes.js'
import { jsonIn, shortened, textOf, UnreadableAnswer } from '../formats/reading.js'
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

export const receiptsInJson = (bytes: Buffer, names: ReceiptNames, codes: Platform['codes']): Receipt[] => {
  const answer = jsonIn(bytes, names.rows)
  const { whole } = names
  if (whole && textOf(answer[whole.code]) !== whole.good) {
    throw new UnreadableAnswer(`${whole.code} ${shortened(answer[whole.code]) ?? '?'}`)
  }
  const rows = answer[names.rows]
  if (!Array.isArray(rows)) throw new UnreadableAnswer(`${names.rows} is no list`)
  return rows.flatMap((row) => receiptIn(row, names, codes) ?? [])
}

const receiptIn = (row: unknown, names: ReceiptNames, codes: Platform['codes']): Receipt | null => {
  if (!isRecord(row)) return null
  const key = textOf(row[names.key])
  const code = shortened(row[names.code])
  if (key === null || code === null) return null
  return {
    key,
    accepted: isTaken(codes, code),
    code,
    text: shortened(row[names.text]) ?? '',
    field: shortened(row[names.field]),
    value: shortened(row[names.value]),
    receiverId: shortened(row[names.receiverId]),
  }
}
