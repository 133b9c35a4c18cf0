import type { DutyCount, TimelinessDutyName } from '../../domain/delivery/timeliness.js'
import { andFitsWordsSql, NO_WORDS, type OperatorWords } from '../access/list-filter.js'
import { andIsSubjectWithinSightSql, operatorOfSubjectSql, type RegionSight } from '../access/sight.js'
import { type Db, queryRows, queryValue } from '../db/db.js'
import { isUnfinishedSql } from './deliveries.js'
import type { StoredDelivery } from './delivery-desk.js'

const DAY = (instant: string): string => `(${instant} at time zone 'Asia/Shanghai')::date`

const BY_DECISION = `f.before_action is null and case when f.kind = 'listing'
  then not exists (select 1 from deliveries e where e.subject_id = f.subject_id and e.created_at < f.created_at)
  else exists (select 1 from told_records t where t.id = f.subject_id and t.told_at = f.created_at) end`

/** False for a removal that awaits its check or whose entry is still displayed. */
const IS_DONE = `e.check_due_at is null and e.check_result is distinct from 'SHOWN'`

/**
 * SQL: a duty begins with the first of consecutive messages to show (or remove) a subject, and ends with their first
 * confirmation. An addition repeated afterwards begins a new duty.
 */
const dutiesOf = (deliveries: string, which: string): string => `
  firsts as (
    select d.*, p.action as before_action from ${deliveries}
    left join lateral (select p.action, p.state from deliveries p where p.platform = d.platform and p.subject_id = d.subject_id
      and p.number < d.number order by p.number desc limit 1) p on true
    where d.action <> 'CHANGE' and (p.action is null or (p.action = 'REMOVE') <> (d.action = 'REMOVE')
      or (d.action = 'ADD' and p.state in ('CONFIRMED', 'CLOSED'))) and ${which}),
  dated as (
    select f.*, least(${DAY('f.created_at')}, case
      when f.action = 'REMOVE' then (f.notice->'removal'->>'removedOn')::date
      when ${BY_DECISION} then coalesce(nullif(f.notice->>'decidedOn', ''), f.notice->'body'->>'decided_on')::date end) as counted_from,
      case when f.kind = 'listing' then 'LISTING' else 'RECORD' end || case when f.action = 'REMOVE' then '_WITHDRAWAL' else '' end as duty,
      coalesce(nullif(f.notice->>'authority', ''), f.notice->'body'->>'authority', '') as authority
    from firsts f),
  duties as (
    select t.*, case when s.confirmed_at is not null then 'DONE' when s.waits then 'OPEN' when s.closed_at is not null then 'CLOSED' end as ended_as,
      ${DAY('coalesce(s.confirmed_at, case when not s.waits then s.closed_at end)')} as done_on
    from dated t cross join lateral (
      select min(e.confirmed_at) filter (where ${IS_DONE}) as confirmed_at, min(e.closed_at) as closed_at,
        bool_or(e.state in ('OWED', 'REFUSED') or e.check_due_at is not null) as waits
      from deliveries e where e.platform = t.platform and e.subject_id = t.subject_id and e.number >= t.number
        and (e.action = 'REMOVE') = (t.action = 'REMOVE') and not exists (
          select 1 from deliveries m where m.platform = t.platform and m.subject_id = t.subject_id and m.number between t.number and e.number
            and (m.action = 'REMOVE') <> (t.action = 'REMOVE'))) s)`

export const countDutiesOfSpan = (db: Db, { from, to }: { from: string; to: string }): Promise<DutyCount[]> =>
  queryRows(
    db,
    `with ${dutiesOf('deliveries d', `d.created_at >= (:from::date at time zone 'Asia/Shanghai')`)}
     select authority, platform, duty, counted_from as "from", ended_as as state, done_on as "doneOn", count(*)::int as n from duties
     where counted_from between :from::date and :to::date and ended_as is not null
     group by 1, 2, 3, 4, 5, 6 /* timeliness.ofSpan */`,
    { from, to },
  )

/** The hub's entries count from the start of the deadline, agencies' from the listing day. */
export const countPublicityOfSpan = (
  db: Db,
  { from, to, platform }: { from: string; to: string; platform: string },
): Promise<DutyCount[]> =>
  queryRows(
    db,
    `select authority, :platform::text as platform, 'PUBLICITY' as duty, "from", case when "doneOn" is null then 'OPEN' else 'DONE' end as state,
       "doneOn", count(*)::int as n
     from (
       select l.authority, t.starts_on as "from", l.published_on as "doneOn" from listing_deadlines t join listings l on l.id = t.listing_id
       where t.name = 'PUBLICATION' and t.starts_on between :from::date and :to::date and l.wrong_from is null
         and t.outcome is distinct from 'DROPPED'
       union all
       select coalesce(v.body->>'authority', ''), (v.body->>'listed_on')::date, (v.body->>'published_on')::date from versions v
       where v.kind = 'list_entry' and v.known_to is null and v.body->>'listed_on' between :from::text and :to::text
         and v.body->>'published_on' >= v.body->>'listed_on') p
     group by 1, 4, 5, 6 /* timeliness.publicityOfSpan */`,
    { from, to, platform },
  )

export interface OpenDuty
  extends Pick<StoredDelivery, 'id' | 'platform' | 'kind' | 'subjectId' | 'action' | 'attempts' | 'lastError'> {
  authority: string
  duty: TimelinessDutyName
  from: string
  delivery: number
  state: 'OWED' | 'REFUSED' | 'CONFIRMED'
}

interface DutyFilter extends Partial<OperatorWords> {
  until: Readonly<Partial<Record<TimelinessDutyName, string | null>>>
  platform: string | null
  sight?: RegionSight
}

type DutyBounds = Pick<DutyFilter, 'sight' | 'region' | 'name'>

const waitingIn = (
  { sight = null, region = null, name = null }: DutyBounds = {},
  most: number | null = null,
): string => `waits as materialized (select distinct o.platform, o.subject_id from (select o.platform, o.subject_id from deliveries o
    where (:platform::text is null or o.platform = :platform::text) and ${isUnfinishedSql('o')}
    ${andIsSubjectWithinSightSql(sight, 'o.subject_id')} ${andFitsWordsSql({ region, name }, operatorOfSubjectSql('o.subject_id'))} ${most === null ? '' : `order by o.id limit ${most}`}) o),
  ${dutiesOf(
    `waits cross join lateral (select * from deliveries h where h.platform = waits.platform and h.subject_id = waits.subject_id offset 0) d`,
    'true',
  )}`
const ASKED = `ended_as = 'OPEN' and counted_from <= (:until::jsonb->>duty)::date`

const bindingsOf = ({ until, ...filter }: DutyFilter) => ({
  ...NO_WORDS,
  sight: null,
  ...filter,
  until: JSON.stringify(until),
})

/** Platform and first day of late deliveries, among the `most` oldest; binds `until` and `platform`. */
export const lateDutiesSql = (most: number): string =>
  `with ${waitingIn({}, most)} select platform, counted_from from duties where ${ASKED}`

export const listOpenDuties = (
  db: Db,
  filter: DutyFilter,
  { first, after }: { first: number; after: { dueOn: string; id: number } | null },
): Promise<OpenDuty[]> =>
  queryRows(
    db,
    `with ${waitingIn(filter)}
     select t.id, t.platform, t.kind, t.subject_id as "subjectId", t.action, t.authority, t.duty, t.counted_from as "from", w.id as delivery, w.state, w.attempts,
       w.last_error as "lastError"
     from duties t cross join lateral (select w.id, w.state, w.attempts, w.last_error from deliveries w where w.platform = t.platform
       and w.subject_id = t.subject_id and w.number >= t.number and (w.state in ('OWED', 'REFUSED') or w.check_due_at is not null) order by w.number limit 1) w
     where ${ASKED} and (:afterId::bigint is null or (t.counted_from, t.id) > (:afterOn::date, :afterId::bigint))
     order by t.counted_from, t.id limit :first /* timeliness.waiting */`,
    { ...bindingsOf(filter), first, afterOn: after?.dueOn ?? null, afterId: after?.id ?? null },
  )

/** Counts all, or up to `most` among the `most` oldest deliveries that wait. */
export const countOpenDuties = (db: Db, filter: DutyFilter, most: number | null): Promise<number> =>
  queryValue(
    db,
    `with ${waitingIn(filter, most)}
     select count(*)::int as n from (select 1 from duties where ${ASKED} limit :most::int) n /* timeliness.countWaiting */`,
    { ...bindingsOf(filter), most },
  )
