import type { ListKind } from '../../domain/listing/lists.js'
import type { FactFamily, Facts } from '../../domain/records/facts.js'
import { Refusal } from '../../foundation/errors.js'
import type { Db } from '../../store/db/db.js'
import * as operators from '../../store/operators/operators.js'
import * as versions from '../../store/records/versions.js'
import * as ruleBooks from '../../store/scoring/rule-books.js'
import * as scores from '../../store/scoring/scores.js'
import { readFacts } from './facts.js'
import { findCardByHash } from './scorecards.js'

export interface OwnedScore {
  score: scores.StoredScore
  operator: operators.StoredOperator
}

/** The hash of the facts proves that they were scored. */
export const auditScore = async (db: Db, { score, operator }: OwnedScore, lists: readonly ListKind[]) => {
  const card = await findCardByHash(db, score.scorecardHash)
  if (card === null) throw new Refusal('SCORECARD_UNKNOWN', { version: score.scorecard, known: '' })
  const rules = (await ruleBooks.byHash(db, score.rulesHash)) ?? lists
  const known = score.families as FactFamily[]
  const factsById = await readFacts(db, [operator], score, { lists: rules, known })
  const { events, comingOn: _, ...rest } = factsById.get(operator.id) as Facts
  const facts = {
    ...rest,
    events: events.map(({ decidedOn: _, fineYuan: __, ...event }) => ({ until: null, weight: 1, ...event })),
  }
  const cited = new Set([
    ...facts.events.map(({ record }) => record),
    ...score.reasons.flatMap(({ records }) => records),
  ])
  const records = await versions.byIds(db, [...cited])
  return { card, facts, records: [...records.values()].sort((a, b) => a.id - b.id) }
}

export const findScoreAndOwner = async (db: Db, id: number): Promise<OwnedScore | null> => {
  const score = (await scores.byIds(db, [id])).get(id)
  // Queried even without a score: a missing score and another operator's take equally long.
  const owner = score?.operatorId ?? 0
  const operator = (await operators.operatorsById(db, [owner])).get(owner)
  return score && operator ? { score, operator } : null
}
