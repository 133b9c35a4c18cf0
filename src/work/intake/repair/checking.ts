import type { Feed } from '../../../agencies/feed.js'
import type * as ends from '../../../store/intake/repair/unended-records.js'

export interface RepairContext extends ends.RepairRun {
  feeds: readonly Feed[]
  mark: (id: string) => string
  archiveDir: string
  today: string
  /** Feeds that could not be examined. */
  untold: Set<string>
  /** These records may be wrong, without a stored proof. */
  unproven: ends.RepairedRecord[]
}
