/** Exchange table (GB/T 39443-2020 5.6). Address: `postgres://…/database?schema=NAME`. */
import { makeReceipt, type Notice, type Receipt } from '../../domain/delivery/delivery.js'
import { isRefusal, NoDisplayRefusal } from '../../foundation/errors.js'
import { isContradictoryReceipt } from '../codes.js'
import { TABLE_COLUMN_NAMES } from '../formats/exchange-table.js'
import { type KeyFields, readDisplayedSubject, readReceiptFields, shortenedText } from '../formats/reading.js'
import type { FormatRow } from '../formats/record-notices.js'
import type { DisplayedSubject, PlatformAddress } from '../platform.js'
import { unreachableRefusal } from './converse.js'
import { receiptWithoutSecret, unknownReceipt, waitingReceipt } from './deliver.js'
import { maskSecret, secretsOf } from './secrets.js'
import {
  DATABASE_FAULT_TEXTS,
  ROW_STATES,
  type RowFeedback,
  readFeedback,
  readShownRows,
  upsertRows,
  withExchangeDatabase,
} from './table/rows.js'

const UNDEFINED_TABLE = '42P01'
const KEY_FIELDS: KeyFields = { key: 'subject_key', sequence: 'sequence', uscc: 'uscc', name: 'name' }

export const putRows = (
  to: PlatformAddress,
  table: string,
  rows: readonly FormatRow[],
  notices: readonly Notice[],
): Promise<Receipt[]> =>
  inTable(
    to,
    async (db, schema) => {
      await upsertRows(db, `${schema}.${table}`, rows)
      return receiptsIn(to, await readFeedback(db, `${schema}.${table}`, notices), notices)
    },
    (code) => (notices.length === 1 && NOT_TAKEN.test(code) ? notices.map(({ key }) => notTaken(key, code)) : null),
  )

export const readTableReceipts = (notices: readonly Notice[], to: PlatformAddress, table: string): Promise<Receipt[]> =>
  inTable(to, async (db, schema) => receiptsIn(to, await readFeedback(db, `${schema}.${table}`, notices), notices))

export const readShownTable = (from: PlatformAddress): Promise<DisplayedSubject[]> =>
  inTable(from, async (db, schema) => {
    const secrets = secretsOf(from)
    const rows = await readShownRows(db, schema).catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== UNDEFINED_TABLE) throw error
      throw new NoDisplayRefusal(`交换库 exchange database：${DATABASE_FAULT_TEXTS[UNDEFINED_TABLE]}`)
    })
    return rows.map((row) => {
      const subject = readDisplayedSubject(row, KEY_FIELDS)
      if (subject === null) throw unreachableRefusal(`展示清单有行缺少业务键 a row without ${KEY_FIELDS.key}`)
      const name = shortenedText(secrets.reduce(maskSecret, subject.name)) ?? ''
      return { ...subject, uscc: shortenedText(subject.uscc), name }
    })
  })

const receiptsIn = (to: PlatformAddress, feedback: readonly RowFeedback[], notices: readonly Notice[]): Receipt[] => {
  const rows = new Map(feedback.map((row) => [`${row.sequence}/${row.subject_key}`, row]))
  return notices.map(({ key, sequence }) => receiptOf(to, key, rows.get(`${sequence}/${key}`)))
}

const receiptOf = (to: PlatformAddress, key: string, row: RowFeedback | undefined): Receipt => {
  if (row === undefined) return unknownReceipt(key)
  if (row.state !== ROW_STATES.accepted && row.state !== ROW_STATES.rejected) return waitingReceipt(key)
  const accepted = row.state === ROW_STATES.accepted
  const receipt = { key, accepted, ...readReceiptFields({ ...row }, TABLE_COLUMN_NAMES) }
  if (isContradictoryReceipt(receipt))
    return waitingReceipt(
      key,
      `已退回而代码为 ${receipt.code}，待接收方更正。Rejected under a code of success; the receiver must put it right.`,
    )
  return secretsOf(to).reduce(receiptWithoutSecret, receipt)
}

/** SQLSTATE classes 22 and 23: the row itself is at fault. */
const NOT_TAKEN = /^2[23]/

const notTaken = (key: string, code: string): Receipt =>
  makeReceipt(
    key,
    code,
    '交换表不接受此行：字段过长、类型不符或违反接收方的约束。The exchange table does not take this row: a field too long, of another type, or against a condition of the receiver’s.',
  )

/** Reports the error code alone: the text may contain the password. */
const inTable = async <T>(
  to: PlatformAddress,
  work: Parameters<typeof withExchangeDatabase<T>>[1],
  answerIn: (code: string) => T | null = () => null,
): Promise<T> => {
  to.signal?.throwIfAborted()
  try {
    return await withExchangeDatabase(to, work)
  } catch (error) {
    if (isRefusal(error)) throw error
    to.signal?.throwIfAborted()
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const answer = answerIn(code)
    if (answer !== null) return answer
    throw unreachableRefusal(
      `交换库 exchange database：${DATABASE_FAULT_TEXTS[code] ?? (code || '连接失败 no connection')}`,
    )
  }
}
