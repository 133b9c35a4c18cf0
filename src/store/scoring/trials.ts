import type { TrialComparison, TriedOperator } from '../../domain/scoring/trial.js'
import { type Db, hasRows, queryFirst, queryOne, queryRows, queryRowsBy, queryValue } from '../db/db.js'

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

interface TrialResult extends TrialComparison {
  scorecard: string
  against: string
  lastScore: number
}

const COLUMNS = `t.id, t.scorecard_hash as "scorecardHash", t.against_hash as "againstHash", t.as_of as "asOf",
  t.known_at as "knownAt", t.result, t.made_by as "madeBy", t.made_at as "madeAt"`

/** Every change up to `knownAt` is committed. */
export const findTrialStart = (db: Db): Promise<{ knownAt: Date; lastScore: number }> =>
  queryOne(
    db,
    `select latest as "knownAt", (select coalesce(max(id), 0) from scores) as "lastScore" from knowledge /* trials.beginning */`,
  )

export const listOperatorsToTry = (db: Db, { after, limit }: { after: number; limit: number }) =>
  queryRows<TriedOperator>(
    db,
    `select id, kind, region from operators where id > ? and known_to is null and merged_into is null
     order by id limit ? /* trials.operators */`,
    [after, limit],
  )

export const hasMoreOperatorsThan = (db: Db, many: number): Promise<boolean> =>
  hasRows(
    db,
    `select id from operators where known_to is null and merged_into is null offset ? limit 1 /* trials.moreThan */`,
    [many],
  )

export const add = async (db: Db, made: Omit<TrialRow, 'id'>): Promise<TrialRow> => ({
  id: await queryValue<number>(
    db,
    `insert into trials (scorecard_hash, against_hash, as_of, known_at, operators, result, made_by, made_at)
     values (:scorecardHash, :againstHash, :asOf, :knownAt, :operators, :result::jsonb, :madeBy, :madeAt)
     returning id /* trials.add */`,
    { ...made, operators: made.result.operators, result: JSON.stringify(made.result) },
  ),
  ...made,
})

export const findTrialOfToday = (
  db: Db,
  { scorecardHash, againstHash, today }: { scorecardHash: string; againstHash: string; today: string },
): Promise<TrialRow | null> =>
  queryFirst(
    db,
    `select ${COLUMNS} from trials t where t.scorecard_hash = :scorecardHash and t.against_hash = :againstHash
       and t.as_of = :today::date and (t.made_at at time zone 'Asia/Shanghai')::date = :today::date
       and not exists (select 1 from scores s where s.id > (t.result->>'lastScore')::bigint and not s.asked)
     order by t.id desc limit 1 /* trials.fresh */`,
    { scorecardHash, againstHash, today },
  )

export const latestOf = (db: Db, hashes: readonly string[]): Promise<Map<string, TrialRow>> =>
  queryRowsBy(
    db,
    'scorecardHash',
    `select t.* from unnest(?::text[]) as h(hash), lateral (
       select ${COLUMNS} from trials t where t.scorecard_hash = h.hash order by t.id desc limit 1) t /* trials.latestOf */`,
    [hashes],
  )

export const wasTried = (db: Db, hash: string): Promise<boolean> =>
  hasRows(db, 'select 1 from trials where scorecard_hash = ? limit 1 /* trials.wasMade */', [hash])
