import type { TrialComparison } from '../../domain/scoring/trial.js'
import type { Db, Tx } from '../db/db.js'

export interface TrialRow {
  id: number
  scorecardHash: string
  againstHash: string
  asOf: string
  knownAt: Date
  result: TrialResult
  madeBy: string | null
  madeAt: Date
}

export interface TrialResult extends TrialComparison {
  scorecard: string
  against: string
  lastScore: number
}

const COLUMNS = `t.id, t.scorecard_hash as "scorecardHash", t.against_hash as "againstHash", t.as_of as "asOf",
  t.known_at as "knownAt", t.result, t.made_by as "madeBy", t.made_at as "madeAt"`

/** All knowledge before the instant is committed. */
export const beginning = async (db: Db): Promise<{ knownAt: Date; lastScore: number }> => {
  const answer = await db.raw(
    `select latest as "knownAt", (select coalesce(max(id), 0) from scores) as "lastScore" from knowledge /* trials.beginning */`,
  )
  return answer.rows[0]
}

export const operators = async (
  db: Db,
  { after, limit }: { after: number; limit: number },
): Promise<{ id: number; kind: string; region: string | null }[]> => {
  const answer = await db.raw(
    `select id, kind, region from operators where id > ? and known_to is null and merged_into is null
     order by id limit ? /* trials.operators */`,
    [after, limit],
  )
  return answer.rows
}

export const moreThan = async (db: Db, many: number): Promise<boolean> => {
  const answer = await db.raw(
    `select id from operators where known_to is null and merged_into is null offset ? limit 1 /* trials.moreThan */`,
    [many],
  )
  return answer.rows.length > 0
}

export const add = async (db: Db | Tx, made: Omit<TrialRow, 'id'>): Promise<TrialRow> => {
  const answer = await db.raw(
    `insert into trials (scorecard_hash, against_hash, as_of, known_at, operators, result, made_by, made_at)
     values (:scorecardHash, :againstHash, :asOf, :knownAt, :operators, :result::jsonb, :madeBy, :madeAt)
     returning id /* trials.add */`,
    { ...made, operators: made.result.operators, result: JSON.stringify(made.result) } as never,
  )
  return { id: answer.rows[0].id, ...made }
}

/** Unless a regular score was added since. */
export const fresh = async (
  db: Db,
  { scorecardHash, againstHash, today }: { scorecardHash: string; againstHash: string; today: string },
): Promise<TrialRow | null> => {
  const answer = await db.raw(
    `select ${COLUMNS} from trials t where t.scorecard_hash = :scorecardHash and t.against_hash = :againstHash
       and t.as_of = :today::date and (t.made_at at time zone 'Asia/Shanghai')::date = :today::date
       and not exists (select 1 from scores s where s.id > (t.result->>'lastScore')::bigint and not s.asked)
     order by t.id desc limit 1 /* trials.fresh */`,
    { scorecardHash, againstHash, today },
  )
  return answer.rows[0] ?? null
}

export const latestOf = async (db: Db | Tx, hashes: readonly string[]): Promise<Map<string, TrialRow>> => {
  const answer = await db.raw(
    `select t.* from unnest(?::text[]) as h(hash), lateral (
       select ${COLUMNS} from trials t where t.scorecard_hash = h.hash order by t.id desc limit 1) t /* trials.latestOf */`,
    [[...hashes]],
  )
  return new Map(answer.rows.map((row: TrialRow) => [row.scorecardHash, row]))
}

export const wasMade = async (db: Db | Tx, hash: string): Promise<boolean> => {
  const answer = await db.raw('select 1 from trials where scorecard_hash = ? limit 1 /* trials.wasMade */', [hash])
  return answer.rows.length > 0
}
