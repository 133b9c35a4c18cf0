import type { DiscrepancyKind, DisplayDifference, LastDelivery } from '../../domain/delivery/comparison.js'
import type { Notice, SubjectKind } from '../../domain/delivery/delivery.js'
import { type Db, queryColumn, queryMap, queryRows, queryValue, type Tx } from '../db/db.js'

/**
 * Highest message number of each settled subject: none is queued or refused and, with `settleSeconds`, none awaits its
 * check or was sent within that time.
 */
export const readSettledDeliveryNumbers = (
  db: Db,
  platform: string,
  { now, settleSeconds }: { now: Date; settleSeconds: number },
): Promise<Map<string, number>> =>
  queryMap(
    db,
    `select subject_id, max(number) from deliveries where platform = :platform
     group by subject_id having not bool_or(state in ('OWED', 'REFUSED') or (:settleSeconds::int > 0 and check_due_at is not null)
       or coalesce(sent_at > :now::timestamptz - make_interval(secs => :settleSeconds), false)) /* comparisons.settledNumbers */`,
    { platform, now, settleSeconds },
  )

interface LastSent {
  kind: SubjectKind
  highest: number
  last: LastDelivery | null
}

export const readLastSent = async (
  db: Db | Tx,
  platform: string,
  subjectIds: readonly string[],
): Promise<Map<string, LastSent>> => {
  const rows = await queryRows<LastSent & { subjectId: string }>(
    db,
    `select distinct on (d.subject_id) d.subject_id as "subjectId", d.kind, a.highest, case when d.state <> 'FOLDED' then
       jsonb_build_object('number', d.number, 'action', d.action, 'uscc', d.notice->'operator'->>'uscc',
         'name', coalesce(d.notice->'operator'->>'name', ''), 'state', case when a.open then 'OPEN' else d.state end) end as last
     from deliveries d join (
       select subject_id, max(number) as highest, bool_or(state in ('OWED', 'REFUSED')) as open from deliveries
       where platform = :platform and subject_id = any(:ids::uuid[]) group by subject_id) a on a.subject_id = d.subject_id
     where d.platform = :platform and d.subject_id = any(:ids::uuid[])
     order by d.subject_id, d.state = 'FOLDED', d.number desc /* comparisons.toldOf */`,
    { platform, ids: [...subjectIds] },
  )
  return new Map(rows.map(({ subjectId, ...told }) => [subjectId, told]))
}

export const findKindsOfKnownKeys = (db: Db, keys: readonly string[]): Promise<Map<string, SubjectKind>> =>
  queryMap(
    db,
    `select key, kind from (select k.key, coalesce((select 'listing' from listings l where l.id = k.key),
       (select d.kind from deliveries d where d.subject_id = k.key limit 1)) as kind from unnest(:keys::uuid[]) as k(key)) k
     where kind is not null /* comparisons.known */`,
    { keys: [...keys] },
  )

export const readLastNotice = async (tx: Tx, platform: string, subjectId: string): Promise<Notice | null> => {
  const [notice] = await queryColumn<Notice>(
    tx,
    `select notice from deliveries where subject_id = :subjectId order by platform <> :platform, number desc, id desc limit 1
     /* comparisons.readLastNotice */`,
    { platform, subjectId },
  )
  return notice ?? null
}

export interface ComparisonCounts {
  shown: number
  expected: number
  missing: number
  stale: number
  unwanted: number
  hidden: number
}

export interface PlatformComparison extends ComparisonCounts {
  id: number
  platform: string
  comparedAt: Date
  onTheirWay: number
  others: number
  highest: number | null
  alarm: 'MASS_ABSENCE' | null
}

const COLUMNS = `c.id, c.platform, c.compared_at as "comparedAt", c.shown, c.expected, c.missing, c.stale, c.unwanted, c.hidden,
  c.on_their_way as "onTheirWay", c.others, c.highest, c.alarm`

export const add = (tx: Db | Tx, made: Omit<PlatformComparison, 'id'> & { run: number }): Promise<number> =>
  queryValue(
    tx,
    `insert into comparisons (platform, run_id, compared_at, shown, expected, missing, stale, unwanted, hidden, on_their_way, others, highest, alarm)
     values (:platform, :run, :comparedAt, :shown, :expected, :missing, :stale, :unwanted, :hidden, :onTheirWay, :others, :highest, :alarm)
     returning id /* comparisons.add */`,
    { ...made },
  )

export const list = (
  db: Db,
  { platform, first, before }: { platform: string | null; first: number; before: number | null },
): Promise<PlatformComparison[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from comparisons c where (:platform::text is null or c.platform = :platform)
       and (:before::int is null or c.id < :before::int) order by c.id desc limit :first /* comparisons.list */`,
    { platform, before, first },
  )

export const count = (db: Db, platform: string | null): Promise<number> =>
  queryValue(
    db,
    'select count(*)::int as n from comparisons where (?::text is null or platform = ?) /* comparisons.count */',
    [platform, platform],
  )

export const readLatestComparisonsSince = async (
  db: Db | Tx,
  from: Date,
): Promise<Map<string, { good: Date | null; highest: number | null }>> => {
  const rows = await queryRows<{ platform: string; good: Date | null; highest: number | null }>(
    db,
    `select platform, max(compared_at) filter (where alarm is null) as good, max(highest) as highest
     from comparisons where compared_at >= ? group by platform /* comparisons.since */`,
    [from],
  )
  return new Map(rows.map((row) => [row.platform, row]))
}

export interface FoundDiscrepancy {
  kind: SubjectKind
  key: string
  what: DiscrepancyKind
  differs: readonly DisplayDifference[]
  did: 'NOTHING' | 'HIDDEN' | 'REMOVAL_OWED' | 'CHANGE_OWED' | 'ADDITION_OWED'
  shownSequence: number | null
  toldSequence: number | null
}
