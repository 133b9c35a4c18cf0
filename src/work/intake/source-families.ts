import type { AgencyFeed } from '../../agencies/feed.js'
import type { FactFamily } from '../../domain/records/facts.js'
import { findFamiliesOfFeeds } from '../../domain/scoring/evidence.js'
import type { Db } from '../../store/db/db.js'
import * as runs from '../../store/timetable/runs.js'

/** Fact families of feeds once pulled whole: partial deliveries prove nothing about absent operators. */
export const findFamiliesWithSource = async (
  db: Db,
  feeds: Iterable<Pick<AgencyFeed, 'id' | 'provesAbsenceOf'>>,
): Promise<FactFamily[]> => {
  const pulled = await runs.lastGoodPulls(db)
  return findFamiliesOfFeeds([...feeds].filter(({ id }) => pulled.has(id)))
}
