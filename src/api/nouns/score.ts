/** Scores with their reasons, and the scorecards that gave them. */
import type { Reason } from '../../domain/score.js'
import { factsOf, IN_FORCE } from '../../domain/scorecard.js'
import type { StoredScore } from '../../store/scores.js'
import { loadScorecard } from '../../work/facts.js'
import type { Context } from '../context.js'
import { recordView } from './record.js'

/** Whoever may see reasons may see every kind of record behind them. */
const recordsBehind = async ({ records }: Reason, _: unknown, context: Context) => {
  const found = await Promise.all(records.map((id) => context.load.record(id)))
  return found.flatMap((version) => (version ? [recordView(context, version)] : []))
}

const scorecard = (_: unknown, { version }: { version?: string | null }) => {
  const card = loadScorecard(version ?? IN_FORCE)
  const rules = card.rules.map((rule) => ({ ...rule, facts: factsOf(rule), kind: rule.kind.toUpperCase() }))
  return { ...card, rules, document: card }
}

export const score = {
  Query: { scorecard },
  Score: { scorecard: ({ scorecard: version }: StoredScore) => version },
  Reason: { records: recordsBehind },
}
