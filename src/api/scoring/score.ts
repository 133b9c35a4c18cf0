import { may, type Viewer } from '../../domain/access/viewer.js'
import { wordReason } from '../../domain/scoring/score-words.js'
import { factsOfRule } from '../../domain/scoring/scorecard.js'
import type { PointInTime } from '../../store/records/versions.js'
import type { StoredScore } from '../../store/scoring/scores.js'
import { cardInForce, cardOfVersion } from '../../work/scoring/scorecards.js'
import { resolveRecords } from '../records/records.js'
import { type GraphqlContext, pointInTimeOf } from '../request/context.js'
import { refuseUnstorableText } from '../request/limits.js'

export type ScoreView = StoredScore & { when?: PointInTime }

export const pointInTimeOfScore = (context: GraphqlContext, { when, asOf }: ScoreView): PointInTime =>
  when ?? pointInTimeOf(context, { asOf })

/** False when the score counted a removed listing that the viewer may not see. */
export const maySeeScore = async ({ load }: GraphqlContext, viewer: Viewer, id: number): Promise<boolean> =>
  may(viewer, 'see_removed') || !(await load.scoreForgotten(id))

/** Words the reasons by the scorecard that produced them, not by the one in force. */
const reasons = async (of: StoredScore, _: unknown, { load }: GraphqlContext) => {
  if (of.reasons.length === 0) return []
  const card = await load.card(of.scorecardHash)
  if (card === null) throw new Error(`the scorecard of score ${of.id} is not kept`)
  return of.reasons.map((reason) => wordReason(reason, card))
}

const scorecard = async (_: unknown, args: { version?: string | null }, { parts, today }: GraphqlContext) => {
  const { version } = refuseUnstorableText(args)
  const card = version == null ? await cardInForce(parts.db, today) : await cardOfVersion(parts.db, version)
  const rules = card.rules.map((rule) => ({ ...rule, facts: factsOfRule(rule), kind: rule.kind.toUpperCase() }))
  return { ...card, rules, document: card }
}

export const scoreResolvers = {
  Query: { scorecard },
  Score: { scorecard: ({ scorecard: version }: StoredScore) => version, reasons },
  Reason: { records: resolveRecords },
}
