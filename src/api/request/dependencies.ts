/** Dependencies of the API, wired by `src/hub`. */
import type { Agency } from '../../agencies/feed.js'
import type { Keys } from '../../foundation/keys.js'
import type { Log } from '../../foundation/log.js'
import type { Metrics } from '../../foundation/metrics.js'
import type { Platform } from '../../platforms/platform.js'
import type { Bulk } from '../../store/db/bulk-handle.js'
import type { Db } from '../../store/db/db.js'
import type { InTurn } from '../../store/db/turns.js'
import type { Attempts } from '../../work/audit/attempts.js'
import type { AuditLog } from '../../work/audit/audit-log.js'
import type { AuditVerification } from '../../work/audit/verify-audit-log.js'
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
  /** The uploading client. */
  by: string
  file: FileGiven
  signal?: AbortSignal
}

export interface ApiParts {
  db: Db
  keys: Keys
  /** Tokens revoked before their expiry. */
  revocations: Revocations
  /** Refused sign-in attempts at all entrances. */
  attempts: Attempts
  /** Requests per minute of each client and address. */
  quotas: Quotas
  /** Loaders shared between requests. */
  hot: Hot
  /** Database handle for bulk look-ups. */
  bulk: Bulk
  /** Serialises questions over the whole public list. */
  inTurn: InTurn
  /** Open change streams. */
  streams: Streams
  log: Log
  metrics: Metrics
  /** Who may read the metrics besides administrators and auditors: a holder of `token`, or, with `local`, this machine. */
  scraping: { token: string | null; local: boolean }
  /** Aborts when the hub is about to stop; endless responses end then. */
  leaving: AbortSignal
  now: () => Date
  /** The latest instant that is certain when the clock is in doubt; defaults to `now`. */
  sure?: () => Date
  rules: Rules
  agencies: readonly Agency[]
  platforms: readonly Pick<Platform, 'id' | 'name' | 'codes'>[]
  /** Ids of those that have an address. */
  configured: { agencies: ReadonlySet<string>; platforms: ReadonlySet<string> }
  /** Number of own reverse proxies whose X-Forwarded-For is trusted; default none. */
  proxies?: number
  /** Requests per minute of one client or address; unlimited when absent or 0. */
  quota?: number
  /** Private networks (CIDR) that webhooks may call; default none. */
  webhookAllow?: readonly string[]
  /** Time a stream's reader may take to accept data, milliseconds; default 30 s. */
  slowMs?: number
  /** Resolver for subscribers' host names; default the system's DNS. */
  resolve?: Resolve
  /** All data is invented, and the pages say so. */
  demo: boolean
  /** Public address of the site, as configured. */
  publicUrl?: string
  /** Scheduled jobs. */
  timetable: readonly Occasion[]
  /** The audit log. */
  trail: AuditLog
  /** Verifies the audit log page by page. An exception thrown by `progress` stops it. */
  verifyTrail: (options: { progress: (rows: number) => void }) => Promise<AuditVerification>
  /** Takes in an uploaded file; returns null when another process already runs it. */
  pull: (feed: string, given: Upload) => Promise<(Pulled & { run: number }) | null>
  /** Rescores these operators at once, because a removed listing no longer counts. */
  rescore: (operators: readonly number[]) => Promise<unknown>
  /** Publishes removals at once, when the list is requested just after a removal. */
  publish: () => Promise<unknown>
  /** The public files as this process serves them; the server makes its own when absent. */
  files?: PublishedFiles
  /** Longest wait for that publication, milliseconds, while the last list without the removed entries can be served. */
  publishWaitMs?: number
  ready: () => Promise<{ ok: boolean; checks: Record<string, string> }>
}

/** The dependencies without those that the server creates itself. */
export type PartsGiven = Omit<
  ApiParts,
  'revocations' | 'attempts' | 'quotas' | 'hot' | 'bulk' | 'inTurn' | 'streams' | 'leaving' | 'metrics' | 'scraping'
> &
  Partial<Pick<ApiParts, 'metrics' | 'scraping'>>
