import { may, maySeeOperator, maySeeRecord, type Viewer } from '../../domain/access/viewer.js'
import { SCORING_METHOD } from '../../domain/scoring/method.js'
import { wordReason } from '../../domain/scoring/score-words.js'
import { listFactsOfRule } from '../../domain/scoring/scorecard.js'
import type { StoredOperator } from '../../store/operators/operators.js'
import type { PointInTime, RecordVersion } from '../../store/records/versions.js'
import { findScoresOfGoneEntries, type StoredScore } from '../../store/scoring/scores.js'
import { auditScore, findScoreAndOwner, type OwnedScore } from '../../work/scoring/audited-score.js'
import { findCardInForce, findCardOfVersion } from '../../work/scoring/scorecards.js'
import { resolveRecords } from '../records/records.js'
import { choosePointInTime, type GraphqlContext } from '../request/context.js'
import type { ApiDependencies } from '../request/dependencies.js'
import { makeGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { NO_ID } from '../request/viewer.js'
import { seesGrade } from '../standing/grades.js'

export type ScoreView = StoredScore & { when?: PointInTime }

export const getPointInTimeOfScore = (context: GraphqlContext, { when, asOf }: ScoreView): PointInTime =>
  when ?? choosePointInTime(context, { asOf })

/** False when it counted a removed listing hidden from the viewer. */
export const maySeeScore = async ({ load }: GraphqlContext, viewer: Viewer, id: number): Promise<boolean> =>
  may(viewer, 'see_removed') || !(await load.scoreForgotten(id))

const reasons = async (of: StoredScore, _: unknown, { load }: GraphqlContext) => {
  if (of.reasons.length === 0) return []
  const card = await load.card(of.scorecardHash)
  if (card === null) throw new Error(`the scorecard of score ${of.id} is not kept`)
  return of.reasons.map((reason) => wordReason(reason, card))
}

const scorecard = async (_: unknown, args: { version?: string | null }, { parts, today }: GraphqlContext) => {
  const { version } = refuseUnstorableText(args)
  const card = version == null ? await findCardInForce(parts.db, today) : await findCardOfVersion(parts.db, version)
  const rules = card.rules.map((rule) => ({ ...rule, facts: listFactsOfRule(rule), kind: rule.kind.toUpperCase() }))
  return { ...card, rules, document: card }
}

export const scoreResolvers = {
  Query: { scorecard },
  Score: { scorecard: ({ scorecard: version }: StoredScore) => version, reasons },
  Reason: { records: resolveRecords },
}

const NOBODY = { id: NO_ID, uscc: null, shop: null, region: null }

type ScoreViewer = Pick<GraphqlContext, 'viewer' | 'today'>
type ScoreAuditDependencies = Pick<ApiDependencies, 'db' | 'rules' | 'agencies'>

const codeIn = ({ uscc, shop }: StoredOperator): string => uscc ?? shop ?? ''

const maySee = (viewer: Viewer, operator: StoredOperator): boolean =>
  may(viewer, 'see_score_reasons') && maySeeOperator(viewer, operator)

export const readScoreAudit = async (parts: ScoreAuditDependencies, { viewer, today }: ScoreViewer, id: number) => {
  const owned = await findScoreAndOwner(parts.db, id)
  if (owned === null || !maySee(viewer, owned.operator)) return null
  const isOpen = may(viewer, 'see_removed') || !(await findScoresOfGoneEntries(parts.db, [id], today)).has(id)
  return isOpen ? auditOf(parts, viewer, owned) : null
}

const auditOf = async (parts: ScoreAuditDependencies, viewer: Viewer, owned: OwnedScore) => {
  const { score, operator } = owned
  const { card, facts, records } = await auditScore(parts.db, owned, parts.rules.lists)
  return {
    contract: 'score-audit-1' as const,
    score: {
      id: makeGlobalId('Score', score.id),
      operator: { id: makeGlobalId('Operator', operator.id), code: codeIn(operator) },
      asOf: score.asOf,
      knownAt: score.knownAt.toISOString(),
      scorecard: score.scorecard,
      scorecardHash: score.scorecardHash,
      factsHash: score.factsHash,
      value: score.value,
      grade: score.grade,
      reasons: score.reasons.map((reason) => wordReason(reason, card)),
      nextChangeOn: score.nextChangeOn,
      cause: score.cause,
      asked: score.asked,
    },
    card,
    facts,
    records: records.map((record) => recordOf(parts, viewer, record)),
    method: SCORING_METHOD,
  }
}

/** `body` is null unless the viewer may read records of its kind. */
const recordOf = ({ agencies }: ScoreAuditDependencies, viewer: Viewer, version: RecordVersion) => ({
  id: version.id,
  globalId: makeGlobalId('Record', version.id),
  feed: version.feed,
  agency: agencies.find(({ sends }) => sends.includes(version.feed))?.id ?? version.feed,
  kind: version.kind,
  key: version.key,
  body: maySeeRecord(viewer, version) ? version.body : null,
  validFrom: version.validFrom,
  validTo: version.validTo,
  knownFrom: version.knownFrom.toISOString(),
  source: { run: makeGlobalId('Run', version.run), file: version.file, page: version.page, row: version.row },
})

export const scoreById = async (context: GraphqlContext, id: number) => {
  const { viewer, parts } = context
  const owned = await findScoreAndOwner(parts.db, id)
  const sees = await seesGrade(context, owned?.operator ?? NOBODY)
  if (owned === null || !sees || !maySeeOperator(viewer, owned.operator)) return null
  if (!(await maySeeScore(context, viewer, id))) return null
  const reasons = maySee(viewer, owned.operator) ? owned.score.reasons : []
  return { __typename: 'Score' as const, ...owned.score, reasons }
}

export const scoreAuditResolvers = {
  Score: {
    id: ({ id }: StoredScore) => makeGlobalId('Score', id),
    audit: ({ id }: StoredScore, _: unknown, context: GraphqlContext) => readScoreAudit(context.parts, context, id),
    auditUrl: ({ id }: StoredScore) => `/v1/scores/${makeGlobalId('Score', id)}`,
  },
}
