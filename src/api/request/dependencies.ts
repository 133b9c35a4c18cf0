/** What the answers stand on, wired by hub.ts. */
import type { Agency } from '../../agencies/feed.js'
import type { Keys } from '../../foundation/keys.js'
import type { Log } from '../../foundation/log.js'
import type { Metrics } from '../../foundation/metrics.js'
import type { Platform } from '../../platforms/platform.js'
import type { Bulk } from '../../store/db/bulk-handle.js'
import type { Db } from '../../store/db/db.js'
import type { InTurn } from '../../store/db/turns.js'
import type { Attempts } from '../../work/audit/attempts.js'
import type { Trail } from '../../work/audit/audit-log.js'
import type { TrailVerified } from '../../work/audit/verify-audit-log.js'
import type { Rules } from '../../work/calendar/rules.js'
import type { FileGiven, Pulled } from '../../work/intake/pull.js'
import type { PublishedFiles } from '../../work/publication/published-files.js'
import type { Resolve } from '../../work/standing/subscriber-client.js'
import type { Occasion } from '../../work/timetable/timetable.js'
import type { Hot } from '../fast/shared-loaders.js'
import type { Streams } from './change-streams.js'
import type { Quotas } from './quotas.js'
import type { Revocations } from './revocations.js'

export interface Upload {
  /** Client that sent it. */
  by: string
  file: FileGiven
  signal?: AbortSignal
}

export interface ApiParts {
  db: Db
  keys: Keys
  /** Tokens that are no longer good before their end. */
  revocations: Revocations
  /** Refused attempts to sign in, of all doors. */
  attempts: Attempts
  /** How much each may ask in a minute. */
  quotas: Quotas
  /** What many ask at once. */
  hot: Hot
  /** Where many codes at once are looked up. */
  bulk: Bulk
  /** The gate of questions over the whole public list, of whichever door. */
  inTurn: InTurn
  /** Who listens to changes. */
  streams: Streams
  log: Log
  /** What the hub counts about itself. */
  metrics: Metrics
  /** Who may read it beside administrators and auditors: whoever shows the token, or comes from this machine. */
  scraping: { token: string | null; local: boolean }
  /** Aborted when the hub is about to stop: whatever goes on without an end is ended then. */
  leaving: AbortSignal
  now: () => Date
  /** The latest instant that is certain; `now` where the clock is not doubted, and when absent. */
  sure?: () => Date
  rules: Rules
  agencies: readonly Agency[]
  platforms: readonly Pick<Platform, 'id' | 'name' | 'codes'>[]
  /** Ids of those that have an address. */
  configured: { agencies: ReadonlySet<string>; platforms: ReadonlySet<string> }
  /** Proxies of one's own before the hub, whose note of the caller's address is believed; none when absent. */
  proxies?: number
  /** Requests of one client or address in a minute; as many as they like when absent or 0. */
  quota?: number
  /** Networks (CIDR) that may be called at the wish of a subscriber though they are not public; none when absent. */
  webhookAllow?: readonly string[]
  /** How long a listener may take to take what it is sent, milliseconds; 30 s when absent. */
  slowMs?: number
  /** How host names given by subscribers are resolved; by the system's DNS when absent. */
  resolve?: Resolve
  /** Everything shown is invented, and the pages say so. */
  demo: boolean
  /** Where the site is, as its operator says. */
  publicUrl?: string
  /** What runs by itself. */
  timetable: readonly Occasion[]
  /** Where the row of an answer goes before it leaves. */
  trail: Trail
  /** Walks the trail, page by page; what `progress` throws ends it. */
  verifyTrail: (options: { progress: (rows: number) => void }) => Promise<TrailVerified>
  /** Takes in a file that an agency uploaded; null where another process has it. */
  pull: (feed: string, given: Upload) => Promise<(Pulled & { run: number }) | null>
  /** Scores these operators at once: what a move took off the list weighs nothing any more. */
  rescore: (operators: readonly number[]) => Promise<unknown>
  /** Publishes removals at once, for whoever asks for a list that somebody has just left. */
  publish: () => Promise<unknown>
  /** The public files as this process serves them; the server makes its own when absent. */
  files?: PublishedFiles
  /** How long an answer waits for that publication while the last list, less what has left it, can be served, milliseconds. */
  publishWaitMs?: number
  ready: () => Promise<{ ok: boolean; checks: Record<string, string> }>
}

/** Without what the server makes for itself. */
export type PartsGiven = Omit<
  ApiParts,
  'revocations' | 'attempts' | 'quotas' | 'hot' | 'bulk' | 'inTurn' | 'streams' | 'leaving' | 'metrics' | 'scraping'
> &
  Partial<Pick<ApiParts, 'metrics' | 'scraping'>>
