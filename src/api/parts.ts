/** What the answers stand on, wired by hub.ts. */
import type { Agency } from '../agencies/feed.js'
import type { Keys } from '../keys.js'
import type { Log } from '../log.js'
import type { Db } from '../store/db.js'
import type { Rules } from '../work/rules.js'

export interface ApiParts {
  db: Db
  keys: Keys
  log: Log
  now: () => Date
  rules: Rules
  agencies: readonly Agency[]
  platforms: readonly { id: string; name: { zh: string; en: string } }[]
  /** Ids of those that have an address. */
  configured: { agencies: ReadonlySet<string>; platforms: ReadonlySet<string> }
  /** Everything shown is invented, and the pages say so. */
  demo: boolean
  ready: () => Promise<{ ok: boolean; checks: Record<string, string> }>
}
