import type { NamedParty } from '../../domain/notifications/message.js'
import { type Db, queryRows, queryRowsBy } from '../db/db.js'

/** Newest first: older ones were told before. */
const OBJECTIONS_MOST = 2_000

export interface PartyOfOccasion extends NamedParty {
  region: string | null
  code: string | null
}

const PARTY = `o.kind, o.name, o.region, coalesce(o.uscc, o.shop) as code`
const operatorOf = (id: string): string =>
  `join operators w on w.id = ${id} join operators o on o.id = coalesce(w.merged_into, w.id)`

export const findParties = (db: Db, operators: readonly number[]): Promise<Map<number, PartyOfOccasion>> =>
  queryRowsBy<PartyOfOccasion & { operator: number }, 'operator'>(
    db,
    'operator',
    `select a.id as operator, ${PARTY} from unnest(?::int[]) as a(id) ${operatorOf('a.id')} /* notification-occasions.parties */`,
    [[...new Set(operators)]],
  )

export interface OpenObjection extends PartyOfOccasion {
  id: number
  feed: string
  dueOn: string | null
}

export const listOpenObjections = (db: Db): Promise<OpenObjection[]> =>
  queryRows(
    db,
    `select b.id, b.feed, b.due_on as "dueOn", ${PARTY} from objections b ${operatorOf('b.operator_id')} where b.state = 'OPEN'
     order by b.id desc limit ${OBJECTIONS_MOST} /* notification-occasions.objections */`,
  )

export interface FailedFeed {
  feed: string
  outcome: 'REFUSED' | 'FAILED'
  /** The last whole and good pull before; 0: none. */
  goodRun: number
}

/** Uploads and commands tell their own sender. */
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
  trouble: 'REMOVAL' | 'DOWN'
  /** The oldest removal; 0: none. */
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
     union all select platform, 'DOWN', 0 from platform_states where failures >= :failures::int and paused_at is null
     order by 1, 2 /* notification-occasions.platforms */`,
    { lateSince, failures },
  )
