/** Sources: which families of facts somebody has told the hub all about. */

import type { FactFamily } from '../../domain/records/facts.js'
import type { RecordKind } from '../../domain/records/records.js'
import { familiesOf } from '../../domain/scoring/evidence.js'
import type { Db } from '../../store/db/db.js'
import * as runs from '../../store/timetable/runs.js'

/**
 * Families of facts from feeds of which a whole pull ended well and was not taken back. That a feed is described, or that a
 * part of it came, tells nothing of those of whom it holds nothing.
 */
export const familiesTold = async (
  db: Db,
  feeds: Iterable<{ id: string; kind: RecordKind }>,
): Promise<FactFamily[]> => {
  const told = await runs.lastGoodPulls(db)
  return familiesOf([...feeds].filter(({ id }) => told.has(id)))
}
