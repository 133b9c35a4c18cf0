/** Score: facts of the operators that need it → points, reasons, grade → a row added where something moved; leads opened. */
import { dateIn } from '../domain/dates.js'
import { FAMILY_OF } from '../domain/evidence.js'
import type { FactFamily, Facts } from '../domain/facts.js'
import type { RecordKind } from '../domain/records.js'
import { crossesLine } from '../domain/score.js'
import { IN_FORCE, type Scorecard } from '../domain/scorecard.js'
import { Refusal } from '../errors.js'
import type { Db, Tx } from '../store/db.js'
import * as knowledge from '../store/knowledge.js'
import * as operators from '../store/operators.js'
import * as scores from '../store/scores.js'
import type { When } from '../store/versions.js'
import { factsOf, LIST_FACT, loadScorecard, scoreOne } from './facts.js'
import { openLead } from './listing.js'
import type { Rules } from './rules.js'
import { alone, type Occasioned, type Running } from './run.js'

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
  /** Kinds of record that the hub has a feed for: what no source tells is missing, not zero. */
  kinds: readonly RecordKind[]
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

type Chunk = { id: number; dirtySince: Date | null; kind: string }[]

const scoreChunk = async (
  tx: Tx,
  run: number,
  card: Scorecard,
  when: When,
  chunk: Chunk,
  options: ScoreOptions,
): Promise<number> => {
  const ids = chunk.map((operator) => operator.id)
  const known = [...new Set<FactFamily>(options.kinds.flatMap((kind) => FAMILY_OF[kind] ?? []))].sort()
  const facts = await factsOf(tx, chunk, when, { lists: options.rules.lists, known })
  const before = await scores.latest(tx, ids, when, card.version)
  const rows: Omit<scores.StoredScore, 'id'>[] = []
  for (const { id } of chunk) {
    const row = scoreOne(id, facts.get(id) as Facts, card, when, before.get(id))
    if (row !== null) rows.push({ ...row, asked: options.asOf !== undefined })
  }
  if (options.dryRun) return rows.length
  await scores.add(tx, rows, run)
  // A score of another day or by another card says nothing of today: it opens no lead and leaves the operator as dirty as it was.
  if (options.asOf !== undefined || card.version !== IN_FORCE) return rows.length
  await operators.scored(tx, chunk)
  for (const row of rows) {
    // A score of a day that somebody asked for was never the operator's standing.
    const earlier = before.get(row.operatorId)
    const stoodAt = earlier?.asked === false ? earlier.grade : null
    // Whoever stands on a list already needs no lead to get there.
    const standsOnList = row.reasons.some((reason) => reason.fact === LIST_FACT && reason.count > 0)
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
