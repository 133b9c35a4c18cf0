/** All scores of a run share one knowledge instant. A row is added only where something changed. */

import { setImmediate as turn } from 'node:timers/promises'
import type { FactFamily, Facts } from '../../domain/records/facts.js'
import { hashOfFacts, ruleBookOf, scoreWithComingChange } from '../../domain/scoring/operator-facts.js'
import {
  hasSameReasons,
  isSameResult,
  type ScoreHashes,
  scoreCauseOf,
  scoreStillHolds,
} from '../../domain/scoring/rescoring.js'
import type { Scorecard } from '../../domain/scoring/scorecard.js'
import { Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import * as knowledge from '../../store/db/knowledge.js'
import type { PointInTime } from '../../store/records/versions.js'
import * as rescoringQueue from '../../store/scoring/rescoring-queue.js'
import { type DueOperator, type DueOperators, withDueOperators } from '../../store/scoring/rescoring-queue.js'
import * as ruleBooks from '../../store/scoring/rule-books.js'
import * as scores from '../../store/scoring/scores.js'
import type { WorkRules } from '../calendar/rules.js'
import { type OpenRun, type RunOptions, runAlone } from '../timetable/run.js'
import { factsOfOperators } from './facts.js'
import { followThresholdCrossings } from './grade-thresholds.js'
import { cardInForce, cardToTry, hashOfCard, keepCard } from './scorecards.js'

/** Small first batches fill the pipeline quickly. */
const FIRST_STEP_OPERATORS = 250
const STEP_OPERATORS = 2_000
/** Batches prefetched, each on its own connection. */
const STEPS_AHEAD = 2
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

export const scoreOperators = async (db: Db, options: ScoringOptions): Promise<ScoringResult | null> => {
  const today = shanghaiDate(options.now())
  const asOf = options.asOf ?? today
  if (asOf > today && !options.dryRun) throw new Refusal('SCORE_OF_FUTURE', { asOf })
  const named = options.scorecard === undefined ? null : await cardToTry(db, options.scorecard)
  return runAlone(db, { ...options, job: 'score' }, async (run) => {
    const day = options.asOf ?? shanghaiDate(run.startedAt)
    const inForce = await cardInForce(db, day)
    const card = named ?? inForce
    const asked = options.asOf !== undefined || hashOfCard(card) !== hashOfCard(inForce)
    const counts = await scoreDue(db, run, { card, asked, asOf: day }, options)
    return { ...counts, ms: run.elapsed() }
  })
}

interface ScoringCourse {
  card: Scorecard
  /** True when a day or scorecard was requested: the run opens no lead and leaves the rescoring queue alone. */
  asked: boolean
  asOf: string
}

const scoreDue = async (
  db: Db,
  run: OpenRun,
  course: ScoringCourse,
  options: ScoringOptions,
): Promise<Omit<ScoringResult, 'ms'>> => {
  const counts = { scored: 0, stored: 0, unchanged: 0 }
  const book = ruleBookOf(options.rules.lists)
  if (!options.dryRun) {
    await keepCard(db, course.card, options.now())
    await ruleBooks.keepBook(db, { ...book, now: options.now() })
  }
  const knownAt = await db.transaction((tx) => knowledge.nextInstantAfterAll(tx, options.now()))
  const when = { asOf: course.asOf, knownAt }
  const which = {
    all: options.all === true,
    only: options.only ?? null,
    asOf: course.asOf,
    basis: scores.scoreBasisOf({
      scorecardHash: hashOfCard(course.card),
      rulesHash: book.hash,
      families: [...options.families].sort(),
    }),
  }
  const known = { lists: book.lists, known: options.families }
  let size = FIRST_STEP_OPERATORS
  const nextStep = async (next: DueOperators['next']): Promise<DueOperator[]> => {
    const operators = await next(size)
    size = Math.min(size * 2, STEP_OPERATORS)
    return operators
  }
  await withDueOperators(db, which, async ({ next }) => {
    let last: Promise<DueOperator[]> = Promise.resolve([])
    const begun = (): Promise<FetchedBatch> => {
      last = last.then(() => nextStep(next))
      const step = last.then(async (operators) => {
        const [facts, before] = await Promise.all([
          factsOfOperators(db, operators, when, known),
          comparedWith(db, operators, when, course),
        ])
        return { operators, facts, before }
      })
      step.catch(() => {})
      return step
    }
    const coming = Array.from({ length: STEPS_AHEAD }, begun)
    let writing: Promise<void> = Promise.resolve()
    const count = (done: ScoredCounts): void => {
      counts.scored += done.scored
      counts.stored += done.stored
      counts.unchanged += done.scored - done.stored
      Object.assign(run.counts, counts)
      options.progress?.(counts.scored)
    }
    try {
      for (;;) {
        const step = (await coming.shift()) ?? NOTHING
        if (step.operators.length === 0) break
        options.signal?.throwIfAborted()
        coming.push(begun())
        const rows = await folded(db, step, when, { ...course, rulesHash: book.hash })
        await writing
        if (options.dryRun) count({ scored: step.operators.length, stored: rows.length })
        else {
          const { operators, before } = step
          writing = written(db, run, { ...course, when, step: operators, rows, before }, options).then(count)
          writing.catch(() => {})
        }
      }
    } finally {
      await Promise.allSettled([...coming, writing])
    }
    await writing
  })
  return counts
}

interface RuledCourse extends ScoringCourse {
  rulesHash: string
}

interface FetchedBatch {
  operators: DueOperator[]
  facts: Map<number, Facts>
  before: ReadonlyMap<number, StoredEarlier>
}

const NOTHING: FetchedBatch = { operators: [], facts: new Map(), before: new Map() }

const comparedWith = (db: Db, operators: readonly DueOperator[], when: PointInTime, { asked, card }: ScoringCourse) => {
  const ids = operators.map(({ id }) => id)
  return asked ? scores.latestByCard(db, ids, when.asOf, card.version) : scores.current(db, ids)
}

const folded = async (
  db: Db,
  step: FetchedBatch,
  when: PointInTime,
  course: RuledCourse,
): Promise<scores.NewScore[]> => {
  const rows: scores.NewScore[] = []
  const same: { row: scores.NewScore; scoreId: number }[] = []
  let done = 0
  for (const [id, facts] of step.facts) {
    done += 1
    if (done % TURN_EVERY_OPERATORS === 0) await turn()
    const earlier = step.before.get(id)
    const factsHash = hashOfFacts(facts)
    const hashes = { factsHash, scorecardHash: hashOfCard(course.card) }
    if (earlier && scoreStillHolds(earlier, hashes, when.asOf, facts.comingOn ?? null)) continue
    const row = newScore(id, facts, course, when, hashes, earlier)
    if (earlier && isSameResult(earlier, row))
      same.push({ row, scoreId: 'scoreId' in earlier ? earlier.scoreId : earlier.id })
    else rows.push(row)
  }
  if (same.length === 0) return rows
  const stored = await scores.byIds(
    db,
    same.map(({ scoreId }) => scoreId),
  )
  for (const { row, scoreId } of same) if (!hasSameReasons(stored.get(scoreId)?.reasons, row.reasons)) rows.push(row)
  return rows
}

type StoredEarlier = scores.CurrentScore | scores.StoredScore

const newScore = (
  operatorId: number,
  facts: Facts,
  { card, asked, rulesHash }: RuledCourse,
  when: PointInTime,
  hashes: ScoreHashes,
  earlier: StoredEarlier | undefined,
): scores.NewScore => {
  const { value, grade, reasons, nextChangeOn } = scoreWithComingChange(facts, card)
  return {
    operatorId,
    asOf: when.asOf,
    knownAt: when.knownAt,
    scorecard: card.version,
    rulesHash,
    ...hashes,
    families: [...facts.known],
    value,
    grade,
    reasons,
    nextChangeOn,
    cause: scoreCauseOf(earlier, hashes),
    asked,
  }
}

interface ScoreBatch extends ScoringCourse {
  when: PointInTime
  step: readonly DueOperator[]
  rows: readonly scores.NewScore[]
  before: ReadonlyMap<number, StoredEarlier>
}

type ScoredCounts = Pick<ScoringResult, 'scored' | 'stored'>

/**
 * Stores scores. Operators merged, removed or changed since they were read are skipped and stay queued. For a
 * requested day or scorecard, changes do not count.
 */
const written = async (
  db: Db,
  run: OpenRun,
  { card, asked, when, step, rows, before }: ScoreBatch,
  options: ScoringOptions,
): Promise<ScoredCounts> =>
  db.transaction(async (tx) => {
    const at = await knowledge.nextInstant(tx, options.now())
    const ids = step.map(({ id }) => id)
    const gone = await rescoringQueue.goneOperators(tx, ids)
    const moved = asked ? new Set<number>() : await rescoringQueue.dirtySince(tx, ids, when.knownAt)
    const holds = (id: number): boolean => !gone.has(id) && !moved.has(id)
    const looked = ids.filter(holds)
    const still = rows.filter(({ operatorId }) => holds(operatorId))
    if (!asked) {
      await followThresholdCrossings(tx, options.rules, { card, ids: looked, rows: still, before, on: when.asOf, at })
      await rescoringQueue.clearDirty(tx, looked, when.knownAt)
    }
    await scores.add(tx, still, { run: run.id, at })
    return { scored: looked.length, stored: still.length }
  })
