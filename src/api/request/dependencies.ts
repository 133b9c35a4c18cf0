import type { Agency } from '../../agencies/feed.js'
import type { SecondFactorPolicy } from '../../domain/access/sign-in.js'
import type { Keys } from '../../foundation/keys.js'
import type { Log } from '../../foundation/log.js'
import type { Metrics } from '../../foundation/metrics.js'
import type { Platform } from '../../platforms/platform.js'
import type { AnswerPool } from '../../store/db/answer-pool.js'
import type { ConcurrencyLimit } from '../../store/db/concurrency-limit.js'
import type { Db } from '../../store/db/db.js'
import type { AttemptLog } from '../../work/audit/attempts.js'
import type { AuditLog } from '../../work/audit/audit-log.js'
import type { AuditVerification } from '../../work/audit/verify-audit-log.js'
import type { WorkRules } from '../../work/calendar/rules.js'
import type { PullResult } from '../../work/intake/pull.js'
import type { FirstSetup } from '../../work/office/first-setup.js'
import type { LiveOffice } from '../../work/office/live-office.js'
import type { PublishedFiles } from '../../work/publication/published-files.js'
import type { HostResolver } from '../../work/standing/subscriber-client.js'
import type { SubmittedFile } from '../../work/timetable/submitted-file.js'
import type { AnswerPath } from '../fast/answer-path.js'
import type { BulkTurns } from './bulk-turns.js'
import type { ChangeStreams } from './change-streams.js'
import type { Quotas } from './quotas.js'
import type { Revocations } from './revocations.js'

interface UploadInput {
  by: string
  file: SubmittedFile
  signal?: AbortSignal
}

export interface ServerDependencies {
  db: AnswerPool
  readers?: AnswerPool
  awaitReaders?: () => Promise<void>
  fastAnswers?: boolean
  metrics?: Metrics
  scraping?: { token: string | null; local: boolean }
  keys: Keys
  log: Log
  now: () => Date
  sure?: () => Date
  rules: WorkRules
  agencies: readonly Agency[]
  platforms: readonly Pick<Platform, 'id' | 'name' | 'codes'>[]
  office: LiveOffice
  setup?: FirstSetup | null
  proxies?: number
  quota?: number
  /** A stream's client that stops reading this long (milliseconds) is disconnected; default 30,000. */
  slowMs?: number
  resolve?: HostResolver
  demo: boolean
  secondFactor: SecondFactorPolicy
  administratorNetworks?: readonly string[]
  publicUrl?: string
  auditLog: AuditLog
  archiveDir: string
  verifyAuditLog: (options: { progress: (rows: number) => void }) => Promise<AuditVerification>
  pull: (feed: string, given: UploadInput) => Promise<(PullResult & { run: number }) | null>
  rescore: (operators: readonly number[]) => Promise<unknown>
  publish: () => Promise<unknown>
  files?: PublishedFiles
  publishWaitMs?: number
  ready: () => Promise<{ ok: boolean; checks: Record<string, string> }>
}

export interface ApiDependencies
  extends Omit<ServerDependencies, 'db' | 'readers' | 'awaitReaders' | 'fastAnswers' | 'metrics' | 'scraping'>,
    Required<Pick<ServerDependencies, 'metrics' | 'scraping'>> {
  db: Db
  answers: AnswerPool
  readers: AnswerPool
  awaitReaders: () => Promise<void>
  revocations: Revocations
  attempts: AttemptLog
  quotas: Quotas
  answerPath: AnswerPath
  publicPath?: AnswerPath
  publicBulk: AnswerPool
  /** Connections of queries about many codes, so short queries need not wait. */
  bulk: AnswerPool
  bulkTurns: BulkTurns
  inTurn: ConcurrencyLimit
  streams: ChangeStreams
  leaving: AbortSignal
}
