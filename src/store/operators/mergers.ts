import type { MergerParty } from '../../domain/operators/merger.js'
import { RECORD_KIND_TRAITS, RECORD_KINDS } from '../../domain/records/records.js'
import { type Db, queryColumn, queryFirst, queryRows, queryValue, type Tx } from '../db/db.js'

const STATE_KINDS = RECORD_KINDS.filter((kind) => RECORD_KIND_TRAITS[kind].changes === 'state')
const DEPTH_MOST = 100
/** End times of a record's moved versions, 1 µs apart, must fit in one millisecond. */
const STATES_MOST = 900

/** The operator that itself bears the code, even if merged. */
export const partyOfBearer = (
  tx: Tx,
  { scheme, code }: { scheme: string; code: string },
): Promise<MergerParty | null> =>
  queryFirst(
    tx,
    `select o.id, o.uscc, o.shop, o.kind, o.name, o.merged_into as "mergedInto" from operators o
     where o.known_to is null and o.id = (select min(c.own_id) from codes c where c.scheme = ? and c.code = ? and c.known_to is null)
     for update /* mergers.own */`,
    [scheme, code],
  )

export const partyById = (db: Db | Tx, id: number): Promise<MergerParty | null> =>
  queryFirst(
    db,
    `select o.id, o.uscc, o.shop, o.kind, o.name, o.merged_into as "mergedInto" from operators o where o.id = ? /* mergers.byId */`,
    [id],
  )

export const joinOperators = async (tx: Tx, from: number, into: number): Promise<void> => {
  await tx.raw(
    `with gone as (update operators set merged_into = :into where id = :from or merged_into = :from returning id)
     delete from dirty_operators d using gone g where d.operator_id = g.id /* mergers.join */`,
    { from, into },
  )
}

/** Operators merged into `from` stay with it. */
export const undoMergerOf = (tx: Tx, from: number): Promise<number[]> =>
  queryColumn(
    tx,
    `with recursive parts(id) as (
       select :from::int
       union select d.merged_id from identity_decisions d join parts p on p.id = d.operator_id
         where d.verdict = 'MERGE' and d.undone_at is null)
     update operators o set merged_into = nullif(:from::int, o.id) from parts p where o.id = p.id returning o.id /* mergers.part */`,
    { from },
  )

export const effectiveDecisionsOf = (tx: Tx, operators: readonly number[]): Promise<number[]> =>
  queryColumn(
    tx,
    `select id from identity_decisions where undone_at is null
       and ((verdict = 'MERGE' and merged_id = any(:ids)) or (verdict = 'ATTACH' and operator_id = any(:ids))) /* mergers.decisionsOf */`,
    { ids: [...operators] },
  )

export interface MoveRecordsInput {
  owner: number
  to: number
  decision: number
  /** Decisions whose records move back. Null moves all. */
  by: readonly number[] | null
  at: Date
}

/** Moves current versions, and earlier ones of days which no later version covers. */
export const moveRecords = async (tx: Tx, { owner, to, decision, by, at }: MoveRecordsInput): Promise<number> => {
  const bindings = {
    owner,
    to,
    decision,
    by: by && [...by],
    at,
    states: STATE_KINDS,
    most: STATES_MOST,
    back: by !== null,
  } as never
  const theirs =
    'v.operator_id = :owner and v.wrong_from is null and (:by::bigint[] is null or v.decision_id = any(:by::bigint[]))'
  await tx.raw('drop table if exists pg_temp.moving /* mergers.moveRecords */')
  await tx.raw(
    `create temporary table moving on commit drop as
     with records as (select v.record_key, v.feed from versions v where ${theirs} and v.known_to is null)
     select * from (
       select v.*, row_number() over later as nth, min(coalesce(v.valid_from, '-infinity')) over (later rows between unbounded preceding
         and 1 preceding) as covered_from
       from records r join versions v on v.record_key = r.record_key and v.feed = r.feed
       where ${theirs} and (v.known_to is null or (v.closed_as = 'CHANGED' and v.kind = any(:states)))
       window later as (partition by v.record_key, v.feed order by v.known_from desc, v.id desc)) v
     where known_to is null or (covered_from > coalesce(valid_from, '-infinity') and nth <= :most) /* mergers.moveRecords */`,
    bindings,
  )
  await tx.raw(
    `update versions v set known_to = coalesce(v.known_to, :at),
       closed_as = coalesce(v.closed_as, case when :back then 'WRONG' else 'CHANGED' end),
       wrong_from = case when :back then :at::timestamptz end
     where ${theirs} and (:back or v.known_to is null) /* mergers.moveRecords close */`,
    bindings,
  )
  await tx.raw(
    `insert into versions (feed, kind, record_key, operator_id, found_by, decision_id, fact, digest, body, findings, valid_from, valid_to,
       ended_on, known_from, known_to, closed_as, closed_by, run_id, opened_by, page, row_number, partial, held_by)
     select feed, kind, record_key, :to::int, found_by,
       case when :back then nullif(decision_id, :decision::bigint) else coalesce(decision_id, :decision::bigint) end, fact, digest, body,
       findings, valid_from, valid_to, ended_on, :at::timestamptz, 
       case when known_to is not null then :at::timestamptz + nth * interval '1 microsecond' end, closed_as,
       closed_by, run_id, opened_by, page, row_number, partial, held_by
     from moving order by known_from, id /* mergers.moveRecords open */`,
    bindings,
  )
  const moved = await tx.raw('select count(*)::int as n from moving where known_to is null /* mergers.moveRecords */')
  return moved.rows[0].n
}

export const listsOpenForBoth = (tx: Tx, one: number, other: number): Promise<string[]> =>
  queryColumn(
    tx,
    `select list from listings where operator_id in (?, ?) and state not in ('REMOVED', 'NOT_LISTED')
     group by list having count(*) > 1 order by list /* mergers.bothOpen */`,
    [one, other],
  )

export const moveListings = (
  tx: Tx,
  { from, to, only }: { from: number; to: number; only: readonly string[] | null },
): Promise<string[]> =>
  queryColumn(
    tx,
    `update listings set operator_id = :to, facts = jsonb_set(facts, '{operator}', to_jsonb(:to::int))
     where operator_id = :from and (:only::uuid[] is null or id = any(:only::uuid[])) returning id /* mergers.moveListings */`,
    { from, to, only: only && [...only] },
  )

export const survivorAt = (db: Db, operator: number, knownAt: Date): Promise<number> =>
  queryValue(
    db,
    `with recursive path(id, depth) as (
       select :operator::int, 0
       union all select d.operator_id, p.depth + 1 from path p join identity_decisions d on d.merged_id = p.id
         and d.decided_at <= :knownAt and (d.undone_at is null or d.undone_at > :knownAt) where p.depth < :most)
     select id from path order by depth desc limit 1 /* mergers.ownerAt */`,
    { operator, knownAt, most: DEPTH_MOST },
  )

export const idOfBearer = (
  db: Db,
  { scheme, code }: { scheme: string; code: string },
  knownAt: Date | null = null,
): Promise<number | null> =>
  queryValue(
    db,
    `select min(c.own_id) as id from codes c where c.scheme = ? and c.code = ? and (c.known_to is null or c.known_to > ?::timestamptz)
     /* mergers.ownId */`,
    [scheme, code, knownAt],
  )

export const mergedInto = (db: Db, operators: readonly number[]): Promise<{ operatorId: number; id: number }[]> =>
  queryRows(
    db,
    `select merged_into as "operatorId", id from operators where merged_into = any(?) order by merged_into, id /* mergers.partsOf */`,
    [[...operators]],
  )
