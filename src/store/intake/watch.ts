import { type Db, queryColumn, queryMap, queryRows } from '../db/db.js'
import { MAY_PUBLISH_LIST_SQL } from '../db/restored.js'
import type { RunError } from '../timetable/runs.js'
import { selectOpenRejectsSql } from './rejects.js'

export interface FeedHealth {
  feed: string
  last: {
    run: number
    outcome: 'DONE' | 'REFUSED' | 'FAILED' | 'ABANDONED'
    endedAt: Date
    received: number
    rejected: number
    byRule: { rule: string; count: number }[]
    error: RunError | null
  } | null
  openRejects: number
  unmatched: number
  late: number
  timely: number
}

/** The first good pull and files loaded by hand do not count for timeliness. */
export const healthOfFeeds = async (
  db: Db,
  feeds: readonly string[],
  since: Date,
): Promise<Map<string, FeedHealth>> => {
  const rows = await queryRows<WatchRow>(
    db,
    `select f.feed, l.id as run, l.outcome, l.ended_at as "endedAt", l.counts, l.error, w.rules as "byRule", o.n as "openRejects",
       u.n as unmatched, t.late, t.timely
     from unnest(:feeds::text[]) as f(feed)
     left join lateral (select id, outcome, ended_at, counts, error from runs where job = 'pull' and subject = f.feed
       and cause <> 'person' and outcome <> 'RUNNING' order by id desc limit 1) l on true
     left join lateral (select jsonb_agg(jsonb_build_object('rule', rule, 'count', n) order by n desc, rule) as rules from (
       select rule, count(*)::int as n from rejects where run_id = l.id group by rule) by_rule) w on true
     cross join lateral (select count(*)::int as n from (${selectOpenRejectsSql('f.feed')}) items
       where exists (select 1 from rejects where feed = f.feed and state = 'OPEN')) o
     cross join lateral (select count(*)::int as n from (
       select distinct last_run, page, row_number from unmatched where feed = f.feed and state = 'OPEN') items) u
     cross join lateral (select coalesce(sum((counts->>'late')::int), 0)::int as late, coalesce(sum((counts->>'timely')::int), 0)::int as timely
       from runs where job = 'pull' and subject = f.feed and outcome = 'DONE' and cause <> 'person' and taken_back_at is null
         and (cause <> 'command' or file is null) and ended_at >= :since::timestamptz and id > (select min(id) from runs where job = 'pull' and subject = f.feed
           and outcome = 'DONE' and cause <> 'person')) t
     /* watch.ofFeeds */`,
    { feeds, since },
  )
  return new Map(rows.map((row) => [row.feed, watched(row)]))
}

/** Last full delivery, or its file's date if earlier. Feeds never pulled are missing. */
export const lastGoodPulls = (db: Db, feeds: readonly string[]): Promise<Map<string, Date | null>> =>
  pulledAt(db, feeds, 'g.at')

const pulledAt = (db: Db, feeds: readonly string[], at: string): Promise<Map<string, Date | null>> =>
  queryMap(
    db,
    `select f.feed, ${at} as at from unnest(?::text[]) as f(feed) left join lateral (
       select least(ended_at, dated::timestamp at time zone 'Asia/Shanghai') as at from runs where job = 'pull' and subject = f.feed
         and whole and outcome = 'DONE' and taken_back_at is null order by id desc limit 1) g on true
     where exists (select 1 from runs where job = 'pull' and subject = f.feed) /* watch.lastGood */`,
    [feeds],
  )

/** Like `lastGoodPulls`, but null for all feeds while the database may be an old copy. */
export const lastVouchedPulls = (db: Db, feeds: readonly string[]): Promise<Map<string, Date | null>> =>
  pulledAt(db, feeds, `case when ${MAY_PUBLISH_LIST_SQL} then g.at end`)

export const lastUploadRun = async (
  db: Db,
  { feed, by, since }: { feed: string; by: string; since: Date },
): Promise<number | null> => {
  const [run = null] = await queryColumn<number>(
    db,
    `select id from runs where job = 'pull' and subject = ? and cause = 'upload' and asked_by = ? and started_at >= ?
     order by id desc limit 1 /* watch.lastUpload */`,
    [feed, by, since],
  )
  return run
}

interface WatchRow extends Pick<FeedHealth, 'feed' | 'openRejects' | 'unmatched' | 'late' | 'timely'> {
  run: number | null
  outcome: NonNullable<FeedHealth['last']>['outcome']
  endedAt: Date
  counts: Record<string, number>
  error: RunError | null
  byRule: { rule: string; count: number }[] | null
}

const watched = ({ run, outcome, endedAt, counts, error, byRule: rules, ...row }: WatchRow): FeedHealth => {
  if (run === null) return { ...row, last: null }
  const byRule = rules ?? []
  const received = counts['received'] ?? 0
  const rejected = counts['rejected'] ?? byRule.reduce((total, { count }) => total + count, 0)
  return { ...row, last: { run, outcome, endedAt, received, rejected, byRule, error } }
}
