/** A run's scores use facts of one instant. Only changes add rows. */

import { setImmediate as turn } from 'node:timers/promises'
import type { FactFamily, Facts } from '../../domain/records/facts.js'
import { hashFacts, makeRuleBook, type RuleBook, scoreWithComingChange } from '../../domain/scoring/operator-facts.js'
import {
  findScoreCause,
  hasSameReasons,
  isSameResult,
  type ScoreHashes,
  scoreStillHolds,
} from '../../domain/scoring/rescoring.js'
import type { Scorecard } from '../../domain/scoring/scorecard.js'
import { Refusal } from '../../foundation/errors.js'
import { prefetched } from '../../foundation/prefetch.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import * as knowledge from '../../store/db/knowledge.js'
import type { PointInTime } from '../../store/records/versions.js'
import * as rescoringQueue from '../../store/scoring/rescoring-queue.js'
import * as ruleBooks from '../../store/scoring/rule-books.js'
import * as scores from '../../store/scoring/scores.js'
import type { WorkRules } from '../calendar/rules.js'
import { type OpenRun, type RunOptions, runAlone } from '../timetable/run.js'
import { readFacts } from './facts.js'
import { followThresholdCrossings } from './grade-thresholds.js'
import { findCardInForce, hashCard, keepCard, readCardToTry } from './scorecards.js'

const FIRST_BATCH_OPERATORS = 250
const BATCH_OPERATORS = 2_000
const BATCHES_AHEAD = 2
const TURN_EVERY_OPERATORS = 100

export interface ScoringResult {
  scored: number
  stored: number
  unchanged: number
  ms: number
}

export interface ScoringOptions extends RunOptions {
  all?: boolean
  only?: readonly number[]
  asOf?: string
  scorecard?: string
  dryRun?: boolean
  rules: WorkRules
  /** Fact families that some feed delivers. Other facts are unknown, not zero. */
  families: readonly FactFamily[]
  progress?: (operators: number) => void
  signal?: AbortSignal
}

/** Null when another process does this scheduled run. Refusals: SCORE_OF_FUTURE, RUN_BUSY, those of `readCardToTry`. */
export const scoreOperators = async (db: Db, options: ScoringOptions): Promise<ScoringResult | null> => {
  const today = shanghaiDate(options.now())
  const asOf = options.asOf ?? today
  if (asOf > today && !options.dryRun) throw new Refusal('SCORE_OF_FUTURE', { asOf })
  const named = options.scorecard === undefined ? null : await readCardToTry(db, options.scorecard)
  return runAlone(db, { ...options, job: 'score' }, async (run, db) => {
    const day = options.asOf ?? shanghaiDate(run.startedAt)
    const inForce = await findCardInForce(db, day)
    const card = named ?? inForce
    const asked = options.asOf !== undefined || hashCard(card) !== hashCard(inForce)
    const book = makeRuleBook(options.rules.lists)
    if (!options.dryRun) {
      await keepCard(db, card, options.now())
      await ruleBooks.keepBook(db, { ...book, now: options.now() })
    }
    const knownAt = await db.transaction((tx) => knowledge.nextInstantAfterAll(tx, options.now()))
    const counts = await scoreDue(db, run, { card, asked, asOf: day, knownAt, book }, options)
    return { ...counts, ms: run.elapsed() }
  })
}

interface ScoringCourse extends PointInTime {
  card: Scorecard
  book: RuleBook
  /** The run opens no lead and leaves the rescoring queue alone. */
  asked: boolean
}

const scoreDue = async (db: Db, run: OpenRun, course: ScoringCourse, options: ScoringOptions) => {
  const counts = { scored: 0, stored: 0, unchanged: 0 }
  const count = (scored: number, stored: number): void => {
    counts.scored += scored
    counts.stored += stored
    counts.unchanged += scored - stored
    Object.assign(run.counts, counts)
    options.progress?.(counts.scored)
  }
  const scorecardHash = hashCard(course.card)
  const basis = { scorecardHash, rulesHash: course.book.hash, families: [...options.families].sort() }
  const { all = false, only } = options
  const due = { all, only, asOf: course.asOf, basis: scores.makeScoreBasis(basis) }
  await rescoringQueue.withDueOperators(db, due, async (nextOperators) => {
    let writing: Promise<void> = Promise.resolve()
    try {
      for await (const batch of prefetched(batchFetcher(db, course, options, nextOperators), BATCHES_AHEAD)) {
        options.signal?.throwIfAborted()
        const rows = await scoreBatch(db, batch, course)
        await writing
        if (options.dryRun) count(batch.ids.length, rows.length)
        else {
          writing = storeBatch(db, run, course, { ...batch, rows }, options).then(({ scored, stored }) =>
            count(scored, stored),
          )
          writing.catch(() => {})
        }
      }
    } finally {
      await Promise.allSettled([writing])
    }
    await writing
  })
  return counts
}

interface FetchedBatch {
  ids: number[]
  facts: Map<number, Facts>
  before: ReadonlyMap<number, scores.CurrentScore>
}

const batchFetcher = (
  db: Db,
  course: ScoringCourse,
  { families }: ScoringOptions,
  nextOperators: (many: number) => Promise<rescoringQueue.DueOperator[]>,
): (() => Promise<FetchedBatch | null>) => {
  const { asked, asOf, card, book } = course
  let size = FIRST_BATCH_OPERATORS
  let reading: ReturnType<typeof nextOperators> = Promise.resolve([])
  return async () => {
    reading = reading.then(() => {
      const many = size
      size = Math.min(size * 2, BATCH_OPERATORS)
      return nextOperators(many)
    })
    const operators = await reading
    if (operators.length === 0) return null
    const ids = operators.map(({ id }) => id)
    const [facts, before] = await Promise.all([
      readFacts(db, operators, course, { lists: book.lists, known: families }),
      asked ? scores.latestByCard(db, ids, asOf, card.version) : scores.current(db, ids),
    ])
    return { ids, facts, before }
  }
}

const scoreBatch = async (db: Db, batch: FetchedBatch, course: ScoringCourse): Promise<scores.NewScore[]> => {
  const { card, asOf } = course
  const rows: scores.NewScore[] = []
  const same: { row: scores.NewScore; earlier: number }[] = []
  let done = 0
  for (const [id, facts] of batch.facts) {
    done += 1
    if (done % TURN_EVERY_OPERATORS === 0) await turn()
    const earlier = batch.before.get(id)
    const hashes = { factsHash: hashFacts(facts), scorecardHash: hashCard(card) }
    if (earlier && scoreStillHolds(earlier, hashes, asOf, facts.comingOn ?? null)) continue
    const row = newScore(id, facts, course, hashes, earlier)
    if (earlier && isSameResult(earlier, row)) same.push({ row, earlier: earlier.id })
    else rows.push(row)
  }
  if (same.length === 0) return rows
  const stored = await scores.byIds(
    db,
    same.map(({ earlier }) => earlier),
  )
  for (const { row, earlier } of same) if (!hasSameReasons(stored.get(earlier)?.reasons, row.reasons)) rows.push(row)
  return rows
}

/** Spreads would make it twice as slow. */
const newScore = (
  operatorId: number,
  facts: Facts,
  { card, book, asked, asOf, knownAt }: ScoringCourse,
  { factsHash, scorecardHash }: ScoreHashes,
  earlier: ScoreHashes | undefined,
): scores.NewScore => {
  const { value, grade, reasons, nextChangeOn } = scoreWithComingChange(facts, card)
  return {
    operatorId,
    asOf,
    knownAt,
    scorecard: card.version,
    scorecardHash,
    families: [...facts.known],
    factsHash,
    rulesHash: book.hash,
    cause: findScoreCause(earlier, { factsHash, scorecardHash }),
    asked,
    value,
    grade,
    reasons,
    nextChangeOn,
  }
}

const storeBatch = (
  db: Db,
  run: OpenRun,
  { card, asked, asOf, knownAt }: ScoringCourse,
  batch: FetchedBatch & { rows: readonly scores.NewScore[] },
  { rules, now }: ScoringOptions,
): Promise<{ scored: number; stored: number }> =>
  db.transaction(async (tx) => {
    const at = await knowledge.nextInstant(tx, now())
    const gone = await rescoringQueue.findGoneOperators(tx, batch.ids)
    const moved = asked ? new Set<number>() : await rescoringQueue.findIdsMarkedDirtyAfter(tx, batch.ids, knownAt)
    const holds = (id: number): boolean => !gone.has(id) && !moved.has(id)
    const ids = batch.ids.filter(holds)
    const rows = batch.rows.filter(({ operatorId }) => holds(operatorId))
    if (!asked) {
      await followThresholdCrossings(tx, rules, { ...batch, card, ids, rows, on: asOf, at })
      await rescoringQueue.clearDirty(tx, ids, knownAt)
    }
    await scores.add(tx, rows, { run: run.id, at })
    return { scored: ids.length, stored: rows.length }
  })
