/** What would come of each move of a listing, by everything that a move itself would look at; nothing is written. */
import { wholeCase } from '../domain/case.js'
import { DENIALS, type DenialCode } from '../domain/moves.js'
import { type Asking, type Outlook, outlooks } from '../domain/outlook.js'
import * as concerns from '../store/concerns.js'
import type { Db } from '../store/db.js'
import * as listings from '../store/listings.js'
import { withAmendments } from './calendar.js'
import { renewed } from './ground.js'
import { caseRules, type Rules } from './rules.js'

export const outlooksOf = async (
  db: Db,
  given: Rules,
  listing: listings.Listing,
  asking: Asking,
): Promise<Outlook[]> => {
  const rules = caseRules(await withAmendments(db, given), listing.list)
  const found = outlooks(wholeCase(await renewed(db, listing)), asking, rules)
  return Promise.all(
    found.map(async (outlook) => {
      const because = outlook.denial === null ? await besides(db, listing, outlook) : null
      if (because === null) return outlook
      return { ...outlook, denial: { code: because, from: null, ...DENIALS[because] }, reached: null }
    }),
  )
}

/** What is no word of the table: it lies in other rows. */
const besides = async (db: Db, listing: listings.Listing, { move }: Outlook): Promise<DenialCode | null> => {
  if (move === 'publishListing' && (await concerns.waits(db, listing.id, 'REPAIR_TOLD'))) return 'REPAIRED_ELSEWHERE'
  if (move === 'restoreListing' && (await listings.anotherOpen(db, listing))) return 'ANOTHER_OPEN'
  return null
}
