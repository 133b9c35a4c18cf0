import { setImmediate as turn } from 'node:timers/promises'
import type { ListKind } from '../../domain/listing/lists.js'
import type { FactFamily, Facts } from '../../domain/records/facts.js'
import { score as fold } from '../../domain/scoring/score.js'
import type { Scorecard } from '../../domain/scoring/scorecard.js'
import { compareScorecards, type MovedOperator, makeTrialTally, tallyOperator } from '../../domain/scoring/trial.js'
import { Refusal } from '../../foundation/errors.js'
import { prefetched } from '../../foundation/prefetch.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import { getProcessWideHandle } from '../../store/db/answer-pool.js'
import type { Db } from '../../store/db/db.js'
import * as operators from '../../store/operators/operators.js'
import * as trials from '../../store/scoring/trials.js'
import { readFacts } from './facts.js'
import { findCardInForce, findCardOfVersion, hashCard, readCardToTry } from './scorecards.js'

const BATCH_OPERATORS = 2_000
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

/** Refusals: SCORECARD_UNKNOWN, SCORECARD_BROKEN, SCORECARD_CHANGED. */
export const tryScorecard = async (db: Db, options: TrialOptions) => {
  const startedAt = options.now()
  const asOf = options.asOf ?? shanghaiDate(startedAt)
  const trial = await storeTrial(db, await cardsOf(db, options, asOf), asOf, options)
  const { operators: scored, unchanged } = trial.result
  const ms = options.now().getTime() - startedAt.getTime()
  return { scored, stored: 0, unchanged, ms, trial: await reportOf(db, trial) }
}

export type TrialRun = Awaited<ReturnType<typeof tryScorecard>>

type ComparedCards = Record<'before' | 'after', Scorecard>

const cardsOf = async (db: Db, { version, against = null }: TrialOptions, asOf: string): Promise<ComparedCards> => ({
  after: await readCardToTry(db, version),
  before: against === null ? await findCardInForce(db, asOf) : await findCardOfVersion(db, against),
})

const storeTrial = async (
  db: Db,
  cards: ComparedCards,
  asOf: string,
  { lists, families, signal, progress, by = null, now }: TrialOptions,
): Promise<trials.TrialRow> => {
  const { knownAt, lastScore } = await trials.findTrialStart(db)
  const tally = makeTrialTally()
  let after = 0
  const nextBatch = async () => {
    const operators = await trials.listOperatorsToTry(db, { after, limit: BATCH_OPERATORS })
    after = operators.at(-1)?.id ?? after
    const facts = await readFacts(db, operators, { asOf, knownAt }, { lists, known: families })
    return operators.length === 0 ? null : { operators, facts }
  }
  for await (const batch of prefetched(nextBatch, 1)) {
    signal?.throwIfAborted()
    for (const [i, operator] of batch.operators.entries()) {
      if (i % TURN_EVERY_OPERATORS === 0) await turn()
      const facts = batch.facts.get(operator.id) as Facts
      tallyOperator(tally, operator, fold(facts, cards.before), fold(facts, cards.after))
    }
    progress?.(tally.all.operators)
  }
  const versions = { scorecard: cards.after.version, against: cards.before.version }
  return trials.add(db, {
    scorecardHash: hashCard(cards.after),
    againstHash: hashCard(cards.before),
    asOf,
    knownAt,
    result: { ...compareScorecards(tally, cards), ...versions, lastScore },
    madeBy: by,
    madeAt: now(),
  })
}

const underWay = new WeakMap<Db, Map<string, Promise<trials.TrialRow>>>()

/** Refusals: TRIAL_TOO_LARGE with the command to run, and those of `tryScorecard`. */
export const tryScorecardForRequest = async (
  asker: Db,
  options: TrialOptions & { operatorsMost?: number },
): Promise<trials.TrialRow> => {
  const today = shanghaiDate(options.now())
  const cards = await cardsOf(asker, options, today)
  const hashes = { scorecardHash: hashCard(cards.after), againstHash: hashCard(cards.before) }
  const stored = await trials.findTrialOfToday(asker, { ...hashes, today })
  if (stored !== null) return stored
  const most = options.operatorsMost ?? ASKED_OPERATORS_MOST
  if (await trials.hasMoreOperatorsThan(asker, most)) {
    const command = `hub score --dry-run --scorecard ${options.version}`
    const whole = options.against == null ? command : `${command} --against ${options.against}`
    throw new Refusal('TRIAL_TOO_LARGE', { limit: most, command: whole })
  }
  // Other requests may await this trial, so it outlives the first.
  const db = getProcessWideHandle(asker)
  const waited = underWay.get(db) ?? new Map<string, Promise<trials.TrialRow>>()
  underWay.set(db, waited)
  const key = `${hashes.scorecardHash} ${hashes.againstHash} ${today}`
  const freshOrMade = async () =>
    (await trials.findTrialOfToday(db, { ...hashes, today })) ?? (await storeTrial(db, cards, today, options))
  const going = waited.get(key) ?? freshOrMade().finally(() => waited.delete(key))
  waited.set(key, going)
  return going
}

const reportOf = async (db: Db, { id, asOf, knownAt, madeAt, ...trial }: trials.TrialRow) => {
  const { scorecard, against, lastScore: _, up, down, ...result } = trial.result
  const moves = [...up, ...down]
  const known = await operators.operatorsById(
    db,
    moves.map(({ operatorId }) => operatorId),
  )
  const moveOf = ({ operatorId, ...moved }: MovedOperator) => {
    const { uscc, shop, name, kind, region } = known.get(operatorId) ?? {}
    const operator =
      kind === undefined ? null : { code: uscc ?? shop ?? null, name: name ?? null, kind, region: region ?? null }
    return { operator, ...moved }
  }
  return {
    id,
    scorecard: { version: scorecard, hash: trial.scorecardHash },
    against: { version: against, hash: trial.againstHash },
    ...{ asOf, knownAt, madeAt },
    ...result,
    up: up.map(moveOf),
    down: down.map(moveOf),
  }
}
