/** One message out, its receipts back: one for each notice in it. */

import { NO_RECEIPT, type Notice, type Receipt } from '../../domain/delivery.js'
import { Unreadable } from '../formats/reading.js'
import type { To } from '../platform.js'
import { type Answer, converse, unreachable } from './converse.js'

export interface Letter {
  path: string
  headers: Record<string, string>
  body: string
  /** The receipts in an answer; throws Unreadable. */
  read: (answer: Buffer) => Receipt[]
}

/** A 4xx that carries receipts is an answer like any other: the platform has judged the rows. */
export const deliver = async (to: To, notices: readonly Notice[], letter: Letter): Promise<Receipt[]> => {
  const { path, headers, body, read } = letter
  const answer = await converse(to, { method: 'POST', path, headers, body })
  return matched(notices, readable(answer, read))
}

/** What the answer says; an answer that says nothing agreed on leaves everything owed. */
export const readable = <T>({ status, body }: Answer, read: (bytes: Buffer) => T): T => {
  try {
    return read(body)
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    throw unreachable(status >= 400 ? `HTTP ${status}` : `回执无法读取 unreadable answer: ${error.message}`)
  }
}

/** Receipts in the order of the notices. Two notices of one key take that key's receipts in turn. */
const matched = (notices: readonly Notice[], receipts: readonly Receipt[]): Receipt[] => {
  const unused = new Map<string, Receipt[]>()
  for (const receipt of receipts) {
    const same = unused.get(receipt.key)
    if (same) same.push(receipt)
    else unused.set(receipt.key, [receipt])
  }
  const inOrder = notices.map(({ key }) => unused.get(key)?.shift() ?? noReceipt(key))
  if (inOrder.length > 0 && inOrder.every(({ code }) => code === NO_RECEIPT)) {
    throw unreachable('回执未涉及任何一行 the answer speaks of none of the rows')
  }
  return inOrder
}

const noReceipt = (key: string): Receipt => ({
  key,
  accepted: false,
  code: NO_RECEIPT,
  text: '平台回执未涉及此行，仍待报送。The answer does not speak of this row; it stays owed.',
  field: null,
  value: null,
  receiverId: null,
})
