/** Times are in Asia/Shanghai. */
import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import type { Db } from '../../store/db/db.js'
import * as occurrences from '../../store/timetable/occurrences.js'
import type { Job } from '../../store/timetable/runs.js'
import * as schedules from '../../store/timetable/schedules.js'
import type { WorkRules } from '../calendar/rules.js'

export interface ScheduledJob {
  job: Exclude<Job, 'seed' | 'takeback' | 'repair'>
  /** Id of the feed or platform; otherwise empty. */
  subject: string
  cron: string
}

/** Senders to folders and exchange tables await an answer all day. */
const WATCH = '*/5 * * * *'
/** How late a missed comparison may run. */
const NIGHT_MS = 8 * 3_600_000
export const TIMETABLED_RUN_LINGERS_MS = 61_000

interface JobRule {
  cron: string
  /** A run missed longer ago than this is not caught up; null: no limit. */
  withinMs: number | null
  /** True when runs may overlap; otherwise the job holds a lock. */
  beside: boolean
  /** False for jobs that take down entries or keep audit log, changes and retention. */
  pausable: boolean
}

const RULE = { withinMs: null, beside: false, pausable: false }

const RULES_WITHOUT_SUBJECT = {
  score: { ...RULE, cron: '*/5 * * * *', pausable: true },
  // Terms end at midnight. Hourly runs make up for missed ones.
  expire: { ...RULE, cron: '1 * * * *' },
  // Removals take effect at once, and requests publish them earlier.
  publish: { ...RULE, cron: '* * * * *' },
  trail: { ...RULE, cron: '* * * * *' },
  audit: { ...RULE, cron: '50 2 * * *' },
  standings: { ...RULE, cron: '10 3 * * *' },
  changes: { ...RULE, cron: '* * * * *', beside: true },
  notify: { ...RULE, cron: '* * * * *', beside: true, pausable: true },
  tidy: { ...RULE, cron: '40 3 * * *' },
  figures: { ...RULE, cron: '20 4 * * *', pausable: true },
}

export const JOB_RULES: Record<ScheduledJob['job'], JobRule> = {
  ...RULES_WITHOUT_SUBJECT,
  pull: { ...RULE, cron: WATCH, pausable: true },
  push: { ...RULE, cron: '* * * * *', beside: true },
  reconcile: { ...RULE, cron: '30 2 * * *', withinMs: NIGHT_MS, pausable: true },
  exchange: { ...RULE, cron: WATCH, pausable: true },
}

/** Registers are pulled before the records that name their operators. */
const PULLS: Readonly<Record<string, string>> = {
  registry: '10 2 * * *',
  individuals: '30 2 * * *',
  trademarks: '40 2 * * *',
  icp: '50 2 * * *',
  defaulters: '50 2 * * *',
  penalties: '0 3 * * *',
  shops: '10 3 * * *',
  permits: '15 3 * * *',
  dishonest: '20 3 * * *',
  abnormal: '30 3 * * *',
  repairs: '30 3 * * *',
  quality: '40 3 * * *',
  food: '50 3 * * *',
  recalls: '0 4 * * *',
  trustmarks: '0 4 * * *',
  ratings: '10 4 * * *',
  standards: '20 4 * * *',
  commitments: '40 4 * * *',
  // Days count from what the channel has registered.
  petitions: '15 * * * *',
}

export const cronOfFeed = (feed: string): string => {
  const cron = PULLS[feed]
  if (cron === undefined) throw new Error(`the timetable has no hour for the feed ${feed}`)
  return cron
}

/** `watched`: folders and exchange tables, which are polled. */
export const makeTimetable = (
  feeds: readonly { id: string; watched?: boolean }[],
  platforms: readonly string[],
  { hasExchange = false } = {},
): ScheduledJob[] => [
  ...feeds.map(({ id, watched }) => scheduled('pull', id, watched ? WATCH : cronOfFeed(id))),
  ...(Object.keys(RULES_WITHOUT_SUBJECT) as ScheduledJob['job'][]).map((job) => scheduled(job, '')),
  ...(hasExchange ? [scheduled('exchange', '')] : []),
  ...platforms.map((id) => scheduled('push', id)),
  ...platforms.map((id) => scheduled('reconcile', id)),
]

const scheduled = (job: ScheduledJob['job'], subject: string, cron = JOB_RULES[job].cron): ScheduledJob => ({
  job,
  subject,
  cron,
})

export interface JobAddress {
  timetable: readonly ScheduledJob[]
  job: string
  subject: string
  by: string
  now: Date
}

export const scheduledJobOf = ({ timetable, job, subject }: Omit<JobAddress, 'by' | 'now'>): ScheduledJob => {
  const row = timetable.find((row) => row.job === job && row.subject === subject)
  if (row === undefined) throw new Refusal('JOB_UNKNOWN', { job, subject })
  return row
}

/** Makes the job due at once, even when paused; repeats return the unfinished request. Refusal JOB_UNKNOWN. */
export const requestScheduledJob = async (db: Db, address: JobAddress): Promise<occurrences.Occurrence> => {
  const { job, subject } = scheduledJobOf(address)
  return db.transaction(async (tx) => {
    await schedules.lockSchedules(tx, [{ job, subject }], address.now)
    return occurrences.requestRun(tx, { job, subject, by: address.by, now: address.now })
  })
}

/**
 * Running work continues; waiting occurrences are skipped. Refusals JOB_UNKNOWN, JOB_NOT_PAUSABLE, JOB_PAUSED,
 * INPUT_INVALID.
 */
export const pauseScheduledJob = async (
  db: Db,
  rules: WorkRules,
  address: JobAddress & { reason: string },
): Promise<void> => {
  const { job, subject } = scheduledJobOf(address)
  if (!JOB_RULES[job].pausable) throw new Refusal('JOB_NOT_PAUSABLE', { job })
  const reason = checkAndRedactText(address.reason, 'reason', rules.pseudonymOf)
  await db.transaction(async (tx) => {
    if (!(await schedules.pauseSchedule(tx, { job, subject, by: address.by, reason, now: address.now })))
      throw new Refusal('JOB_PAUSED', { job, subject })
    await occurrences.skipOccurrences(tx, { job, subject, before: null, now: address.now })
  })
}

/** Times skipped by the pause do not run later. Refusals JOB_UNKNOWN, JOB_NOT_PAUSED. */
export const resumeScheduledJob = async (db: Db, address: JobAddress): Promise<void> => {
  const { job, subject } = scheduledJobOf(address)
  await db.transaction(async (tx) => {
    if (!(await schedules.resumeSchedule(tx, { job, subject, now: address.now })))
      throw new Refusal('JOB_NOT_PAUSED', { job, subject })
  })
}
