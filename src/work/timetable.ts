/** The timetable: what runs by itself, and when (Asia/Shanghai). The only place that names an hour of the day. */

export interface Occasion {
  job: 'pull' | 'score' | 'publish' | 'push' | 'expire' | 'reconcile'
  /** Feed of a pull, platform of a push or a comparison, otherwise empty. */
  subject: string
  /** Cron expression with minutes first. */
  cron: string
}

/** A folder or an exchange table is looked into at any time of the day: whoever puts something there wants its answer. */
const WATCH = '*/5 * * * *'
const SCORE = '*/5 * * * *'
const PUSH = '* * * * *'
/** What left the list is no longer served, and a new snapshot is made for whoever asks: at the latest this soon without being asked. */
const PUBLISH = '* * * * *'
/** Shortly after midnight, when terms end, and again each hour for what was missed. */
const EXPIRE = '1 * * * *'
/** At night, when nobody moves and platforms are idle. */
const RECONCILE = '30 2 * * *'

/** `feeds` and `platforms`: those that have an address; `watched`: it is a folder's or a table's. */
export const timetable = (
  feeds: readonly { id: string; every: string; watched?: boolean }[],
  platforms: readonly string[],
): Occasion[] => [
  ...feeds.map((feed): Occasion => ({ job: 'pull', subject: feed.id, cron: feed.watched ? WATCH : feed.every })),
  { job: 'score', subject: '', cron: SCORE },
  { job: 'expire', subject: '', cron: EXPIRE },
  { job: 'publish', subject: '', cron: PUBLISH },
  ...platforms.map((id): Occasion => ({ job: 'push', subject: id, cron: PUSH })),
  ...platforms.map((id): Occasion => ({ job: 'reconcile', subject: id, cron: RECONCILE })),
]
