/** The way back up from a score, and what lasts. */
import type { FactFamily, Facts } from '../../domain/facts.js'
import { lasting, restoration as plan } from '../../domain/restoration.js'
import type { Scorecard } from '../../domain/scorecard.js'
import { may } from '../../domain/viewer.js'
import type { StoredScore } from '../../store/scores.js'
import { cardByHash } from '../../work/cards.js'
import { factsOf } from '../../work/facts.js'
import { restorationRules } from '../../work/rules.js'
import { type Context, spend, viewerOn } from '../context.js'
import { recordView } from './record.js'
import { type ScoreAsked, whenAsked } from './score.js'

/** What reading the facts behind a score costs of a question's budget, objects. */
const FACTS_COST = 100

interface Behind {
  facts: Facts
  card: Scorecard
}

/** Of one score once in a question: both fields ask for it. */
const reads = new WeakMap<StoredScore, Promise<Behind | null>>()

const behind = (score: StoredScore, context: Context): Promise<Behind | null> => {
  const known = reads.get(score) ?? read(score, context)
  reads.set(score, known)
  return known
}

/** Null for those who may not see reasons. */
const read = async (score: StoredScore, context: Context): Promise<Behind | null> => {
  const { db, rules } = context.parts
  const operator = await context.load.operator(score.operatorId)
  if (!operator || !may(viewerOn(context, operator), 'see_score_reasons')) return null
  spend(context, FACTS_COST)
  const card = await cardByHash(db, score.scorecardHash)
  if (card === null) throw new Error(`the scorecard of score ${score.id} is not kept`)
  const known = { lists: rules.lists, known: score.families as FactFamily[] }
  const facts = (await factsOf(db, [operator], score, known)).get(operator.id)
  return facts ? { facts, card } : null
}

const wayBack = async (score: ScoreAsked, { from }: { from?: string | null }, context: Context) => {
  const found = await behind(score, context)
  if (found === null) return []
  const day = from ?? whenAsked(context, score).asOf
  const [, asOf = day] = [day, score.asOf].sort()
  const steps = plan({ ...found.facts, asOf }, found.card, restorationRules())
  spend(context, steps.length)
  return steps
}

const whatLasts = async (score: StoredScore, _: unknown, context: Context) => {
  const found = await behind(score, context)
  const losses = found === null ? [] : lasting(found.facts, found.card, restorationRules())
  spend(context, losses.length)
  return losses
}

/** Whoever may see the way back may see every kind of record behind it. */
const recordsBehind = async ({ records }: { records: readonly number[] }, _: unknown, context: Context) => {
  const found = await Promise.all(records.map((id) => context.load.record(id)))
  return found.flatMap((version) => (version ? [recordView(context, version)] : []))
}

export const restoration = {
  Score: { wayBack, lasting: whatLasts },
  RestorationStep: { records: recordsBehind },
  LastingLoss: { records: recordsBehind },
}
