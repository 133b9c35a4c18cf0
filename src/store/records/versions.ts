import {
  RECORD_KIND_TRAITS,
  RECORD_KINDS,
  type RecordBody,
  type RecordKind,
  type Remark,
} from '../../domain/records/records.js'
import { WITHDRAWN_RECORD_STATUS } from '../../domain/scoring/evidence.js'
import { withIndexesDropped } from '../db/bulk-load.js'
import { type Db, queryFirst, queryMap, queryRows, queryRowsBy, queryValue, type Tx } from '../db/db.js'

/** A merge of so many versions, and this share of the table, refreshes the statistics. */
const ANALYZE_FROM_VERSIONS = 5_000
const ANALYZE_FROM_SHARE = 0.1
/** Rows of the table for each row written, up to which rebuilding indexes is cheaper. */
const BULK_LOAD_SHARE = 2

/** Many of these remarks reveal a column shifted by one row. */
const NAMED_OTHER: Remark = {
  field: 'name',
  rule: 'name.other',
  message:
    '代码与名称指向不同主体，按代码归入。The code is of one operator and the name of another; it was attached by the code.',
}

export const isRegistrationByNumberSql = (
  v: string,
  uscc: string,
): string => `(${v}.found_by like 'reg_no:%' and ${v}.body->>'uscc' is null
  and exists (select 1 from codes c join operators own on own.id = c.own_id
    where c.scheme = 'reg_no' and c.code = substr(${v}.found_by, 8) and c.known_to is null and own.uscc = ${uscc}))`

export const mergePlan = async (
  tx: Tx,
  run: { id: number; feed: string; whole: boolean; partial: boolean; now: Date; made: number; writes: number },
): Promise<number> => {
  const { feed, now, partial, made, writes } = run
  const bindings = { run: run.id, feed, now, partial, namedOther: JSON.stringify([NAMED_OTHER]) }
  const execute = async (sql: string): Promise<number> => (await tx.raw(sql, bindings)).rowCount ?? 0
  const bulk = { rows: writes, most: writes * BULK_LOAD_SHARE }
  const { gone, opened } = await withIndexesDropped(tx, 'versions', bulk, () => writePlan(execute))
  if (opened >= ANALYZE_FROM_VERSIONS) {
    const before = await queryValue<number>(
      tx,
      `select reltuples from pg_class where oid = 'versions'::regclass /* versions.merge */`,
    )
    if (opened > before * ANALYZE_FROM_SHARE)
      await tx.raw(`analyze versions${made > 0 ? ', operators' : ''} /* versions.merge analyze */`)
  }
  if (!run.whole) return gone
  await execute(
    `update versions v set partial = false, held_by = :run from plan p
     where p.effect = 'UNCHANGED' and v.id = p.version_id and v.known_to is null and v.partial /* versions.merge held by the whole */`,
  )
  return gone
}

const writePlan = async (execute: (sql: string) => Promise<number>): Promise<{ gone: number; opened: number }> => {
  await execute(
    `update versions v set known_to = :now, closed_as = 'CHANGED', closed_by = :run from plan p
     where p.effect = 'CHANGED' and v.id = p.version_id and v.known_to is null /* versions.merge close */`,
  )
  await execute(
    `update versions v set known_to = :now, closed_as = 'CHANGED', closed_by = :run from plan p join staged_drafts s using (item, part)
     where s.kind = 'registration' and s.uscc is not null and p.effect in ('NEW', 'CHANGED') and v.feed = :feed and v.kind = 'registration'
       and v.known_to is null and v.operator_id = p.operator_id and v.record_key <> s.record_key and ${isRegistrationByNumberSql('v', 's.uscc')}
     /* versions.merge one registration */`,
  )
  // The code no longer leads to the operator.
  await execute(
    `update versions v set known_to = :now, closed_as = 'WRONG', closed_by = :run, wrong_from = :now from plan p
     where p.effect = 'UNMATCHED' and v.id = p.version_id and v.known_to is null and v.found_by is not null /* versions.merge astray */`,
  )
  const gone = await execute(
    `update versions v set known_to = :now, closed_as = 'CHANGED', closed_by = :run from plan p
     where v.id = p.version_id and v.known_to is null and (p.effect = 'UNMATCHED' or (p.effect = 'UNCHANGED' and p.decision_id is not null
       and exists (select 1 from identity_decisions d where d.id = p.decision_id and d.verdict = 'NOT_OURS')))
     /* versions.merge let go */`,
  )
  const opened = await execute(
    `insert into versions (feed, kind, record_key, operator_id, found_by, decision_id, fact, digest, body, findings, valid_from,
       valid_to, known_from, run_id, page, row_number, partial, held_by)
     select :feed::text, s.kind, p.record_key, p.operator_id, p.found_by, p.decision_id, s.fact, s.digest, s.body, case when p.named_other then s.findings || :namedOther::jsonb else s.findings end,
       s.valid_from, s.valid_to, :now::timestamptz, :run::bigint, s.page, s.row_number, :partial::boolean and coalesce(p.was_partial, true),
       case when :partial::boolean and not p.was_partial then (select w.held_by from versions w where w.id = p.version_id) end
     from staged_drafts s join plan p using (item, part)
     where p.effect in ('NEW', 'CHANGED') /* versions.merge */`,
  )
  return { gone, opened }
}

/** Leaves out records that only partial files contributed. */
export const countInForce = (db: Db, feed: string): Promise<number> =>
  queryValue(
    db,
    `select count(*)::int as n from versions where feed = ? and known_to is null and ended_on is null and not partial /* versions.standing */`,
    [feed],
  )

export interface PointInTime {
  asOf: string
  knownAt: Date
}

const STATE_KINDS = RECORD_KINDS.filter((kind) => RECORD_KIND_TRAITS[kind].changes === 'state')

const known = (v: string): string =>
  `${v}.known_from <= :knownAt and (${v}.wrong_from is null or ${v}.wrong_from > :knownAt)`

/** SQL: an event counts as begun whatever its day. */
const begun = (v: string): string =>
  `(${v}.valid_from is null or ${v}.valid_from <= :asOf::date or ${v}.kind <> all(:states))`

const open = (v: string): string => `(${v}.known_to is null or ${v}.known_to > :knownAt)`

const earlier = (v: string): string => `${v}.closed_as <> 'WRONG' and ${v}.kind = any(:states)`

const NOT_ENDED = '(c.ended_on is null or c.ended_on > :asOf::date)'

const NEWEST_BEGUN = `${earlier('c')}
  and exists (select 1 from versions n where n.record_key = c.record_key and n.feed = c.feed and n.known_from <= :knownAt and ${open('n')})
  and not exists (select 1 from versions m where m.record_key = c.record_key and m.feed = c.feed
    and (m.known_from, m.id) > (c.known_from, c.id) and ${known('m')} and ${begun('m')} and (${open('m')} or (${earlier('m')})))`

/**
 * For each record, the version that counts: of an event, the one known at :knownAt; of a state, the newest known
 * one begun by :asOf. An older state counts for its own days while the record is open.
 */
const VERSIONS_AT = `
  select c.* from versions c
  where c.operator_id = any(:operators) and ${known('c')} and ${begun('c')} and ${NOT_ENDED} and (${open('c')} or (${NEWEST_BEGUN}))
`

/** VERSIONS_AT plus known states that begin later; `coming` is their first day. */
export const SELECT_VERSIONS_AND_COMING_SQL = `
  select c.*, case when not ${begun('c')} then c.valid_from end as coming from versions c
  where c.operator_id = any(:operators) and ${known('c')} and (${open('c')} or (${begun('c')} and ${NEWEST_BEGUN}))
    and (not ${begun('c')} or ${NOT_ENDED})
`

export const makeBindingsAt = (operators: readonly number[], { asOf, knownAt }: PointInTime) => {
  return { operators, asOf, knownAt, states: STATE_KINDS, withdrawn: WITHDRAWN_RECORD_STATUS }
}

export interface RecordVersion {
  id: number
  feed: string
  kind: RecordKind
  key: string
  operatorId: number | null
  body: RecordBody
  remarks: Remark[]
  validFrom: string | null
  validTo: string | null
  knownFrom: Date
  run: number
  file: string | null
  page: number | null
  row: number
  fact: string | null
  wrongFrom: Date | null
  stands: boolean
}

const VERSION_COLUMNS = `v.id, v.feed, v.kind, v.record_key as key, v.operator_id as "operatorId", v.body, v.findings as remarks,
  v.valid_from as "validFrom", v.valid_to as "validTo", v.known_from as "knownFrom", v.run_id as run, r.file, v.page,
  v.row_number as row, v.fact, v.wrong_from as "wrongFrom", (v.known_to is null and v.ended_on is null) as stands`

export const SELECT_VERSIONS_SQL = `select ${VERSION_COLUMNS} from versions v join runs r on r.id = v.run_id`

const COPIED_COLUMNS =
  `feed kind record_key operator_id found_by decision_id fact digest body findings valid_from valid_to ended_on
  known_from run_id opened_by page row_number partial held_by`.split(/\s+/)

/** `changed` holds the SQL of columns with another value. */
export const insertCopiesSql = (from: string, changed: Record<string, string>): string =>
  `insert into versions (${COPIED_COLUMNS.join(', ')})
   select ${COPIED_COLUMNS.map((column) => changed[column] ?? `v.${column}`).join(', ')} from ${from}`

export interface RecordSight {
  kinds: readonly RecordKind[]
  removed: boolean
}

const SEEN = `v.kind = any(:kinds) and (v.valid_from is null or v.valid_from <= :asOf::date)
  and (:removed or exists (select 1 from versions c where c.feed = v.feed and c.record_key = v.record_key
    and c.known_to is null and c.ended_on is null))`

/**
 * One record per fact: the earliest source of an event, the latest of a state. A withdrawn record wins, in the
 * operator's favour.
 */
const selectOncePerFactSql = (rows: string): string =>
  `select distinct on (v.operator_id, v.kind, v.fact, case when v.fact is null then v.id end) v.* from (${rows}) v
   order by v.operator_id, v.kind, v.fact, case when v.fact is null then v.id end,
     (v.body->>'status' is not distinct from :withdrawn or (v.kind = 'list_entry' and v.body->>'removed_on' is not null)) desc, case when v.kind = any(:states) then -v.run_id else v.run_id end,
     case when v.kind = any(:states) then -v.id else v.id end`

const SEEN_ONCE = selectOncePerFactSql(`select * from (${VERSIONS_AT}) v where ${SEEN}`)

export const ofOperators = (
  db: Db,
  operatorIds: readonly number[],
  when: PointInTime,
  sight: RecordSight & { first: number; after: number | null },
): Promise<RecordVersion[]> =>
  queryRows(
    db,
    `select ${VERSION_COLUMNS} from (
       select v.*, row_number() over (partition by v.operator_id order by v.id desc) as place from (${SEEN_ONCE}) v
       where :after::bigint is null or v.id < :after::bigint) v
     join runs r on r.id = v.run_id where v.place <= :first order by v.id desc /* versions.ofOperators */`,
    { ...makeBindingsAt(operatorIds, when), ...sight },
  )

const SEEN_ON_ITS_DAY = SEEN_ONCE.replaceAll(':operators', 'array[a.operator]').replaceAll(':asOf', 'a.day')

export const findVersionsOnDays = async (
  db: Db,
  queries: readonly { operator: number; day: string }[],
  { knownAt, ...sight }: RecordSight & { knownAt: Date; first: number },
): Promise<RecordVersion[][]> => {
  const rows = await queryRows<RecordVersion & { place: number }>(
    db,
    `select a.place, v.* from jsonb_to_recordset(:queries::jsonb) as a(place int, operator int, day date)
     cross join lateral (
       select ${VERSION_COLUMNS} from (${SEEN_ON_ITS_DAY}) v join runs r on r.id = v.run_id order by v.id desc limit :first) v
     order by a.place, v.id desc /* versions.onDays */`,
    {
      queries: JSON.stringify(queries.map((one, place) => ({ place, ...one }))),
      ...{ ...sight, knownAt, states: STATE_KINDS, withdrawn: WITHDRAWN_RECORD_STATUS },
    },
  )
  const lists: RecordVersion[][] = queries.map(() => [])
  for (const { place, ...version } of rows) lists[place]?.push(version)
  return lists
}

export const countByOperator = (db: Db, operatorIds: readonly number[], when: PointInTime, sight: RecordSight) =>
  queryMap<number, number>(
    db,
    `select v.operator_id, count(*)::int from (${SEEN_ONCE}) v group by v.operator_id /* versions.countOfOperators */`,
    { ...makeBindingsAt(operatorIds, when), ...sight },
  )

export const findVersionsWithFact = (db: Db, operatorIds: readonly number[], when: PointInTime, sight: RecordSight) =>
  queryRows<RecordVersion>(
    db,
    `select ${VERSION_COLUMNS} from (${VERSIONS_AT}) v join runs r on r.id = v.run_id where v.fact is not null and ${SEEN}
     order by v.run_id, v.id /* versions.sourcesOf */`,
    { ...makeBindingsAt(operatorIds, when), ...sight },
  )

export const byId = async (db: Db, id: number): Promise<RecordVersion | null> => (await byIds(db, [id])).get(id) ?? null

export const byIds = (db: Db, ids: readonly number[]): Promise<Map<number, RecordVersion>> =>
  queryRowsBy(db, 'id', `${SELECT_VERSIONS_SQL} where v.id = any(?::bigint[]) /* versions.byIds */`, [ids])

export const findCurrentVersion = (db: Db, feed: string, key: string): Promise<RecordVersion | null> =>
  queryFirst(
    db,
    `${SELECT_VERSIONS_SQL} where v.feed = ? and v.record_key = ? and v.known_to is null /* versions.current */`,
    [feed, key],
  )

export const findSourcesOfGround = (
  db: Db,
  { feed, key, kind, fact }: Pick<RecordVersion, 'feed' | 'key' | 'kind' | 'fact'>,
  operatorId: number,
): Promise<RecordVersion[]> =>
  queryRows(
    db,
    `${SELECT_VERSIONS_SQL} where v.known_to is null
       and ((v.feed = :feed and v.record_key = :key)
         or (:fact::text is not null and v.operator_id = :operatorId and v.kind = :kind and v.fact = :fact::text))
     order by v.run_id, v.id /* versions.sourcesOfGround */`,
    { feed, key, kind, fact, operatorId },
  )

/** Conversion to an enterprise clears an individual business's abnormal-list entry. */
const CLEARED = `v.body->>'list' = 'abnormal' and exists (select 1 from identity_decisions d where d.id = v.decision_id
  and d.verdict = 'MERGE' and d.evidence->>'cause' = 'CONVERTED')`

const MIRRORED = selectOncePerFactSql(
  `select * from (${VERSIONS_AT}) v where v.kind = 'list_entry' and (v.decision_id is null or not (${CLEARED}))`,
)

export const findMirroredEntries = (
  db: Db,
  operatorIds: readonly number[],
  when: PointInTime,
): Promise<RecordVersion[]> =>
  queryRows(
    db,
    `select ${VERSION_COLUMNS} from (${MIRRORED}) v join runs r on r.id = v.run_id order by v.operator_id, v.id desc
     /* versions.mirrored */`,
    makeBindingsAt(operatorIds, when),
  )
