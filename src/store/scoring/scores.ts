/** Scores are only appended. A day's score is the last row of the latest `as_of` up to it. */
import { DISHONEST_LIST_FACT } from '../../domain/records/facts.js'
import type { ScoreCause } from '../../domain/scoring/rescoring.js'
import type { Score } from '../../domain/scoring/score.js'
import { copyIntoTable } from '../db/copy.js'
import { type Db, queryMap, queryRows, queryRowsBy, querySet, queryValue, type Tx } from '../db/db.js'
import type { PointInTime } from '../records/versions.js'
import * as gradeMarks from './grade-marks.js'
import { CARD_VERSION_IN_FORCE_SQL } from './scorecards.js'

export interface NewScore extends Score {
  operatorId: number
  asOf: string
  knownAt: Date
  scorecard: string
  scorecardHash: string
  families: string[]
  factsHash: string
  rulesHash: string
  cause: ScoreCause
  /** True for a score requested for a chosen day or scorecard. */
  asked: boolean
}

export interface StoredScore extends NewScore {
  id: number
}

export const STORED_SCORE_COLUMNS = `s.id, s.operator_id as "operatorId", s.as_of as "asOf", s.known_at as "knownAt", s.scorecard,
  s.scorecard_hash as "scorecardHash", s.facts_hash as "factsHash", s.value, s.grade, s.reasons,
  s.next_change_on as "nextChangeOn", s.cause, s.families, s.asked, s.rules_hash as "rulesHash"`

export const IS_VALID_SCORE_SQL = `s.as_of <= :asOf::date and (not s.asked or (s.as_of = :asOf::date and s.scorecard = ${CARD_VERSION_IN_FORCE_SQL}))`

/** Score `s` weighed an entry no longer public, which some viewers must not infer. */
export const HAS_WEIGHED_GONE_ENTRY_SQL = `(strpos(s.reasons::text, '"${DISHONEST_LIST_FACT}"') > 0 and exists (
  select 1 from json_array_elements(s.reasons) r, json_array_elements_text(r->'records') cited
    join versions cv on cv.id = cited::bigint join versions dv on dv.feed = cv.feed and dv.record_key = cv.record_key
    join listings l on l.decision_version = dv.id and l.published_on <= s.as_of
  where r->>'fact' = '${DISHONEST_LIST_FACT}'
    and (select e.state_after <> 'REMOVED' or e.made_on > s.as_of from listing_events e
      where e.listing_id = l.id and e.recorded_at <= s.known_at order by e.number desc limit 1)
    and not exists (select 1 from public_entries p where p.listing_id = l.id and p.shown_from <= s.as_of
      and (p.ends_on is null or p.ends_on >= :today::date))))`

export const findScoresOfGoneEntries = (db: Db, ids: readonly number[], today: string): Promise<Set<number>> =>
  querySet(
    db,
    `select s.id from scores s where s.id = any(:ids::bigint[]) and ${HAS_WEIGHED_GONE_ENTRY_SQL} /* scores.forgotten */`,
    { ids, today },
  )

export const latest = (db: Db, operators: readonly number[], when: PointInTime) =>
  queryRowsBy<StoredScore, 'operatorId'>(
    db,
    'operatorId',
    `select ${STORED_SCORE_COLUMNS} from unnest(:operators::int[]) as o(id), lateral (
       select * from scores s where s.operator_id = o.id and ${IS_VALID_SCORE_SQL} and s.recorded_at <= :knownAt
       order by s.as_of desc, s.id desc limit 1) s /* scores.latest */`,
    { ...when, operators },
  )

export const latestByCard = (db: Db, operators: readonly number[], asOf: string, card: string) =>
  queryRowsBy<StoredScore, 'operatorId'>(
    db,
    'operatorId',
    `select ${STORED_SCORE_COLUMNS} from unnest(:operators::int[]) as o(id), lateral (
       select * from scores s where s.operator_id = o.id and s.scorecard = :card and s.as_of <= :asOf::date
         and (not s.asked or s.as_of = :asOf::date) order by s.as_of desc, s.id desc limit 1) s /* scores.latestBy */`,
    { operators, asOf, card },
  )

export const makeScoreBasis = (score: Pick<NewScore, 'scorecardHash' | 'rulesHash' | 'families'>): string =>
  `${score.scorecardHash} ${score.rulesHash} ${score.families.join(',')}`

export type CurrentScore = Pick<
  StoredScore,
  'id' | 'operatorId' | 'asOf' | 'value' | 'grade' | 'nextChangeOn' | 'factsHash' | 'scorecardHash'
>

export const current = (db: Db, operators: readonly number[]): Promise<Map<number, CurrentScore>> =>
  queryRowsBy(
    db,
    'operatorId',
    `select operator_id as "operatorId", score_id as id, as_of as "asOf", value, grade, next_change_on as "nextChangeOn",
       facts_hash as "factsHash", split_part(basis, ' ', 1) as "scorecardHash" from current_scores where operator_id = any(?) /* scores.current */`,
    [operators],
  )

export const byIds = (db: Db, ids: readonly number[]): Promise<Map<number, StoredScore>> =>
  queryRowsBy(
    db,
    'id',
    `select ${STORED_SCORE_COLUMNS} from scores s where s.id = any(?::bigint[]) /* scores.byIds */`,
    [ids],
  )

export type SoundScore = Pick<NewScore, 'operatorId' | 'value' | 'scorecardHash' | 'reasons'>

export const findLastSoundScores = (tx: Tx, operators: readonly number[], asOf: string) =>
  queryRowsBy<SoundScore, 'operatorId'>(
    tx,
    'operatorId',
    `select o.id as "operatorId", s.value, s.scorecard_hash as "scorecardHash", s.reasons from unnest(:operators::int[]) as o(id), lateral (
       select s.value, s.scorecard_hash, s.reasons from scores s where s.operator_id = o.id and s.as_of <= :asOf::date and not s.asked
         and not exists (select 1 from json_array_elements(s.reasons) r, json_array_elements_text(r->'records') cited
           join versions v on v.id = cited::bigint where v.wrong_from is not null)
       order by s.as_of desc, s.id desc limit 1) s /* scores.lastSound */`,
    { operators, asOf },
  )

export const add = async (tx: Tx, rows: readonly NewScore[], { run, at }: { run: number; at: Date }): Promise<void> => {
  if (rows.length === 0) return
  const last = await queryValue<number>(
    tx,
    `select setval(s.name, nextval(s.name) + ? - 1) from (select pg_get_serial_sequence('scores', 'id') as name) s /* scores.add ids */`,
    [rows.length],
  )
  const first = last - rows.length + 1
  await copyIntoTable(tx, `scores (${SCORE_COLUMNS})`, scoreLines(rows, first, { run, at }))
  const lines = rows.map((row, place) => (row.asked ? '' : currentLine(row, first + place)))
  const regular = rows.filter(({ asked }) => !asked)
  if (regular.length === 0) return
  const gradesBefore = await queryMap<number, string>(
    tx,
    'delete from current_scores where operator_id = any(?) returning operator_id, grade /* scores.add current */',
    [regular.map(({ operatorId }) => operatorId)],
  )
  await copyIntoTable(tx, `current_scores (${CURRENT_COLUMNS})`, [lines.join('')])
  await gradeMarks.markGradeChanges(tx, regular, gradesBefore, at)
}

const SCORE_COLUMNS =
  'id, operator_id, as_of, known_at, recorded_at, scorecard, scorecard_hash, facts_hash, value, grade, reasons, next_change_on, cause, families, asked, rules_hash, run_id'
const CURRENT_COLUMNS = 'operator_id, score_id, as_of, value, grade, next_change_on, facts_hash, basis'
const LINES_AT_ONCE = 256

function* scoreLines(
  rows: readonly NewScore[],
  first: number,
  { run, at }: { run: number; at: Date },
): Iterable<string> {
  let id = first
  const recordedAt = at.toISOString()
  for (let from = 0; from < rows.length; from += LINES_AT_ONCE) {
    let lines = ''
    for (const row of rows.slice(from, from + LINES_AT_ONCE)) {
      const head = `${id}\t${row.operatorId}\t${row.asOf}\t${row.knownAt.toISOString()}\t${recordedAt}\t${row.scorecard}\t${row.scorecardHash}\t${row.factsHash}\t${row.value}\t${row.grade}`
      lines += `${head}\t${escaped(JSON.stringify(row.reasons))}\t${row.nextChangeOn ?? '\\N'}\t${row.cause}\t{${row.families.join(',')}}\t${row.asked}\t${row.rulesHash}\t${run}\n`
      id += 1
    }
    yield lines
  }
}

const currentLine = (row: NewScore, id: number): string =>
  `${row.operatorId}\t${id}\t${row.asOf}\t${row.value}\t${row.grade}\t${row.nextChangeOn ?? '\\N'}\t${row.factsHash}\t${makeScoreBasis(row)}\n`

const escaped = (json: string): string => (json.includes('\\') ? json.replaceAll('\\', '\\\\') : json)

export const findMisplacedScores = (db: Db, ids: readonly number[]) =>
  queryRows<{ id: number; operatorId: number; of: 'DAY' | 'CAUSE' }>(
    db,
    `select s.id, s.operator_id as "operatorId", case when s.as_of <> (r.started_at at time zone 'Asia/Shanghai')::date then 'DAY' else 'CAUSE' end as of
     from scores s join runs r on r.id = s.run_id
     left join lateral (select p.facts_hash, p.scorecard_hash from scores p where p.operator_id = s.operator_id and not p.asked and p.id < s.id
       order by p.id desc limit 1) p on true
     where s.id = any(:ids::bigint[]) and not s.asked and (s.as_of <> (r.started_at at time zone 'Asia/Shanghai')::date
       or s.cause <> case when p.facts_hash is null then 'FIRST' when p.scorecard_hash <> s.scorecard_hash then 'SCORECARD'
         when p.facts_hash <> s.facts_hash then 'RECORD' else 'TIME' end)
     order by s.id /* scores.misplaced */`,
    { ids },
  )

export const findStrayCurrentScores = (db: Db): Promise<{ id: number; operatorId: number }[]> =>
  queryRows(
    db,
    `select l.id, l.operator_id as "operatorId" from (
       select distinct on (operator_id) * from scores where not asked order by operator_id, id desc) l
     left join current_scores c on c.operator_id = l.operator_id
     where (c.score_id, c.as_of, c.value, c.grade, c.facts_hash, c.next_change_on, split_part(c.basis, ' ', 1))
       is distinct from (l.id, l.as_of, l.value, l.grade, l.facts_hash, l.next_change_on, l.scorecard_hash)
     union select l.id, l.operator_id from (
       select distinct on (operator_id) * from scores where not asked order by operator_id, as_of desc, id desc) l
     left join standing_rows c on c.operator_id = l.operator_id
     where (c.score_id, c.as_of, c.value, c.grade) is distinct from (l.id, l.as_of, l.value, l.grade)
     order by 1 /* scores.strayCurrent */`,
  )
