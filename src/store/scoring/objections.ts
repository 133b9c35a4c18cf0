/** An objection concerns a record, not one version. It counts for the operator that has the record. */
import type { ObjectionState } from '../../domain/scoring/objection.js'
import { andFitsWordsSql, type IdPage, type OperatorWords, pageByIdSql } from '../access/list-filter.js'
import { andIsWithinSightSql, type RegionSight } from '../access/sight.js'
import { type Db, queryColumn, queryCount, queryFirst, queryRows, querySet, type Tx } from '../db/db.js'

export interface Objection {
  id: number
  operatorId: number
  feed: string
  recordKey: string
  record: number | null
  rule: string
  fact: string
  statement: string
  openedBy: string
  openedAt: Date
  /** Last day for the decision; null until counted. */
  dueOn: string | null
  state: ObjectionState
  /** Upheld; its record is neither corrected nor ended nor withdrawn. */
  correctionPending: boolean
  decidedBy: string | null
  decidedAt: Date | null
  note: string | null
  referredTo: string | null
}

export const partsOf = (owner: string): string =>
  `(select ${owner} as id union all select m.id from operators m where m.merged_into = ${owner}) p`

/**
 * True when objection `b` was open, or upheld while its record stood. A version copied by a merger or rollback keeps
 * its run, so it is no correction.
 */
const contested = (
  at: string,
): string => `b.opened_at <= ${at} and (b.decided_at is null or b.decided_at > ${at} or (b.state = 'UPHELD'
  and exists (select 1 from versions c join versions d on d.record_key = c.record_key and d.feed = c.feed and d.run_id = c.run_id
    where c.record_key = b.record_key and c.feed = b.feed and d.known_from <= b.decided_at
      and c.known_from <= ${at} and c.ended_on is null and (c.known_to is null or c.known_to > ${at}))))`

export const IS_CORRECTION_PENDING_SQL = `b.state = 'UPHELD' and ${contested("'infinity'")}`

/**
 * OPEN or UPHELD (not yet corrected) where an objection concerns record `v` or the same decision from another source;
 * else null.
 */
export const objectionToRecordSql = (
  v: string,
): string => `(select max(b.state) from ${partsOf(`${v}.operator_id`)} join objections b on b.operator_id = p.id
  where (b.state = 'OPEN' or ${IS_CORRECTION_PENDING_SQL}) and ((b.record_key, b.feed) = (${v}.record_key, ${v}.feed) or exists (
    select 1 from versions s where s.record_key = b.record_key and s.feed = b.feed and s.known_to is null and s.fact = ${v}.fact)))`

const columnsOf = (
  owner: string,
): string => `b.id, ${owner} as "operatorId", b.feed, b.record_key as "recordKey", b.rule, b.fact, b.statement,
  b.opened_by as "openedBy", b.opened_at as "openedAt", b.due_on as "dueOn", b.state,
  ${IS_CORRECTION_PENDING_SQL} as "correctionPending", b.decided_by as "decidedBy", b.decided_at as "decidedAt", b.note,
  b.referred_to as "referredTo", (select v.id from versions v where v.record_key = b.record_key and v.feed = b.feed
    order by v.known_from desc, v.id desc limit 1) as record`

const COLUMNS = columnsOf('(select coalesce(w.merged_into, w.id) from operators w where w.id = b.operator_id)')

/** True when score `s` rests on a contested record. */
export const IS_CONTESTED_SQL = `exists (select 1 from ${partsOf('o.id')} join objections b on b.operator_id = p.id
  join versions v on v.record_key = b.record_key and v.feed = b.feed where ${contested("'infinity'")} and s.reasons::jsonb @> jsonb_build_array(jsonb_build_object('records', jsonb_build_array(v.id))))`

const DECISION_CONTESTED = `exists (select 1 from ${partsOf('l.operator_id')} join objections b on b.operator_id = p.id
  join versions v on v.record_key = b.record_key and v.feed = b.feed where v.id = l.decision_version and ${contested("'infinity'")})`

export const findContestedListings = (tx: Db, listings: readonly string[]): Promise<Set<string>> =>
  querySet(
    tx,
    `select l.id from listings l where l.id = any(?::uuid[]) and ${DECISION_CONTESTED} /* objections.contestedAmong */`,
    [listings],
  )

export const findEntriesWithWrongContestFlag = (tx: Tx): Promise<string[]> =>
  queryColumn(
    tx,
    `select l.id from (
       select p.listing_id from public_entries p where p.body->>'contested' = 'true'
       union select s.id from objections b join versions v on v.record_key = b.record_key and v.feed = b.feed
         join listings s on s.decision_version = v.id and s.published_on is not null
       where b.state in ('OPEN', 'UPHELD')) c
     join public_entries p on p.listing_id = c.listing_id join listings l on l.id = c.listing_id
     where (p.body->>'contested' = 'true') is distinct from ${DECISION_CONTESTED} order by l.id /* objections.misstated */`,
  )

export const open = (
  tx: Tx,
  made: Pick<Objection, 'operatorId' | 'feed' | 'recordKey' | 'rule' | 'fact' | 'statement' | 'dueOn'> & {
    by: string
    at: Date
  },
): Promise<Objection | null> =>
  queryFirst(
    tx,
    `insert into objections as b (operator_id, feed, record_key, rule, fact, statement, opened_by, opened_at, due_on)
     select :operatorId::int, :feed::text, :recordKey::text, :rule::text, :fact::text, :statement::text, :by::text, :at::timestamptz, :dueOn::date
     where not exists (select 1 from ${partsOf(':operatorId::int')} join objections e on e.operator_id = p.id and e.feed = :feed::text
       and e.record_key = :recordKey::text and e.state = 'OPEN')
     on conflict do nothing returning ${COLUMNS} /* objections.open */`,
    made,
  )

export const settle = (
  tx: Tx,
  id: number,
  made: Pick<Objection, 'state' | 'note' | 'referredTo'> & { by: string; at: Date },
): Promise<Objection | null> =>
  queryFirst(
    tx,
    `update objections b set state = :state, note = :note, referred_to = :referredTo, decided_by = :by, decided_at = :at
     where b.id = :id and b.state = 'OPEN' returning ${COLUMNS} /* objections.settle */`,
    { id, ...made },
  )

export const moveWithRecords = async (tx: Tx, { from, to }: { from: number; to: number }): Promise<void> => {
  await tx.raw(
    `with parts as (select p.id from ${partsOf(':from::int')}),
       stale as (insert into standing_stale (operators) select array_agg(id) from parts)
     update objections b set operator_id = :to where b.operator_id in (select id from parts)
       and exists (select 1 from versions v where v.feed = b.feed and v.record_key = b.record_key and v.operator_id = :to and v.known_to is null)
       and not exists (select 1 from objections e where e.operator_id = :to and e.feed = b.feed and e.record_key = b.record_key
         and e.state = 'OPEN' and b.state = 'OPEN') /* objections.moveWithRecords */`,
    { from, to },
  )
}

export const byId = (db: Db, id: number): Promise<Objection | null> =>
  queryFirst(db, `select ${COLUMNS} from objections b where b.id = ? /* objections.byId */`, [id])

export const ofOperators = (db: Db, operators: readonly number[]): Promise<Objection[]> =>
  queryRows(
    db,
    `select ${columnsOf('a.id')} from unnest(?::int[]) as a(id) cross join lateral ${partsOf('a.id')}
     join objections b on b.operator_id = p.id order by b.id desc /* objections.ofOperators */`,
    [[...operators]],
  )

export interface ObjectionFilter extends OperatorWords {
  feeds: readonly string[] | null
  state: ObjectionState
  /** Set: only those whose term ended before this day. */
  lateOn: string | null
  pending: boolean
  sight: RegionSight
}

const filtered = (filter: ObjectionFilter): string =>
  `b.state = :state and (:feeds::text[] is null or b.feed = any(:feeds::text[]))
   and (:lateOn::date is null or b.due_on < :lateOn::date)
   ${filter.pending ? `and ${IS_CORRECTION_PENDING_SQL}` : ''}
   ${andIsWithinSightSql(filter.sight, 'b.operator_id')} ${andFitsWordsSql(filter, 'b.operator_id')}`

export const list = (db: Db, filter: ObjectionFilter, page: IdPage) =>
  queryRows<Objection>(
    db,
    `select ${COLUMNS} from objections b where ${filtered(filter)} ${pageByIdSql(page, 'b.id')} /* objections.list */`,
    { ...filter, ...page },
  )

export const countOf = (db: Db, filter: ObjectionFilter, most: number | null): Promise<number> =>
  queryCount(db, `from objections b where ${filtered(filter)} /* objections.countOf */`, { ...filter }, most)

export const listOpenTerms = (db: Db, { after, first }: { after: number; first: number }) =>
  queryRows<Pick<Objection, 'id' | 'openedAt' | 'dueOn'>>(
    db,
    `select b.id, b.opened_at as "openedAt", b.due_on as "dueOn" from objections b where b.state = 'OPEN' and b.id > ?
     order by b.id limit ? /* objections.openTerms */`,
    [after, first],
  )

export const setDueDays = async (db: Db, changed: readonly { id: number; dueOn: string }[]): Promise<void> => {
  if (changed.length === 0) return
  await db.raw(
    `update objections b set due_on = c."dueOn" from jsonb_to_recordset(?::jsonb) as c(id bigint, "dueOn" date)
     where b.id = c.id and b.state = 'OPEN' /* objections.setDueDays */`,
    [JSON.stringify(changed)],
  )
}

export const findContestedVersionsAt = (db: Db, operators: readonly number[], knownAt: Date) =>
  queryRows<{ operatorId: number; versions: number[] }>(
    db,
    `with recursive parts(owner, id) as (
       select id, id from unnest(:operators::int[]) as a(id)
       union select p.owner, d.merged_id from parts p join identity_decisions d on d.operator_id = p.id and d.merged_id is not null
         and d.decided_at <= :knownAt and (d.undone_at is null or d.undone_at > :knownAt))
     select p.owner as "operatorId", (select coalesce(jsonb_agg(v.id), '[]') from versions v where v.record_key = b.record_key and v.feed = b.feed) as versions
     from parts p join objections b on b.operator_id = p.id where ${contested(':knownAt')}
     order by b.id /* objections.contestedAt */`,
    { operators, knownAt },
  )

export const findContestedVersions = (db: Db, versions: readonly number[]): Promise<Set<number>> =>
  querySet(
    db,
    `select v.id from versions v where v.id = any(?::bigint[]) and exists (select 1 from objections b
       where b.record_key = v.record_key and b.feed = v.feed and ${contested("'infinity'")}) /* objections.contestedOf */`,
    [versions],
  )

export const findRecordOfVersion = (tx: Tx, version: number) =>
  queryFirst<{ feed: string; recordKey: string; versions: number[] }>(
    tx,
    `select g.feed, g.record_key as "recordKey", (select jsonb_agg(v.id) from versions v where v.record_key = g.record_key and v.feed = g.feed) as versions
     from versions g where g.id = ? /* objections.recordOf */`,
    [version],
  )
