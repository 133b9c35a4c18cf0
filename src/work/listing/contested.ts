/** An entry says whether an objection is open, so it is republished when that changes. */
import type { Tx } from '../../store/db/db.js'
import * as listings from '../../store/listing/listings.js'
import * as objections from '../../store/scoring/objections.js'
import type { WorkRules } from '../calendar/rules.js'
import { type EntryInstants, republishEntries } from './entry.js'

export const republishContested = async (tx: Tx, rules: WorkRules, at: EntryInstants): Promise<void> => {
  const ids = await objections.entriesMisstatingContest(tx)
  if (ids.length === 0) return
  const held: listings.Listing[] = []
  for (const id of ids) {
    const listing = await listings.lockForMove(tx, id)
    if (listing !== null) held.push(listing)
  }
  const bodies = await listings.publicBodies(tx, ids)
  const contested = await objections.contestedListings(tx, ids)
  const entries = held.flatMap((listing) => {
    const body = bodies.get(listing.id)
    return body ? [{ listing, body: { ...body, contested: contested.has(listing.id) } }] : []
  })
  await republishEntries(tx, rules, entries, at)
}
