/**
 * Every source has the columns kind, keeper, not_by, level, subject, n, since, latest, due_on, listing_id, operator_id.
 */
import { CLOSING_STATE } from '../../domain/matters/measures.js'
import { HUB_SEAT } from '../../domain/matters/seats.js'
import type { OfficeProposalKind } from '../../domain/office/proposals.js'
import type { WorkKind } from '../../domain/worklist/tasks.js'
import { ITEMS_COUNTED_MOST } from '../../domain/worklist/worklist.js'
import { andIsSubjectWithinSightSql, andIsWithinSightSql, type RegionSight } from '../access/sight.js'
import { lateDutiesSql } from '../delivery/timeliness.js'
import { IS_CORRECTION_PENDING_SQL } from '../scoring/objections.js'

type Columns = Partial<
  Record<'keeper' | 'not_by' | 'subject' | 'n' | 'since' | 'latest' | 'due_on' | 'listing_id' | 'operator_id', string>
>

const source = (kind: WorkKind, of: Columns, rest: string): string =>
  `select '${kind}' as kind, ${of.keeper ?? 'null::text'} as keeper, ${of.not_by ?? 'null::text'} as not_by, null::text as level,
    (${of.subject})::text as subject, ${of.n ?? '1'} as n, ${of.since ?? 'null::timestamptz'} as since, ${of.latest ?? 'null::timestamptz'} as latest,
    ${of.due_on ?? 'null::date'} as due_on, ${of.listing_id ?? 'null::uuid'} as listing_id,
    ${of.operator_id ?? 'null::integer'} as operator_id ${rest}`

const COUNTED = 'count(*)::int'

const openFeeds = (table: string): string => `(with recursive f (feed) as (
    (select feed from ${table} where state = 'OPEN' order by feed limit 1)
    union all select (select t.feed from ${table} t where t.state = 'OPEN' and t.feed > f.feed order by t.feed limit 1) from f where f.feed is not null)
  select feed from f where feed is not null) f`

const REJECTS_OF_FEED = `from rejects j join runs r on r.id = j.run_id where j.state = 'OPEN' and j.feed = f.feed
  and (:sender::text is null or r.asked_by = :sender::text)`
const IDENTITIES_OF_FEED = `from unmatched u where u.state = 'OPEN' and u.feed = f.feed`

const countUpTo = (rows: string): string =>
  `cross join lateral (select count(*)::int as n from (select 1 ${rows} limit ${ITEMS_COUNTED_MOST}) c) counted`

type Source = (sight: RegionSight) => string

const accounts = (kind: WorkKind, table: string): string =>
  source(
    kind,
    { subject: 'a.id', not_by: 'a.changed_by', since: 'a.pending_since' },
    `from ${table} a where a.pending_since is not null and a.ended_at is null`,
  )

const proposals = (kind: WorkKind, kinds: readonly OfficeProposalKind[]): string =>
  source(
    kind,
    { subject: 'p.id', not_by: 'coalesce(p.endorsed_by, p.proposed_by)', since: 'p.proposed_at' },
    `from office_proposals p where p.state = 'PROPOSED' and p.kind in (${kinds.map((one) => `'${one}'`).join(', ')})`,
  )

const mattersOfHub = (kind: WorkKind, isClosing: boolean, sight: RegionSight): string => {
  const last = (column: string) =>
    `(select v.${column} from matter_moves v where v.matter_id = m.id and v.state_before is distinct from v.state order by v.sequence desc limit 1)`
  return source(
    kind,
    { subject: 'm.id', not_by: last('by_sub'), since: last('at'), operator_id: 'm.operator_id' },
    `from matters m where m.waiting = '${HUB_SEAT}' and (m.state = '${CLOSING_STATE}') = ${isClosing}
     ${andIsWithinSightSql(sight, 'm.operator_id')}`,
  )
}

const SOURCES: Partial<Record<WorkKind, Source>> = {
  SETTLE_CONCERN: (sight) =>
    source(
      'SETTLE_CONCERN',
      { subject: 'c.id', keeper: 'l.keeper', since: 'c.opened_at', listing_id: 'l.id', operator_id: 'l.operator_id' },
      `from concerns c join listings l on l.id = c.listing_id
       where c.settled_at is null ${andIsWithinSightSql(sight, 'l.operator_id')}`,
    ),
  RELEASE_PAPER: (sight) =>
    source(
      'RELEASE_PAPER',
      {
        subject: 'm.id',
        keeper: 'l.keeper',
        not_by: 'm.stored_by',
        since: 'm.stored_at',
        listing_id: 'l.id',
        operator_id: 'l.operator_id',
      },
      `from sealed_papers m join listings l on l.id = m.listing_id
       where m.about = 'MASKED' and m.released_at is null and m.withdrawn_at is null ${andIsWithinSightSql(sight, 'l.operator_id')}`,
    ),
  FOLLOW_RETRACTION: (sight) =>
    source(
      'FOLLOW_RETRACTION',
      {
        subject: 'l.id',
        keeper: 'l.keeper',
        since: 'w.begun_at',
        due_on: 'w.due_on',
        listing_id: 'l.id',
        operator_id: 'l.operator_id',
      },
      `from listing_deadlines w join listings l on l.id = w.listing_id
       where w.name = 'WITHDRAWAL' and w.ended_on is null ${andIsWithinSightSql(sight, 'l.operator_id')}`,
    ),
  MOVE_MATTER: (sight) => mattersOfHub('MOVE_MATTER', false, sight),
  CLOSE_MATTER: (sight) => mattersOfHub('CLOSE_MATTER', true, sight),
  DECIDE_OBJECTION: (sight) =>
    source(
      'DECIDE_OBJECTION',
      {
        subject: 'b.id',
        not_by: 'b.opened_by',
        since: 'b.opened_at',
        due_on: 'b.due_on',
        operator_id: 'b.operator_id',
      },
      `from objections b where b.state = 'OPEN' ${andIsWithinSightSql(sight, 'b.operator_id')}`,
    ),
  AWAIT_CORRECTION: (sight) =>
    source(
      'AWAIT_CORRECTION',
      { subject: 'b.id', since: 'b.decided_at', operator_id: 'b.operator_id' },
      `from objections b where ${IS_CORRECTION_PENDING_SQL} and (:feeds::text[] is null or b.feed = any(:feeds::text[]))
       ${andIsWithinSightSql(sight, 'b.operator_id')}`,
    ),
  DECIDE_OVERRIDE: (sight) =>
    source(
      'DECIDE_OVERRIDE',
      { subject: 'v.id', not_by: 'v.asked_by', since: 'v.asked_at', operator_id: 'v.operator_id' },
      `from overrules v where v.state = 'PROPOSED' ${andIsWithinSightSql(sight, 'v.operator_id')}`,
    ),
  // A regional person sees the rejects of its own files, as in `store/intake/reject-desk`.
  CORRECT_REJECTS: () =>
    source(
      'CORRECT_REJECTS',
      {
        subject: 'f.feed',
        n: 'counted.n',
        since: `(select r.started_at ${REJECTS_OF_FEED} order by j.id limit 1)`,
        latest: `(select r.started_at ${REJECTS_OF_FEED} order by j.id desc limit 1)`,
      },
      `from ${openFeeds('rejects')} ${countUpTo(REJECTS_OF_FEED)}
       where counted.n > 0 and (:feeds::text[] is null or f.feed = any(:feeds::text[]))`,
    ),
  DECIDE_IDENTITY: () =>
    source(
      'DECIDE_IDENTITY',
      {
        subject: 'f.feed',
        n: 'counted.n',
        since: `(select r.started_at from runs r where r.id = (select min(u.first_run) ${IDENTITIES_OF_FEED}))`,
        latest: `(select r.started_at from runs r where r.id = (select max(u.first_run) ${IDENTITIES_OF_FEED}))`,
      },
      `from ${openFeeds('unmatched')} ${countUpTo(IDENTITIES_OF_FEED)}`,
    ),
  REFUSED_DELIVERIES: () =>
    source(
      'REFUSED_DELIVERIES',
      {
        subject: 'd.platform',
        n: COUNTED,
        since: 'min(d.created_at)',
        latest: 'max(coalesce(d.sent_at, d.created_at))',
      },
      `from deliveries d where d.state = 'REFUSED' group by d.platform`,
    ),
  LATE_DELIVERIES: () =>
    source(
      'LATE_DELIVERIES',
      {
        subject: 'd.platform',
        n: COUNTED,
        since: 'min(d.counted_from)::timestamptz',
        latest: 'max(d.counted_from)::timestamptz',
      },
      `from (${lateDutiesSql(ITEMS_COUNTED_MOST)}) d group by d.platform`,
    ),
  SETTLE_DISCREPANCIES: (sight) =>
    source(
      'SETTLE_DISCREPANCIES',
      { subject: 'f.platform', n: COUNTED, since: 'min(f.found_at)', latest: 'max(f.found_at)' },
      `from findings f where f.settled_at is null ${andIsSubjectWithinSightSql(sight, 'f.key::uuid')} group by f.platform`,
    ),
  DECIDE_SCORECARD: () =>
    source(
      'DECIDE_SCORECARD',
      { subject: 's.id', not_by: 's.proposed_by', since: 's.proposed_at' },
      `from scorecard_adoptions s where s.state = 'PROPOSED'`,
    ),
  DECIDE_CALENDAR: () =>
    source(
      'DECIDE_CALENDAR',
      { subject: 'k.id', not_by: 'k.proposed_by', since: 'k.proposed_at' },
      `from calendar_proposals k where k.state = 'PROPOSED'`,
    ),
  CONFIRM_SETTINGS: () => proposals('CONFIRM_SETTINGS', ['SETTINGS', 'SERVICE', 'ROBOT']),
  CONFIRM_AUTHORITY: () =>
    source(
      'CONFIRM_AUTHORITY',
      { subject: 'a.name', not_by: 'a.proposed_by', since: 'a.proposed_at' },
      `from authority_statements a where a.state = 'PROPOSED'`,
    ),
  CONFIRM_RULES: () => proposals('CONFIRM_RULES', ['RULE_ROW', 'RULES_ADDED', 'LIST_ENDED']),
  CONFIRM_RELEASE: () => proposals('CONFIRM_RELEASE', ['RESTORE_RELEASE']),
  CONFIRM_ACCOUNT: () => accounts('CONFIRM_ACCOUNT', 'people'),
  CONFIRM_CLIENT: () => accounts('CONFIRM_CLIENT', 'clients'),
}

export const selectOtherTasks = (kinds: readonly WorkKind[], sight: RegionSight): string[] =>
  kinds.flatMap((kind) => SOURCES[kind]?.(sight) ?? [])
