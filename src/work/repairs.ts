/**
 * Repairs told from elsewhere: another entrance has decided on an entry of this hub, and tells it by the number of its decision.
 * What it granted or refused the clock follows in the same pull, whatever is thought of it here; what it took back again
 * publishes nothing by itself: a person is asked.
 */
import { wholeCase } from '../domain/case.js'
import { dateIn } from '../domain/dates.js'
import type { MoveName } from '../domain/moves.js'
import { type Follows, followsFrom, type ToldResult } from '../domain/repair-results.js'
import { isRefusal } from '../errors.js'
import * as concerns from '../store/concerns.js'
import type { Tx } from '../store/db.js'
import type * as listings from '../store/listings.js'
import * as store from '../store/repairs.js'
import type { Changed } from './consequences.js'
import { type MoveInput, moveWithin } from './listing.js'

export const repairs = async (tx: Tx, changed: Changed): Promise<void> => {
  const { at, run = null } = changed
  for (const { listing, told, asked } of await store.toldAt(tx, at, run)) {
    const follows = followsFrom(wholeCase(listing.facts), listing.documentNumber ?? '', told)
    if (follows === null) continue
    if (follows.what !== 'TAKEN_BACK') await moveBy(tx, listing, follows.what, follows.told, changed)
    else if (!asked) {
      const { record } = follows.told
      await concerns.open(tx, { listingId: listing.id, cause: 'REPAIR_REVOKED', record, run, at })
    }
  }
}

const MADE: Record<Exclude<Follows, 'TAKEN_BACK'>, { name: MoveName; input: Omit<MoveInput, 'on'> }> = {
  GRANTED: {
    name: 'removeListing',
    input: { removal: 'REPAIRED', reason: '信用修复入口已办结修复。Repaired at its entrance.' },
  },
  REFUSED: {
    name: 'refuseRepair',
    input: { reason: '信用修复入口不予修复。The repair was refused at its entrance.' },
  },
}

const moveBy = async (
  tx: Tx,
  { id, documentNumber }: listings.Listing,
  what: keyof typeof MADE,
  { body }: ToldResult,
  { at, rules, now = at }: Changed,
): Promise<void> => {
  const { name, input: said } = MADE[what]
  const number = body['document_number']
  const input = {
    ...said,
    on: dateIn(now),
    documentNumber: typeof number === 'string' ? number : (documentNumber ?? ''),
  }
  await moveWithin(tx, rules, { id, name, by: 'clock', role: 'clock', input, now, at }).catch((error: unknown) => {
    // Of a kind that is repaired here alone: what others say of it changes nothing.
    if (!isRefusal(error)) throw error
  })
}
