/** Scores: appended, never updated. The one that counts on a day is the latest for the latest day not after it. */

import { WITHDRAWN } from '../domain/evidence.js'
import type { Body, RecordKind } from '../domain/records.js'
import type { Reason } from '../domain/score.js'
import { IN_FORCE } from '../domain/scorecard.js'
import type { Db, Tx } from './db.js'
import { bindingsAt, oncePerFact, VERSIONS_AT, type When } from './versions.js'

export interface StoredScore {
  id: number
  operatorId: number
  asOf: string
  knownAt: Date
  scorecard: string
  scorecardHash: string
  /** Families of facts that the hub had a source for. */
  families: string[]
  factsHash: string
  value: number
  grade: 'A' | 'B' | 'C' | 'D'
  reasons: Reason[]
  nextChangeOn: string | null
  cause: 'FIRST' | 'RECORD' | 'SCORECARD' | 'TIME'
  /** Scored for a day that somebody asked for, not in the course of things. */
  asked: boolean
}

const COLUMNS = `s.id, s.operator_id as "operatorId", s.as_of as "asOf", s.known_at as "knownAt", s.scorecard,
  s.scorecard_hash as "scorecardHash", s.facts_hash as "factsHash", s.value, s.grade, s.reasons,
  s.next_change_on as "nextChangeOn", s.cause, s.families, s.asked`

/**
 * Which rows of `s` may answer for the day :asOf: those of the card asked about, in the course of things, and of what
 * somebody had scored for a day of his own only that very day. Bindings: asOf, card.
 */
export const COUNTS = `s.scorecard = :card and s.as_of <= :asOf::date and (not s.asked or s.as_of = :asOf::date)`

/** The score that counts for each operator on a day, as it was known at an instant. */
export const latest = async (
  db: Db | Tx,
  operators: readonly number[],
  when: When,
  card: string = IN_FORCE,
): Promise<Map<number, StoredScore>> => {
  const answer = await db.raw(
    `select ${COLUMNS} from unnest(:operators::int[]) as o(id), lateral (
       select * from scores s where s.operator_id = o.id and ${COUNTS} and s.known_at <= :knownAt
       order by s.as_of desc, s.id desc limit 1) s /* scores.latest */`,
    { operators, asOf: when.asOf, knownAt: when.knownAt, card },
  )
  return new Map(answer.rows.map((row: StoredScore) => [row.operatorId, row]))
}

/**
 * The grade of each operator's latest score in the course of things that rests on nothing taken back since; an operator
 * without one is not there.
 */
export const lastSound = async (
  tx: Tx,
  operators: readonly number[],
  asOf: string,
  card: string,
): Promise<Map<number, StoredScore['grade']>> => {
  const answer = await tx.raw(
    `select o.id, s.grade from unnest(:operators::int[]) as o(id), lateral (
       select s.grade from scores s where s.operator_id = o.id and s.scorecard = :card and s.as_of <= :asOf::date and not s.asked
         and not exists (select 1 from jsonb_array_elements(s.reasons) r, jsonb_array_elements_text(r->'records') cited
           join versions v on v.id = cited::bigint where v.wrong_from is not null)
       order by s.as_of desc, s.id desc limit 1) s /* scores.lastSound */`,
    { operators, asOf, card },
  )
  return new Map(answer.rows.map((row: { id: number; grade: StoredScore['grade'] }) => [row.id, row.grade]))
}

export const add = async (tx: Tx, rows: readonly Omit<StoredScore, 'id'>[], runId: number): Promise<void> => {
  if (rows.length === 0) return
  await tx.raw(
    `insert into scores (operator_id, as_of, known_at, scorecard, scorecard_hash, facts_hash, value, grade, reasons, next_change_on, cause,
       families, asked, run_id)
     select r."operatorId", r."asOf", r."knownAt", r.scorecard, r."scorecardHash", r."factsHash", r.value, r.grade, r.reasons,
       r."nextChangeOn", r.cause, r.families, r.asked, ?::bigint from jsonb_to_recordset(?::jsonb) as r("operatorId" int, "asOf" date, "knownAt" timestamptz,
       scorecard text, "scorecardHash" text, "factsHash" text, value int, grade text, reasons jsonb, "nextChangeOn" date, cause text,
       families text[], asked boolean)
     /* scores.add */`,
    [runId, JSON.stringify(rows)],
  )
}

/** Stored scores to verify, spread evenly over all when fewer than all are wanted. */
export const sample = async (
  db: Db,
  { after, limit, of }: { after: number; limit: number; of: number | null },
): Promise<StoredScore[]> => {
  const answer = await db.raw(
    `select ${COLUMNS} from scores s
     where s.id > :after and (:of::bigint is null or s.id in (
       select id from (select id, row_number() over (order by id) as nth, count(*) over () as of_all from scores) n
       where nth * :of::bigint / of_all <> (nth - 1) * :of::bigint / of_all))
     order by s.id limit :limit /* scores.sample */`,
    { after, limit, of },
  )
  return answer.rows
}

export interface EvidenceRow {
  operatorId: number
  record: number
  kind: RecordKind
  body: Body
}

const EVIDENCE = oncePerFact(
  `select * from (${VERSIONS_AT}) v where (v.valid_from is null or v.valid_from <= :asOf::date)
     and (v.kind <> 'registration' or not exists (select 1 from operators o where o.id = v.operator_id and o.uscc <> v.body->>'uscc'))`,
)

/** Every fact that speaks for or against these operators, as believed, however many sources told it; one set-based query. The registration of what was merged into another speaks of itself alone. */
export const evidence = async (db: Db | Tx, operators: readonly number[], when: When): Promise<EvidenceRow[]> => {
  const answer = await db.raw(
    `select v.operator_id as "operatorId", v.id as record, v.kind, v.body from (${EVIDENCE}) v
     order by v.operator_id, v.id /* scores.evidence */`,
    { ...bindingsAt(operators, when), withdrawn: WITHDRAWN },
  )
  return answer.rows
}

export interface OwnEntry {
  operatorId: number
  list: string
  publishedOn: string
  endsOn: string | null
  removedOn: string | null
  record: number
}

/** Entries this hub published itself, with the decision behind each. */
export const ownEntries = async (db: Db | Tx, operators: readonly number[], when: When): Promise<OwnEntry[]> => {
  const answer = await db.raw(
    `select l.operator_id as "operatorId", l.list, l.published_on as "publishedOn", l.ends_on as "endsOn",
       case when exists (select 1 from listing_events e where e.listing_id = l.id and e.state_after = 'REMOVED' and e.recorded_at <= :knownAt)
         then l.removed_on end as "removedOn", l.decision_version as record
     from listings l where l.operator_id = any(:operators) and l.published_on <= :asOf::date and l.decision_version is not null
       and exists (select 1 from listing_events e where e.listing_id = l.id and e.state_after = 'PUBLISHED' and e.recorded_at <= :knownAt)
     order by l.operator_id, l.id /* scores.ownEntries */`,
    { operators, asOf: when.asOf, knownAt: when.knownAt },
  )
  return answer.rows
}
