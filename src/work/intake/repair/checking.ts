import type { Feed } from '../../../agencies/feed.js'
import type * as ends from '../../../store/intake/repair/unended-records.js'

export interface RepairContext extends ends.RepairRun {
  feeds: readonly Feed[]
  mark: (id: string) => string
  archiveDir: string
  today: string
  /** Feeds that a check could not examine. */
  untold: Set<string>
  /** Possibly wrong records for which no proof is stored. */
  unproven: ends.RepairedRecord[]
}
