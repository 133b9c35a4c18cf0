import { isRefusal, reasonOf } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import * as comparisons from '../../store/delivery/comparisons.js'
import * as listings from '../../store/listing/listings.js'
import type { SettleContext } from '../delivery/reconcile-settle.js'
import { CLOCK_ACTOR, makeMove } from './listing.js'

/** False when the entry has since changed or may not be hidden. */
export const hideLostEntry = async (
  db: Db,
  one: { key: string; told: number },
  by: SettleContext,
): Promise<boolean> => {
  const listing = await listings.byId(db, one.key)
  if (listing === null) return false
  // An entry missing at several platforms is hidden once.
  if (listing.state === 'HIDDEN') return listing.facts.hiding?.kind === 'LOST'
  const delivered = (await comparisons.readLastSent(db, by.platform, [one.key])).get(one.key)
  if (delivered?.last?.state !== 'CONFIRMED' || delivered.last.number !== one.told) return false
  const input = {
    on: shanghaiDate(by.now),
    hiding: 'LOST' as const,
    reason: `${by.name}曾确认收到，现已不再展示。It was confirmed there and is shown there no longer.`,
    seen: listing.moves,
  }
  try {
    await makeMove(db, by.rules, { ...CLOCK_ACTOR, id: one.key, name: 'hideListing', input, now: by.now })
    return true
  } catch (error) {
    if (!isRefusal(error)) throw error
    const after = await listings.byId(db, one.key)
    if (after?.facts.hiding?.kind === 'LOST') return true
    by.log.warn(
      { listing: one.key, platform: by.platform, reason: reasonOf(error) },
      'an entry that is gone could not be hidden',
    )
    return false
  }
}
