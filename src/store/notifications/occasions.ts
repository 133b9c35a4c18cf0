/** What there is to tell: open cases, deadlines, objections, and feeds and platforms in trouble. */
import type { Case } from '../../domain/listing/case.js'
import type { DeadlineName } from '../../domain/listing/deadlines.js'
import type { NamedParty } from '../../domain/notifications/message.js'
import { type Db, queryRows } from '../db/db.js'

/** Newest first, so that of very many the older ones were told before. */
export const OCCASIONS_READ_MOST = 2_000

interface PartyOfOccasion extends NamedParty {
  region: string | null
  code: string | null
}

const PARTY = `o.kind, o.name, o.region, coalesce(o.uscc, o.shop) as code`
const operatorOf = (id: string): string =>
  `join operators w on w.id = ${id} join operators o on o.id = coalesce(w.merged_into, w.id)`

export interface OpenCase extends PartyOfOccasion {
  id: string
  list: string
  moves: number
  facts: Case
}

export const listOpenCases = (db: Db, states: readonly string[]): Promise<OpenCase[]> =>
  queryRows(
    db,
    `select l.id, l.list, l.moves, l.facts, ${PARTY} from listings l ${operatorOf('l.operator_id')}
     where l.state = any(?::text[]) and l.wrong_from is null order by l.created_at desc, l.id desc limit ${OCCASIONS_READ_MOST}
     /* notification-occasions.cases */`,
    [[...states]],
  )

export interface NearDeadline extends PartyOfOccasion {
  id: number
  listingId: string
  deadline: DeadlineName
  dueOn: string
}

export const listNearDeadlines = (
  db: Db,
  { until, without }: { until: string; without: readonly DeadlineName[] },
): Promise<NearDeadline[]> =>
  queryRows(
    db,
    `select t.id, t.listing_id as "listingId", t.name as deadline, t.due_on as "dueOn", ${PARTY} from listing_deadlines t
     join listings l on l.id = t.listing_id ${operatorOf('l.operator_id')}
     where t.ended_on is null and t.due_on <= :until::date and t.name <> all(:without::text[]) and l.wrong_from is null
       and (t.name = 'WITHDRAWAL' or l.state not in ('REMOVED', 'NOT_LISTED'))
     order by t.due_on desc, t.id desc limit ${OCCASIONS_READ_MOST} /* notification-occasions.deadlines */`,
    { until, without: [...without] },
  )

export interface OpenObjection extends PartyOfOccasion {
  id: number
  feed: string
}

export const listOpenObjections = (db: Db): Promise<OpenObjection[]> =>
  queryRows(
    db,
    `select b.id, b.feed, ${PARTY} from objections b ${operatorOf('b.operator_id')} where b.state = 'OPEN'
     order by b.id desc limit ${OCCASIONS_READ_MOST} /* notification-occasions.objections */`,
  )

export interface FailedFeed {
  feed: string
  outcome: 'REFUSED' | 'FAILED'
  /** The last whole and good pull before; 0: none. */
  goodRun: number
}

/** Feeds whose last planned pull failed. Uploads and commands tell their own sender. */
export const listFailedFeeds = (db: Db, feeds: readonly string[]): Promise<FailedFeed[]> =>
  queryRows(
    db,
    `select f.feed, l.outcome, coalesce(g.id, 0) as "goodRun" from unnest(?::text[]) as f(feed)
     join lateral (select id, outcome, cause from runs where job = 'pull' and subject = f.feed and cause <> 'person' and outcome <> 'RUNNING'
       order by id desc limit 1) l on l.cause = 'timetable' and l.outcome in ('REFUSED', 'FAILED')
     left join lateral (select id from runs where job = 'pull' and subject = f.feed and whole and outcome = 'DONE' and taken_back_at is null
       order by id desc limit 1) g on true order by f.feed /* notification-occasions.feeds */`,
    [[...feeds]],
  )

export interface PlatformTrouble {
  platform: string
  trouble: 'REMOVAL' | 'REFUSED' | 'DOWN'
  /** The oldest removal, the newest refusal; 0: none. */
  delivery: number
}

export const listPlatformTroubles = (
  db: Db,
  { lateSince, failures }: { lateSince: Date; failures: number },
): Promise<PlatformTrouble[]> =>
  queryRows(
    db,
    `select platform, 'REMOVAL' as trouble, min(id) as delivery from deliveries
       where action = 'REMOVE' and state in ('OWED', 'REFUSED') and created_at < :lateSince::timestamptz group by platform
     union all select platform, 'REFUSED', max(id) from deliveries where state = 'REFUSED' group by platform
     union all select platform, 'DOWN', 0 from platform_states where failures >= :failures::int and paused_at is null
     order by 1, 2 /* notification-occasions.platforms */`,
    { lateSince, failures },
  )
