/** A trial stores a comparison of two scorecards, but no score or lead. */
import { setImmediate as turn } from 'node:timers/promises'
import type { ListKind } from '../../domain/listing/lists.js'
import type { FactFamily, Facts } from '../../domain/records/facts.js'
import { score as fold } from '../../domain/scoring/score.js'
import type { Scorecard } from '../../domain/scoring/scorecard.js'
import {
  emptyTrialTally,
  type MovedOperator,
  type TrialComparison,
  tallyOperator,
  trialComparison,
} from '../../domain/scoring/trial.js'
import { Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import { processHandle } from '../../store/db/answer-pool.js'
import type { Db } from '../../store/db/db.js'
import * as operators from '../../store/operators/operators.js'
import type { PointInTime } from '../../store/records/versions.js'
import * as trials from '../../store/scoring/trials.js'
import { factsOfOperators } from './facts.js'
import { cardInForce, cardOfVersion, cardToTry, hashOfCard } from './scorecards.js'

const CHUNK_OPERATORS = 2_000
const TURN_EVERY_OPERATORS = 250
/** A trial of more operators must be run with `hub score`. */
const ASKED_OPERATORS_MOST = 20_000

export interface TrialOptions {
  version: string
  against?: string | null
  /** Day of the facts, perhaps in the future. Default today. */
  asOf?: string
  by?: string | null
  lists: readonly ListKind[]
  families: readonly FactFamily[]
  now: () => Date
  progress?: (operators: number) => void
  signal?: AbortSignal
}

export interface TrialRun {
  scored: number
  stored: 0
  unchanged: number
  ms: number
  trial: TrialReport
}

/** Refusals: SCORECARD_UNKNOWN, SCORECARD_BROKEN, SCORECARD_CHANGED. */
export const tryScorecard = async (db: Db, options: TrialOptions): Promise<TrialRun> => {
  const startedAt = options.now()
  const asOf = options.asOf ?? shanghaiDate(startedAt)
  const trial = await made(db, await cardsOf(db, options, asOf), asOf, options)
  const { operators: scored, unchanged } = trial.result
  const ms = options.now().getTime() - startedAt.getTime()
  return { scored, stored: 0, unchanged, ms, trial: await toldOf(db, trial) }
}

type ComparedCards = Record<'before' | 'after', Scorecard>

const cardsOf = async (db: Db, { version, against = null }: TrialOptions, asOf: string): Promise<ComparedCards> => ({
  after: await cardToTry(db, version),
  before: against === null ? await cardInForce(db, asOf) : await cardOfVersion(db, against),
})

const made = async (db: Db, cards: ComparedCards, asOf: string, options: TrialOptions): Promise<trials.TrialRow> => {
  const { knownAt, lastScore } = await trials.trialStart(db)
  const tally = emptyTrialTally()
  await eachStep(db, { asOf, knownAt }, options, async (chunk, facts) => {
    for (const [i, operator] of chunk.entries()) {
      if (i % TURN_EVERY_OPERATORS === 0) await turn()
      const operatorFacts = facts.get(operator.id) as Facts
      tallyOperator(tally, operator, fold(operatorFacts, cards.before), fold(operatorFacts, cards.after))
    }
    options.progress?.(tally.all.operators)
  })
  return trials.add(db, {
    scorecardHash: hashOfCard(cards.after),
    againstHash: hashOfCard(cards.before),
    asOf,
    knownAt,
    result: {
      ...trialComparison(tally, cards),
      scorecard: cards.after.version,
      against: cards.before.version,
      lastScore,
    },
    madeBy: options.by ?? null,
    madeAt: options.now(),
  })
}

type OperatorChunk = Awaited<ReturnType<typeof trials.operatorsToTry>>

const eachStep = async (
  db: Db,
  when: PointInTime,
  { lists, families, signal }: TrialOptions,
  weigh: (chunk: OperatorChunk, facts: ReadonlyMap<number, Facts>) => Promise<void>,
): Promise<void> => {
  const known = [...families].sort()
  const fetched = async (after: number) => {
    const chunk = await trials.operatorsToTry(db, { after, limit: CHUNK_OPERATORS })
    return { chunk, facts: await factsOfOperators(db, chunk, when, { lists, known }) }
  }
  const begun = (after: number) => {
    const step = fetched(after)
    step.catch(() => {})
    return step
  }
  let coming = begun(0)
  try {
    for (;;) {
      signal?.throwIfAborted()
      const { chunk, facts } = await coming
      const last = chunk.at(-1)
      if (last === undefined) return
      coming = begun(last.id)
      await weigh(chunk, facts)
    }
  } finally {
    await Promise.allSettled([coming])
  }
}

const underWay = new WeakMap<Db, Map<string, Promise<trials.TrialRow>>>()

/**
 * Reuses today's trial of these scorecards when nothing was scored since. Refusals: TRIAL_TOO_LARGE with the command
 * to run, and those of `tryScorecard`.
 */
export const tryForRequest = async (
  asker: Db,
  options: TrialOptions & { operatorsMost?: number },
): Promise<trials.TrialRow> => {
  const today = shanghaiDate(options.now())
  const cards = await cardsOf(asker, options, today)
  const hashes = { scorecardHash: hashOfCard(cards.after), againstHash: hashOfCard(cards.before) }
  const stored = await trials.trialOfToday(asker, { ...hashes, today })
  if (stored !== null) return stored
  const most = options.operatorsMost ?? ASKED_OPERATORS_MOST
  if (await trials.hasMoreOperatorsThan(asker, most)) {
    const command = `hub score --dry-run --scorecard ${options.version}`
    const whole = options.against == null ? command : `${command} --against ${options.against}`
    throw new Refusal('TRIAL_TOO_LARGE', { limit: most, command: whole })
  }
  // Other requests may await this trial, so it must not end with the first request.
  const db = processHandle(asker)
  const waited = underWay.get(db) ?? new Map<string, Promise<trials.TrialRow>>()
  underWay.set(db, waited)
  const key = `${hashes.scorecardHash} ${hashes.againstHash} ${today}`
  const freshOrMade = async () =>
    (await trials.trialOfToday(db, { ...hashes, today })) ?? (await made(db, cards, today, options))
  const going = waited.get(key) ?? freshOrMade().finally(() => waited.delete(key))
  waited.set(key, going)
  return going
}

export interface TrialMove extends Omit<MovedOperator, 'operatorId'> {
  operator: { code: string | null; name: string | null; kind: string; region: string | null } | null
}

interface TrialReport extends Omit<TrialComparison, 'up' | 'down'> {
  id: number
  scorecard: { version: string; hash: string }
  against: { version: string; hash: string }
  asOf: string
  knownAt: Date
  madeAt: Date
  up: TrialMove[]
  down: TrialMove[]
}

const toldOf = async (db: Db, trial: trials.TrialRow): Promise<TrialReport> => {
  const { scorecard, against, lastScore: _, up, down, ...result } = trial.result
  const named = await operators.byIds(
    db,
    [...up, ...down].map(({ operatorId }) => operatorId),
  )
  const moveOf = ({ operatorId, ...moved }: MovedOperator): TrialMove => {
    const identity = named.get(operatorId)
    const { uscc, shop, name, kind, region } = identity ?? {}
    const operator =
      kind === undefined ? null : { code: uscc ?? shop ?? null, name: name ?? null, kind, region: region ?? null }
    return { operator, ...moved }
  }
  return {
    id: trial.id,
    scorecard: { version: scorecard, hash: trial.scorecardHash },
    against: { version: against, hash: trial.againstHash },
    asOf: trial.asOf,
    knownAt: trial.knownAt,
    madeAt: trial.madeAt,
    ...result,
    up: up.map(moveOf),
    down: down.map(moveOf),
  }
}
