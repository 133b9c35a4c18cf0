/** Exchange table (GB/T 39443-2020 5.6). Address: `postgres://…/database?schema=NAME`. */
import type { Notice, Receipt } from '../../domain/delivery/delivery.js'
import { isRefusal } from '../../foundation/errors.js'
import { isContradictoryReceipt } from '../codes.js'
import type { KeyFields } from '../formats/reading.js'
import type { FormatRow } from '../formats/record-notices.js'
import type { DisplayedSubject, PlatformAddress } from '../platform.js'
import { noDisplayRefusal, unreachableRefusal } from './converse.js'
import { receiptWithoutSecret, unknownReceipt, waitingReceipt } from './deliver.js'
import { maskSecret, secretsOf } from './secrets.js'
import {
  DATABASE_FAULT_TEXTS,
  type RowFeedback,
  readFeedback,
  readShownSubjects,
  type TableColumns,
  upsertRows,
  withExchangeDatabase,
} from './table/rows.js'

const UNDEFINED_TABLE = '42P01'

/** Returns WAITING for unanswered rows. */
export const putRows = (
  to: PlatformAddress,
  table: string,
  names: TableColumns,
  rows: readonly FormatRow[],
  notices: readonly Notice[],
): Promise<Receipt[]> =>
  inTable(
    to,
    async (db, schema) => {
      await upsertRows(db, { schema, table, names }, rows)
      const feedback = await readFeedback(db, { schema, table, names }, notices)
      return notices.map((notice) => receiptOf(to, notice, feedback.get(idOf(notice))))
    },
    (code) => (notices.length === 1 && NOT_TAKEN.test(code) ? notices.map(({ key }) => notTaken(key, code)) : null),
  )

export const readTableReceipts = (
  notices: readonly Notice[],
  to: PlatformAddress,
  table: string,
  names: TableColumns,
): Promise<Receipt[]> =>
  inTable(to, async (db, schema) => {
    const feedback = await readFeedback(db, { schema, table, names }, notices)
    return notices.map((notice) => receiptOf(to, notice, feedback.get(idOf(notice))))
  })

export const readShownTable = (from: PlatformAddress, table: string, names: KeyFields): Promise<DisplayedSubject[]> =>
  inTable(from, async (db, schema) => {
    const secrets = secretsOf(from)
    const shown = await readShownSubjects(db, { schema, table, names }).catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== UNDEFINED_TABLE) throw error
      throw noDisplayRefusal(`交换库 exchange database：${DATABASE_FAULT_TEXTS[UNDEFINED_TABLE]}`)
    })
    return shown.map((entry) => ({ ...entry, name: secrets.reduce(maskSecret, entry.name) }))
  })

const idOf = ({ key, sequence }: Pick<Notice, 'key' | 'sequence'>): string => `${sequence}/${key}`

const receiptOf = (to: PlatformAddress, { key }: Notice, feedback: RowFeedback | undefined): Receipt => {
  if (feedback === undefined) return unknownReceipt(key)
  if (feedback.accepted === null) return waitingReceipt(key)
  const { accepted, code, text, field, value, receiverId } = feedback
  const receipt = { key, accepted, code: code ?? '', text: text ?? '', field, value, receiverId }
  if (isContradictoryReceipt(receipt))
    return waitingReceipt(
      key,
      `已退回而代码为 ${receipt.code}，待接收方更正。Rejected under a code of success; the receiver must put it right.`,
    )
  return secretsOf(to).reduce(receiptWithoutSecret, receipt)
}

/** SQLSTATE classes 22 and 23: the row itself is at fault. */
const NOT_TAKEN = /^2[23]/

const notTaken = (key: string, code: string): Receipt => ({
  key,
  accepted: false,
  code,
  text: '交换表不接受此行：字段过长、类型不符或违反接收方的约束。The exchange table does not take this row: a field too long, of another type, or against a condition of the receiver’s.',
  field: null,
  value: null,
  receiverId: null,
})

/** Reports only an error's code, because its text may contain the password. */
const inTable = async <T>(
  to: PlatformAddress,
  work: Parameters<typeof withExchangeDatabase<T>>[1],
  /** Returns what to answer for an SQLSTATE; null throws the error. */
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
