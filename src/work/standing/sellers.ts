import {
  describeClosedGrades,
  findListLapseDate,
  findOldestValidListDate,
  findSellersShrinkage,
  hasFewMalformedLines,
  isListDateValid,
  isSellerHeading,
  parseSeller,
  readSellerCell,
  SELLERS_PER_LIST_MOST,
  type Seller,
} from '../../domain/standing/sellers.js'
import { Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import { parseJsonOr } from '../../foundation/text/json.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import { SELLER_CHANGES } from '../../store/db/change-ledger.js'
import type { Db, Tx } from '../../store/db/db.js'
import { inTransaction } from '../../store/db/transaction.js'
import * as changes from '../../store/standing/changes.js'
import { decideOpenGrades, SELECT_SENT_CODES_SQL } from '../../store/standing/confirmed-sellers.js'
import * as store from '../../store/standing/sellers.js'
import * as queue from '../../store/standing/webhook-queue.js'
import { readSellersPolicy, warnOverCap } from './confirmed-sellers.js'

const LINES_AT_ONCE = 10_000
const LINE_FEED = 0x0a
export const MALFORMED_TOLD_MOST = 5 // places of bad rows in a refusal

export interface SellerListInput {
  client: string
  /** UTF-8, one code a line: CSV (first cell) or NDJSON. */
  bytes: Buffer
  dated: string
  /** Completes shop ids that name no marketplace. */
  marketplace: string | null
  /** Replaces the list however many sellers it loses. */
  force?: boolean
  now: Date
  log?: Log
}

export interface SellerListResult extends store.SellerList {
  holdsUntil: string
  /** Changes with a higher number refer to this list. */
  sequence: number
  notice: string | null
}

/**
 * Refusals: SELLERS_DATE (future or expired), SELLERS_OLDER, SELLERS_SHRUNK, SELLERS_UNREADABLE (too many lines hold no
 * code), CONTENT_TOO_LARGE, RUN_BUSY.
 */
export const replaceSellers = async (db: Db, input: SellerListInput): Promise<SellerListResult> => {
  const { client, dated, force = false, now } = input
  const today = shanghaiDate(now)
  if (!isListDateValid(dated, today))
    throw new Refusal('SELLERS_DATE', { from: findOldestValidListDate(today), to: today })
  const { sellers, malformed } = await read(input)
  const counts = { lines: sellers.length + malformed.length, malformed: malformed.length }
  if (!hasFewMalformedLines(counts))
    throw new Refusal('SELLERS_UNREADABLE', { ...counts, first: malformed.slice(0, MALFORMED_TOLD_MOST).join('、') })
  const list = await changeList(db, client, async (tx) => {
    const before = await store.readCurrentList(tx, client)
    if (before !== null && before.dated > dated) throw new Refusal('SELLERS_OLDER', { dated, current: before.dated })
    await store.stageSentSellers(tx, sellers)
    if (before !== null && !force && isListDateValid(before.dated, today)) await refuseShrunk(tx, client, before)
    await changes.ensureMarking(tx)
    const deciding = await readSellersPolicy(tx, client, today)
    const made = { client, dated, malformed: malformed.length, at: now }
    const replaced = await store.replaceSellerList(tx, made, (within) =>
      decideOpenGrades(within, deciding, SELECT_SENT_CODES_SQL),
    )
    return { ...replaced, sequence: await noteListChanged(tx, client, now) }
  })
  warnOverCap(input.log, client, list)
  return { ...list, ...termsOf(list) }
}

export const changeList = async <T>(db: Db, client: string, act: (tx: Tx) => Promise<T>): Promise<T> =>
  inTransaction(db, 'sellers', async (tx) => {
    await store.lockSellerList(tx, client)
    return act(tx)
  })

export const noteListChanged = async (tx: Tx, client: string, now: Date): Promise<number> => {
  const sequence = await changes.addListReplacedChange(tx, client, now)
  await queue.addOwedMessages(tx, SELLER_CHANGES, [{ reader: client, before: sequence - 1, last: sequence }], now)
  return sequence
}

export const termsOf = (list: store.SellerList): Pick<SellerListResult, 'holdsUntil' | 'notice'> => ({
  holdsUntil: findListLapseDate(list.dated),
  notice: describeClosedGrades(list.gradesClosed, list.unconfirmedMost),
})

const refuseShrunk = async (tx: Tx, client: string, { sellers: before }: store.SellerList): Promise<void> => {
  const lost = await store.countLostSellers(tx, client)
  const most = findSellersShrinkage({ before, lost })
  if (most !== null) throw new Refusal('SELLERS_SHRUNK', { before, lost, most })
}

const read = async ({ bytes, marketplace }: SellerListInput): Promise<{ sellers: Seller[]; malformed: number[] }> => {
  const sellers: Seller[] = []
  // Line numbers alone: a wrong file may hold anything.
  const malformed: number[] = []
  let number = 0
  for (const line of linesOf(bytes)) {
    number += 1
    if (number % LINES_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve))
    const cell = cellOf(line)
    if (cell === null || (number === 1 && typeof cell === 'string' && isSellerHeading(cell))) continue
    const seller = parseSeller(cell, marketplace)
    if (seller === null) malformed.push(number)
    else sellers.push(seller)
    if (sellers.length > SELLERS_PER_LIST_MOST)
      throw new Refusal('CONTENT_TOO_LARGE', { limit: `${SELLERS_PER_LIST_MOST} sellers` })
  }
  return { sellers, malformed }
}

function* linesOf(bytes: Buffer): Iterable<string> {
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(LINE_FEED, at)
    const upTo = end === -1 ? bytes.length : end
    yield bytes.toString('utf8', at, upTo).trim()
    at = upTo + 1
  }
}

/** Codes hold no comma or quote, so a line is split at commas. */
const cellOf = (line: string): unknown => {
  if (line === '') return null
  const value = line.startsWith('{') || /^".*"$/.test(line) ? parseJsonOr(line, undefined) : undefined
  if (value !== undefined) return readSellerCell(value) ?? ''
  return (line.split(',')[0] ?? '').replace(/^"(.*)"$/, '$1').trim()
}
