import { may } from '../../domain/access/viewer.js'
import type { FactFamily, Facts } from '../../domain/records/facts.js'
import { findLastingFacts, planRecovery as plan, type RecoveryStep } from '../../domain/scoring/recovery-path.js'
import type { Scorecard } from '../../domain/scoring/scorecard.js'
import * as ruleBooks from '../../store/scoring/rule-books.js'
import type { StoredScore } from '../../store/scoring/scores.js'
import { readRecoveryRules } from '../../work/calendar/rules.js'
import { readFacts } from '../../work/scoring/facts.js'
import { findCardByHash } from '../../work/scoring/scorecards.js'
import { resolveRecords } from '../records/records.js'
import { type GraphqlContext, viewerTowards } from '../request/context.js'
import { chargeField } from '../request/costs.js'
import { getPointInTimeOfScore, type ScoreView } from './score.js'

interface ScoreBackground {
  facts: Facts
  card: Scorecard
  plans: Map<string, RecoveryStep[]>
}

const reads = new WeakMap<StoredScore, Promise<ScoreBackground | null>>()

const behind = (score: StoredScore, context: GraphqlContext): Promise<ScoreBackground | null> => {
  const known = reads.get(score) ?? read(score, context)
  reads.set(score, known)
  return known
}

const read = async (score: StoredScore, context: GraphqlContext): Promise<ScoreBackground | null> => {
  const { db, rules } = context.parts
  const operator = await context.load.operator(score.operatorId)
  if (!operator || !may(viewerTowards(context, operator), 'see_score_reasons')) return null
  const card = await findCardByHash(db, score.scorecardHash)
  if (card === null) throw new Error(`the scorecard of score ${score.id} is not kept`)
  const lists = (await ruleBooks.byHash(db, score.rulesHash)) ?? rules.lists
  const known = { lists, known: score.families as FactFamily[] }
  const facts = (await readFacts(db, [operator], score, known)).get(operator.id)
  return facts ? { facts, card, plans: new Map() } : null
}

const wayBack = async (score: ScoreView, { from }: { from?: string | null }, context: GraphqlContext) => {
  const found = await behind(score, context)
  if (found === null) return []
  const day = from ?? getPointInTimeOfScore(context, score).asOf
  const [, asOf = day] = [day, score.asOf].sort()
  const known = found.plans.get(asOf)
  if (known) return known
  chargeField(context, 'Score.wayBack', found.facts.events.length)
  const steps = plan({ ...found.facts, asOf }, found.card, readRecoveryRules(context.parts.rules.confirmations))
  found.plans.set(asOf, steps)
  return steps
}

const whatLasts = async (score: StoredScore, _: unknown, context: GraphqlContext) => {
  const found = await behind(score, context)
  if (found === null) return []
  chargeField(context, 'Score.lasting', found.facts.events.length)
  return findLastingFacts(found.facts, found.card, readRecoveryRules(context.parts.rules.confirmations))
}

export const recoveryPathResolvers = {
  Score: { wayBack, lasting: whatLasts },
  RecoveryStep: { records: resolveRecords },
  LastingLoss: { records: resolveRecords },
}
