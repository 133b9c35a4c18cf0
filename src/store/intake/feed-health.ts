import { LIST_COUNTED_MOST } from '../../foundation/pages.js'
import { type Db, queryColumn, queryMap, queryRows, type Tx } from '../db/db.js'
import { MAY_PUBLISH_LIST_SQL } from '../db/restored.js'
import { withIndexLookups } from '../db/transaction.js'
import type { RunError } from '../timetable/runs.js'
import { selectOpenRejectRowsSql } from './rejects.js'

export interface FeedHealth {
  feed: string
  last: {
    run: number
    outcome: 'DONE' | 'REFUSED' | 'FAILED' | 'ABANDONED'
    endedAt: Date
    received: number
    rejected: number
    error: RunError | null
  } | null
  /** Counted up to LIST_COUNTED_MOST rows, like `unmatched`. */
  openRejects: number
  unmatched: number
  late: number
  timely: number
}

/** SQL: distinct items among the first rows; where these are cut, their number. */
const countItems = (rows: string): string =>
  `select (case when count(*) < ${LIST_COUNTED_MOST} then count(distinct items) else count(*) end)::int as n
   from (${rows} limit ${LIST_COUNTED_MOST}) items`

/** The first good pull and files loaded by hand do not count for timeliness. */
export const healthOfFeeds = async (
  db: Db,
  feeds: readonly string[],
  since: Date,
): Promise<Map<string, FeedHealth>> => {
  const sql = `select f.feed, l.id as run, l.outcome, l.ended_at as "endedAt", coalesce((l.counts->>'received')::int, 0) as received,
       coalesce((l.counts->>'rejected')::int,
         (select count(*)::int from rejects where run_id = l.id and l.counts->>'rejected' is null)) as rejected, l.error,
       o.n as "openRejects", u.n as unmatched, t.late, t.timely
     from unnest(:feeds::text[]) as f(feed)
     left join lateral (select id, outcome, ended_at, counts, error from runs where job = 'pull' and subject = f.feed
       and cause <> 'person' and outcome <> 'RUNNING' order by id desc limit 1) l on true
     cross join lateral (${countItems(`${selectOpenRejectRowsSql('f.feed')} order by run_id, page, row_number, item_digest`)}) o
     cross join lateral (${countItems(`select last_run, page, row_number from unmatched where feed = f.feed and state = 'OPEN' order by first_run`)}) u
     cross join lateral (select coalesce(sum((counts->>'late')::int), 0)::int as late, coalesce(sum((counts->>'timely')::int), 0)::int as timely
       from runs where job = 'pull' and subject = f.feed and outcome = 'DONE' and cause <> 'person' and taken_back_at is null
         and (cause <> 'command' or file is null) and ended_at >= :since::timestamptz and id > (select min(id) from runs where job = 'pull' and subject = f.feed
           and outcome = 'DONE' and cause <> 'person')) t
     /* feed-health.ofFeeds */`
  const read = (tx: Tx) => withIndexLookups(tx, () => queryRows<FeedHealthRow>(tx, sql, { feeds, since }))
  const rows = await db.transaction(read, { readOnly: true })
  return new Map(rows.map((row) => [row.feed, feedHealthOf(row)]))
}

export interface RejectedByRule {
  run: number
  rule: string
  count: number
}

export const countRulesOfRuns = (db: Db, runs: readonly number[]): Promise<RejectedByRule[]> =>
  queryRows(
    db,
    `select run_id as run, rule, count(*)::int as count from rejects where run_id = any(?::bigint[])
     group by run_id, rule order by count desc, rule /* feed-health.rulesOfRuns */`,
    [[...runs]],
  )

/** Last good pull or full file, or the file's date if earlier; null without one. Feeds never pulled are missing. */
export const lastGoodPulls = (db: Db, feeds: readonly string[]): Promise<Map<string, Date | null>> =>
  pulledAt(db, feeds, 'g.at')

const pulledAt = (db: Db, feeds: readonly string[], at: string): Promise<Map<string, Date | null>> =>
  queryMap(
    db,
    `select f.feed, ${at} as at from unnest(?::text[]) as f(feed) left join lateral (
       select least(ended_at, dated::timestamp at time zone 'Asia/Shanghai') as at from runs where job = 'pull' and subject = f.feed
         and whole and outcome = 'DONE' and taken_back_at is null order by id desc limit 1) g on true
     where exists (select 1 from runs where job = 'pull' and subject = f.feed) /* feed-health.lastGood */`,
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
     order by id desc limit 1 /* feed-health.lastUpload */`,
    [feed, by, since],
  )
  return run
}

type LastPull = NonNullable<FeedHealth['last']>
type FeedHealthRow = Omit<FeedHealth, 'last'> & Omit<LastPull, 'run'> & { run: number | null }

const feedHealthOf = ({ run, outcome, endedAt, received, rejected, error, ...row }: FeedHealthRow): FeedHealth => ({
  ...row,
  last: run === null ? null : { run, outcome, endedAt, received, rejected, error },
})
