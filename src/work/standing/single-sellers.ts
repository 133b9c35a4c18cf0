import {
  findSellersShrinkage,
  isListDateValid,
  parseSeller,
  readSellerCell,
  SELLERS_PER_LIST_MOST,
  type Seller,
  SINGLE_SELLERS_MOST,
} from '../../domain/standing/sellers.js'
import { Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as confirmed from '../../store/standing/confirmed-sellers.js'
import * as store from '../../store/standing/sellers.js'
import { readRetainedChanges } from './changes/received-changes.js'
import { readSellersPolicy, warnOverCap } from './confirmed-sellers.js'
import { changeList, MALFORMED_TOLD_MOST, noteListChanged, type SellerListResult, termsOf } from './sellers.js'

export interface SingleSellersInput {
  client: string
  /** Codes, or objects with `code` or `shop`. */
  add: readonly unknown[]
  remove: readonly unknown[]
  marketplace: string | null
  /** Removes however many sellers the list loses on this day. */
  force?: boolean
  now: Date
  log?: Log
}

export interface SingleSellersResult extends SellerListResult {
  added: number
  removed: number
}

/**
 * The day of the list stays. Refusals: SELLERS_NONE, SELLERS_SHRUNK, SELLERS_MALFORMED, INPUT_INVALID,
 * CONTENT_TOO_LARGE, RUN_BUSY.
 */
export const changeSellers = async (db: Db, input: SingleSellersInput): Promise<SingleSellersResult> => {
  const { client, force = false, now, log } = input
  const given = input.add.length + input.remove.length
  if (given === 0 || given > SINGLE_SELLERS_MOST)
    throw new Refusal('INPUT_INVALID', {
      reason: `add 和 remove 共 1–${SINGLE_SELLERS_MOST} 项 add and remove hold 1 to ${SINGLE_SELLERS_MOST} items`,
    })
  const [add, remove] = [sellersOf('add', input), sellersOf('remove', input)]
  const today = shanghaiDate(now)
  const result = await changeList(db, client, async (tx) => {
    const before = await store.readCurrentList(tx, client)
    if (before === null || !isListDateValid(before.dated, today)) throw new Refusal('SELLERS_NONE')
    const removed = await store.removeSellers(tx, client, remove)
    if (force) await store.forgetLostSellers(tx, client)
    else if (removed.length > 0) await refuseShrunkInDay(tx, client, { day: today, before, lost: removed.length })
    await store.stageSentSellers(tx, add)
    const added = await store.addSentSellers(tx, client)
    if (added.length + removed.length > 0) {
      const policy = await readSellersPolicy(tx, client, today)
      await confirmed.decideAlteredGrades(tx, policy, { before, added, removed })
      await store.renewBits(
        tx,
        client,
        [...added, ...removed].map(({ code }) => code),
      )
      await noteListChanged(tx, client, now)
    }
    const list = (await store.readCurrentList(tx, client)) ?? before
    if (list.sellers > SELLERS_PER_LIST_MOST)
      throw new Refusal('CONTENT_TOO_LARGE', { limit: `${SELLERS_PER_LIST_MOST} sellers` })
    const sequence = (await readRetainedChanges(tx, client)).last
    return { ...list, ...termsOf(list), sequence, added: added.length, removed: removed.length }
  })
  warnOverCap(log, client, result)
  return result
}

interface DayLoss {
  day: string
  before: store.SellerList
  lost: number
}

/** Many small changes together have the bound of a whole list. */
const refuseShrunkInDay = async (tx: Tx, client: string, { day, before, lost }: DayLoss): Promise<void> => {
  const all = await store.noteLostSellers(tx, client, { day, lost })
  const began = before.sellers + all - lost
  const most = findSellersShrinkage({ before: began, lost: all })
  if (most !== null) throw new Refusal('SELLERS_SHRUNK', { before: began, lost: all, most })
}

const sellersOf = (name: 'add' | 'remove', input: SingleSellersInput): Seller[] => {
  const sellers = input[name].map((item) => parseSeller(readSellerCell(item), input.marketplace))
  const places = sellers.flatMap((seller, place) => (seller === null ? [place + 1] : []))
  if (places.length > 0)
    throw new Refusal('SELLERS_MALFORMED', { list: name, places: places.slice(0, MALFORMED_TOLD_MOST).join('、') })
  return sellers.filter((seller) => seller !== null)
}
