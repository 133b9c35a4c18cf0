/** Score: facts of the operators that need it → points, reasons, grade → a row added where something moved; leads opened. */
import { dateIn } from '../domain/dates.js'
import type { FactFamily, Facts } from '../domain/facts.js'
import { crossesLine } from '../domain/score.js'
import { type Grade, IN_FORCE, type Scorecard } from '../domain/scorecard.js'
import { Refusal } from '../errors.js'
import * as concerns from '../store/concerns.js'
import type { Db, Tx } from '../store/db.js'
import * as dirty from '../store/dirty.js'
import * as knowledge from '../store/knowledge.js'
import * as leads from '../store/leads.js'
import * as operators from '../store/operators.js'
import * as scores from '../store/scores.js'
import type { When } from '../store/versions.js'
import { factsOf, LIST_FACT, loadScorecard, scoreOne } from './facts.js'
import { openLead } from './listing.js'
import type { Rules } from './rules.js'
import { alone, type Occasioned, type Running } from './run.js'
import { WITHOUT_GROUND } from './takeback.js'

/** Operators scored in one transaction. */
const CHUNK_OPERATORS = 500

export interface Scored {
  scored: number
  stored: number
  unchanged: number
  ms: number
}

export interface ScoreOptions extends Occasioned {
  all?: boolean
  asOf?: string
  scorecard?: string
  dryRun?: boolean
  rules: Rules
  /** Families of facts that the hub has a feed for: what no source tells is missing, not zero. */
  families: readonly FactFamily[]
  progress?: (operators: number) => void
}

/** Null: another process has this occurrence of the timetable. */
export const score = async (db: Db, options: ScoreOptions): Promise<Scored | null> => {
  const card = loadScorecard(options.scorecard ?? IN_FORCE)
  if (options.asOf !== undefined && options.asOf > dateIn(options.now()) && !options.dryRun) {
    throw new Refusal('SCORE_OF_FUTURE', { asOf: options.asOf })
  }
  return alone(db, { ...options, job: 'score' }, async (run) => {
    const counts = await scoreAll(db, run, card, options)
    return { ...counts, ms: run.elapsed() }
  })
}

const scoreAll = async (db: Db, run: Running, card: Scorecard, options: ScoreOptions): Promise<Omit<Scored, 'ms'>> => {
  const asOf = options.asOf ?? dateIn(run.startedAt)
  const counts = { scored: 0, stored: 0, unchanged: 0 }
  const step = { all: options.all === true, asOf, limit: CHUNK_OPERATORS }
  for (let after = 0; ; ) {
    const chunk = await operators.toScore(db, { ...step, after })
    const last = chunk.at(-1)
    if (last === undefined) return counts
    after = last.id
    const stored = await db.transaction(async (tx) => {
      const knownAt = await knowledge.tick(tx, options.now())
      return scoreChunk(tx, run.id, card, { asOf, knownAt }, chunk, options)
    })
    counts.scored += chunk.length
    counts.stored += stored
    counts.unchanged += chunk.length - stored
    Object.assign(run.counts, counts)
    options.progress?.(counts.scored)
  }
}

type Chunk = { id: number; kind: string }[]

const scoreChunk = async (
  tx: Tx,
  run: number,
  card: Scorecard,
  when: When,
  chunk: Chunk,
  options: ScoreOptions,
): Promise<number> => {
  const ids = chunk.map((operator) => operator.id)
  const known = [...options.families].sort()
  const facts = await factsOf(tx, chunk, when, { lists: options.rules.lists, known })
  const before = await scores.latest(tx, ids, when, card.version)
  const rows: Omit<scores.StoredScore, 'id'>[] = []
  for (const { id } of chunk) {
    const row = scoreOne(id, facts.get(id) as Facts, card, when, before.get(id))
    if (row !== null) rows.push({ ...row, asked: options.asOf !== undefined })
  }
  if (options.dryRun) return rows.length
  // A score of another day or by another card says nothing of today: it opens no lead and leaves the operator as dirty as it was.
  const inCourse = options.asOf === undefined && card.version === IN_FORCE
  const stood = inCourse ? await gradesBefore(tx, rows, before, when) : new Map<number, Grade | null>()
  await scores.add(tx, rows, run)
  if (!inCourse) return rows.length
  await dirty.scored(tx, ids, when.knownAt)
  const dropped = await dropUnfounded(tx, chunk, rows, when)
  for (const row of rows) {
    // Whoever stands on a list already needs no lead to get there.
    const standsOnList = row.reasons.some((reason) => reason.fact === LIST_FACT && reason.count > 0)
    const stoodAt = dropped.has(row.operatorId) ? null : (stood.get(row.operatorId) ?? null)
    if (!standsOnList && crossesLine(stoodAt, row.grade)) {
      await openLead(tx, options.rules, {
        operatorId: row.operatorId,
        value: row.value,
        on: when.asOf,
        now: when.knownAt,
      })
    }
  }
  return rows.length
}

type Row = Omit<scores.StoredScore, 'id'>

/** Where each stood before this score: a score of a day that somebody asked for, or one that rests on what was taken back, never stood. */
const gradesBefore = async (
  tx: Tx,
  rows: readonly Row[],
  before: ReadonlyMap<number, scores.StoredScore>,
  when: When,
): Promise<Map<number, Grade | null>> => {
  const stood = new Map<number, Grade | null>()
  for (const { operatorId } of rows) {
    const earlier = before.get(operatorId)
    stood.set(operatorId, earlier?.asked === false ? earlier.grade : null)
  }
  const still = rows
    .filter((row) => row.grade === 'D' && stood.get(row.operatorId) === 'D')
    .map((row) => row.operatorId)
  if (still.length === 0) return stood
  const sound = await scores.lastSound(tx, still, when.asOf, IN_FORCE)
  for (const id of still) stood.set(id, sound.get(id) ?? null)
  return stood
}

/** Leads put in question by a take-back: without a new score they stand; with one they are dropped, to be opened anew if it says so. */
const dropUnfounded = async (tx: Tx, chunk: Chunk, rows: readonly Row[], when: When): Promise<Set<number>> => {
  const questioned = await leads.questioned(
    tx,
    chunk.map(({ id }) => id),
  )
  if (questioned.length === 0) return new Set()
  const moved = new Set(rows.map((row) => row.operatorId))
  const unfounded = questioned.filter(({ operatorId }) => moved.has(operatorId))
  await leads.drop(
    tx,
    unfounded.map(({ id }) => id),
    { on: when.asOf, reason: WITHOUT_GROUND, at: when.knownAt },
  )
  const settled = { by: 'score', note: '已重新评分。Scored anew.', now: when.knownAt }
  await concerns.settleOf(
    tx,
    questioned.map(({ id }) => id),
    settled,
  )
  return new Set(unfounded.map(({ operatorId }) => operatorId))
}
