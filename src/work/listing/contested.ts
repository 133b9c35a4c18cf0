/**
 * An entry under objection says so wherever it is shown: its public body is made anew in the transaction that opens or ends the
 * objection, or by which its agency corrects what was upheld.
 */
import type { Tx } from '../../store/db/db.js'
import * as listings from '../../store/listing/listings.js'
import * as objections from '../../store/scoring/objections.js'
import type { Rules } from '../calendar/rules.js'
import { type ShownAt, showAnew } from './entry.js'

export const sayContested = async (tx: Tx, rules: Rules, at: ShownAt): Promise<void> => {
  const ids = await objections.misstated(tx)
  if (ids.length === 0) return
  const held: listings.Listing[] = []
  for (const id of ids) {
    const listing = await listings.forMove(tx, id)
    if (listing !== null) held.push(listing)
  }
  // Read once they are held: one may have been hidden meanwhile.
  const bodies = await listings.publicBodies(tx, ids)
  const contested = await objections.contestedAmong(tx, ids)
  const said = held.flatMap((listing) => {
    const body = bodies.get(listing.id)
    return body ? [{ listing, body: { ...body, contested: contested.has(listing.id) } }] : []
  })
  await showAnew(tx, rules, said, at)
}
