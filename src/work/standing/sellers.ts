/** A marketplace says who its sellers are: a whole list, which takes the place of the one before. */

import {
  cellIn,
  closedNotice,
  holdsUntil,
  isHeading,
  MALFORMED_SHARE,
  oldestHolding,
  SELLERS_MOST,
  type Seller,
  sellerIn,
} from '../../domain/standing/sellers.js'
import { Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import { dateIn } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import * as changes from '../../store/standing/changes.js'
import { decide, SENT } from '../../store/standing/confirmed-sellers.js'
import * as store from '../../store/standing/sellers.js'
import * as queue from '../../store/standing/webhook-queue.js'
import { decidingOf, warnOverCap } from './confirmed-sellers.js'

/** Lines read before others have their turn. */
const LINES_AT_ONCE = 10_000
/** SQLSTATE of a lock not had in time. */
const LOCK_NOT_AVAILABLE = '55P03'

export interface SellersGiven {
  client: string
  /** UTF-8: one code a line, in the first cell of a CSV or as NDJSON. */
  bytes: Buffer
  /** The day on which it holds true. */
  dated: string
  /** Whose shop ids these are, where a line is no code. */
  marketplace: string | null
  now: Date
  /** Warned where grades stay closed. */
  log?: Log
}

export interface SellersTaken extends store.SellerList {
  holdsUntil: string
  /** Number of this among the marketplace's changes: what changes after it is heard of the sellers on this list. */
  sequence: number
  /** Why the grades of some of them stay closed; null: none does. */
  notice: string | null
}

/**
 * Refusals: SELLERS_DATE for a day to come or so long ago that the list would say nothing; SELLERS_OLDER than the list that
 * there is; SELLERS_UNREADABLE where half of the lines hold no code; CONTENT_TOO_LARGE; RUN_BUSY for the first
 * list of all while something goes on of which it would not hear.
 */
export const replaceSellers = async (db: Db, given: SellersGiven): Promise<SellersTaken> => {
  const { client, dated, now } = given
  const today = dateIn(now)
  if (dated > today || holdsUntil(dated) <= today)
    throw new Refusal('SELLERS_DATE', { from: oldestHolding(today), to: today })
  const { sellers, malformed } = await read(given)
  const lines = sellers.length + malformed.length
  if (lines === 0 || malformed.length >= lines * MALFORMED_SHARE)
    throw new Refusal('SELLERS_UNREADABLE', {
      lines,
      malformed: malformed.length,
      first: malformed.slice(0, 5).join(' '),
    })
  const list = await db
    .transaction(async (tx) => {
      await store.alone(tx, client)
      const before = await store.current(tx, client)
      if (before !== null && before.dated > dated) throw new Refusal('SELLERS_OLDER', { dated, current: before.dated })
      await changes.openMarking(tx)
      const deciding = await decidingOf(tx, client, today)
      const made = { client, dated, malformed: malformed.length, at: now }
      const replaced = await store.replace(tx, made, sellers, (within) => decide(within, deciding, SENT))
      const sequence = await changes.listReplaced(tx, client, now)
      await queue.owe(tx, [{ client, before: sequence - 1, last: sequence }], now)
      return { ...replaced, sequence }
    })
    .catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE) throw error
      throw new Refusal('RUN_BUSY', { job: 'sellers', subject: '' })
    })
  warnOverCap(given.log, client, list)
  const notice = closedNotice(list.gradesClosed, list.unconfirmedMost)
  return { ...list, holdsUntil: holdsUntil(list.dated), notice }
}

const read = async ({ bytes, marketplace }: SellersGiven): Promise<{ sellers: Seller[]; malformed: number[] }> => {
  const sellers: Seller[] = []
  // Numbers of lines, not what they hold: a list that is none may hold anything.
  const malformed: number[] = []
  let number = 0
  for (const line of linesOf(bytes)) {
    number += 1
    if (number % LINES_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve))
    const cell = cellOf(line)
    if (cell === null || (number === 1 && typeof cell === 'string' && isHeading(cell))) continue
    const seller = sellerIn(cell, marketplace)
    if (seller === null) malformed.push(number)
    else sellers.push(seller)
    if (sellers.length > SELLERS_MOST) throw new Refusal('CONTENT_TOO_LARGE', { limit: `${SELLERS_MOST} sellers` })
  }
  return { sellers, malformed }
}

function* linesOf(bytes: Buffer): Iterable<string> {
  const [LINE_FEED, from] = [0x0a, bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0]
  for (let at = from; at < bytes.length; ) {
    const end = bytes.indexOf(LINE_FEED, at)
    const upTo = end === -1 ? bytes.length : end
    yield bytes.toString('utf8', at, upTo).trim()
    at = upTo + 1
  }
}
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/** What a line says of who it is about; null: the line is empty. No code has a comma or a quote in it. */
const cellOf = (line: string): unknown => {
  if (line === '') return null
  if (line.startsWith('{') || /^".*"$/.test(line)) {
    try {
      return cellIn(JSON.parse(line)) ?? ''
    } catch {
      // As a CSV has it.
    }
  }
  return (line.split(',')[0] ?? '').replace(/^"(.*)"$/, '$1').trim()
}
