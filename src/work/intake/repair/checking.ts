/** The parts that every check of a repair works with. */
import type { Feed } from '../../../agencies/feed.js'
import type * as ends from '../../../store/intake/repair/ends.js'

export interface Checking extends ends.Repairing {
  feeds: readonly Feed[]
  mark: (id: string) => string
  archiveDir: string
  today: string
  /** Feeds that a check could not look at. */
  untold: Set<string>
  /** Records that may be wrong, which nothing that is kept can prove. */
  unproven: ends.Mended[]
}
