import type { AgencyFeed } from '../../../agencies/feed.js'
import type * as ends from '../../../store/intake/repair/unended-records.js'

export interface StoredRecordsRepair extends ends.RepairRun {
  feeds: readonly AgencyFeed[]
  mark: (id: string) => string
  archiveDir: string
  today: string
  /** Feeds without a readable archive. */
  untold: Set<string>
  /** Records that may be wrong, but no archived item proves it. */
  unproven: ends.RepairedRecord[]
}
