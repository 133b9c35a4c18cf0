/** Entries published under older masking rules are republished, or hidden when nothing may be public. */
import { MASKING_VERSION } from '../../domain/listing/public-entry.js'
import type { Log } from '../../foundation/log.js'
import type { Db } from '../../store/db/db.js'
import * as knowledge from '../../store/db/knowledge.js'
import * as listings from '../../store/listing/listings.js'
import * as masked from '../../store/listing/masking.js'
import type { WorkRules } from '../calendar/rules.js'
import { renewEntry } from './consequences.js'

const STEP_ENTRIES = 500
const RUN_ENTRIES = 20_000

export const renewMasking = async (
  db: Db,
  rules: WorkRules,
  { now, log }: { now: Date; log: Log },
): Promise<number> => {
  let [looked, after] = [0, null as string | null]
  while (looked < RUN_ENTRIES) {
    const ids: string[] = await masked.entriesMaskedBefore(db, MASKING_VERSION, after, STEP_ENTRIES)
    for (const id of ids) {
      await db.transaction(async (tx) => {
        const at = await knowledge.nextInstant(tx, now)
        const listing = await listings.lockForMove(tx, id)
        if (listing === null || (await renewEntry(tx, listing, { at, now, rules })))
          await masked.noteMaskingVersion(tx, id, MASKING_VERSION)
        else log.warn({ listing: id }, 'an entry could not be renewed under new masks')
      })
      looked += 1
    }
    const last = ids.at(-1)
    if (last === undefined) break
    after = last
  }
  if (looked > 0) log.info({ entries: looked }, 'public entries were looked at under new masks')
  return looked
}
