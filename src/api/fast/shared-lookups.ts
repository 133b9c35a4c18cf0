import type { Agency } from '../../agencies/feed.js'
import type { Db } from '../../store/db/db.js'
import { openSharedConnections } from '../../store/db/shared-connections.js'
import { type Lookups, makeLookups } from '../loaders/lookups.js'
import { batchAcrossRequests, KEYS_WORTH_SECOND_BATCH } from './cross-request-batch.js'

/** At most four batches run at once, so that one long operator file does not delay others. */
const FILES = { most: 4 }

/** Lookups that all requests share, on connections that keep statements prepared. */
export const makeSharedLookups = (db: Db, agencies: readonly Agency[]): Lookups => {
  const shared = makeLookups({ db: openSharedConnections(db) }, agencies)
  const pulls = batchAcrossRequests<null, Map<string, Date | null>>(async (askers) => {
    const found = await shared.pulls()
    return askers.map(() => found)
  })
  return {
    db: shared.db,
    standings: batchAcrossRequests(shared.standings, { worth: KEYS_WORTH_SECOND_BATCH }),
    pulls: async () => (await pulls([null]))[0] ?? new Map(),
    operators: batchAcrossRequests(shared.operators, FILES),
    records: batchAcrossRequests(shared.records, FILES),
    scores: batchAcrossRequests(shared.scores, FILES),
    listings: batchAcrossRequests(shared.listings, FILES),
    mirrored: batchAcrossRequests(shared.mirrored, FILES),
  }
}
