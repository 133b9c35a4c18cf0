/** The timetable: what runs by itself, and when (Asia/Shanghai). The only place that names an hour of the day. */
import type { MissedRule } from '../../domain/timetable/missed-runs.js'

export interface Occasion {
  job: 'pull' | 'score' | 'publish' | 'push' | 'expire' | 'reconcile' | 'trail' | 'audit' | 'changes' | 'tidy'
  /** Feed of a pull, platform of a push or a comparison, otherwise empty. */
  subject: string
  /** Cron expression with minutes first. */
  cron: string
}

/** A folder or an exchange table is looked into at any time of the day: whoever puts something there wants its answer. */
const WATCH = '*/5 * * * *'
const SCORE = '*/5 * * * *'
/** A push lingers until the next has begun, so that what is owed leaves within seconds. */
const PUSH = '* * * * *'
/** What left the list is no longer served, and a new snapshot is made for whoever asks: at the latest this soon without being asked. */
const PUBLISH = '* * * * *'
/** Shortly after midnight, when terms end, and again each hour for what was missed. */
const EXPIRE = '1 * * * *'
/** Who asked about an operator is told this soon; what is past its time is erased with it. */
const TRAIL = '*/5 * * * *'
/** Lingers as a push does: marketplaces hear of a removal within seconds. */
const CHANGES = '* * * * *'
/** At night, when nobody moves and platforms are idle. */
const RECONCILE = '30 2 * * *'

/** The whole audit log is walked at night, when few ask; a hub that starts walks it too. */
const AUDIT = '50 2 * * *'
/** After the comparisons of the night. */
const TIDY = '40 3 * * *'

/** How long after its hour a comparison that was missed is still made up for, milliseconds. */
const NIGHT_MS = 8 * 3_600_000
/** How long a push of the timetable goes on looking for what is owed, from its minute on, milliseconds. */
export const LINGER_MS = 61_000

interface JobRule extends MissedRule {
  /** Several of its runs may go on at once: its work keeps them apart. The others run alone, under a lock. */
  beside: boolean
  /** A person may pause it. Whatever takes down what may no longer be shown waits for nobody. */
  pausable: boolean
}

/** Each catches up on everything by one run. */
const ONCE = { missed: 'once', withinMs: null } as const

/** What the clock must know of each job. */
export const RULES: Record<Occasion['job'], JobRule> = {
  pull: { ...ONCE, beside: false, pausable: true },
  score: { ...ONCE, beside: false, pausable: true },
  publish: { ...ONCE, beside: false, pausable: false },
  push: { ...ONCE, beside: true, pausable: false },
  expire: { ...ONCE, beside: false, pausable: false },
  trail: { ...ONCE, beside: false, pausable: false },
  audit: { ...ONCE, beside: false, pausable: false },
  changes: { ...ONCE, beside: true, pausable: false },
  tidy: { ...ONCE, beside: false, pausable: false },
  // Of its own night: by day it would be read while people move.
  reconcile: { missed: 'once', withinMs: NIGHT_MS, beside: false, pausable: true },
}

/** `feeds` and `platforms`: those that have an address; `watched`: it is a folder's or a table's. */
export const timetable = (
  feeds: readonly { id: string; every: string; watched?: boolean }[],
  platforms: readonly string[],
): Occasion[] => [
  ...feeds.map((feed): Occasion => ({ job: 'pull', subject: feed.id, cron: feed.watched ? WATCH : feed.every })),
  { job: 'score', subject: '', cron: SCORE },
  { job: 'expire', subject: '', cron: EXPIRE },
  { job: 'publish', subject: '', cron: PUBLISH },
  { job: 'trail', subject: '', cron: TRAIL },
  { job: 'audit', subject: '', cron: AUDIT },
  { job: 'changes', subject: '', cron: CHANGES },
  { job: 'tidy', subject: '', cron: TIDY },
  ...platforms.map((id): Occasion => ({ job: 'push', subject: id, cron: PUSH })),
  ...platforms.map((id): Occasion => ({ job: 'reconcile', subject: id, cron: RECONCILE })),
]
