/** Previews moves: all real checks, nothing written. */
import { isPublicState } from '../../domain/listing/listing.js'
import { DENIALS } from '../../domain/listing/moves.js'
import { type CaseOutlook, type OutlookRequest, previewMoves } from '../../domain/listing/outlook.js'
import { WITHHOLDING_REASONS } from '../../domain/listing/public-entry.js'
import type { BilingualText } from '../../foundation/text/words.js'
import type { Db } from '../../store/db/db.js'
import type * as listings from '../../store/listing/listings.js'
import type { StoredOperator } from '../../store/operators/operators.js'
import { applyAmendmentsToRules } from '../calendar/calendar.js'
import { selectMoveRules, type WorkRules } from '../calendar/rules.js'
import { applyGroundToFacts, readGroundOfListing } from './legal-ground.js'
import { findDenialBeyondCase } from './listing.js'
import { composePublicEntry } from './public-entry.js'
import { findUnconfirmedRules, unconfirmedWords } from './unconfirmed-rules.js'

export interface ListingOutlook extends Omit<CaseOutlook, 'denial'> {
  denial: (BilingualText & { code: string; from: string | null }) | null
}

export interface OutlookOptions extends OutlookRequest {
  /** For publishListing: whether the officer states that the person is of age. */
  ofAge: boolean | null
}

export const listingOutlooks = async (
  db: Db,
  base: WorkRules,
  of: { listing: listings.Listing; operator: StoredOperator },
  options: OutlookOptions,
): Promise<ListingOutlook[]> => {
  const { listing } = of
  const rules = selectMoveRules(await applyAmendmentsToRules(db, base), listing.list)
  const predicted = previewMoves(
    applyGroundToFacts(listing.facts, await readGroundOfListing(db, listing)),
    options,
    rules,
  )
  return Promise.all(
    predicted.map(async (outlook) => {
      if (outlook.denial !== null) return outlook
      const code = await findDenialBeyondCase(db, outlook.move, listing)
      const denial =
        code === null ? await findDenialOfEntry(db, base, of, outlook, options) : { code, ...DENIALS[code] }
      return denial === null ? outlook : { ...outlook, denial: { from: null, ...denial }, reached: null }
    }),
  )
}

const findDenialOfEntry = async (
  db: Db,
  rules: WorkRules,
  { listing, operator }: { listing: listings.Listing; operator: StoredOperator },
  { move, reached }: CaseOutlook,
  { on, ofAge }: OutlookOptions,
): Promise<(BilingualText & { code: string }) | null> => {
  const unconfirmed = await findUnconfirmedRules(db, rules, { move, listing, on })
  if (unconfirmed.length > 0) return { code: 'RULES_UNCONFIRMED', ...unconfirmedWords(unconfirmed) }
  if (reached === null || !isPublicState(reached.state) || isPublicState(listing.state)) return null
  const facts = move === 'publishListing' ? { ...reached, ofAge } : reached
  const { withheld: why } = await composePublicEntry(db, rules, { listing: { ...listing, facts }, operator, on })
  return why === null ? null : { code: why, ...WITHHOLDING_REASONS[why] }
}
