import type { FactFamily } from '../../domain/records/facts.js'
import { hashFacts, makeRuleBook, scoreWithComingChange } from '../../domain/scoring/operator-facts.js'
import { findReplayFault } from '../../domain/scoring/rescoring.js'
import { groupBy } from '../../foundation/groups.js'
import type { Db } from '../../store/db/db.js'
import * as operators from '../../store/operators/operators.js'
import * as ruleBooks from '../../store/scoring/rule-books.js'
import { readPages } from '../../store/scoring/score-pages.js'
import * as scorecards from '../../store/scoring/scorecards.js'
import * as scores from '../../store/scoring/scores.js'
import { readFacts } from './facts.js'
import { hashCard } from './scorecards.js'

const DIFFERENCES_REPORTED_MOST = 100_000

export interface ScoreVerification {
  verified: number
  differences: number
  ms: number
  found?: ScoreDifference[]
}

/**
 * CARD, RULES: the basis is missing or altered. FACTS: the records give others. SUM: the points do not add up. RESULT: the
 * facts give another. DAY: not that of its run. CAUSE: a wrong one is noted. CURRENT: another score is current.
 */
interface ScoreDifference {
  score: number
  operatorId: number
  of: 'CARD' | 'RULES' | 'FACTS' | 'SUM' | 'RESULT' | 'DAY' | 'CAUSE' | 'CURRENT'
  stored?: ReplayedScore
  recomputed?: ReplayedScore
}

type ReplayedScore = Pick<scores.StoredScore, 'value' | 'grade' | 'factsHash' | 'nextChangeOn'>

export const verifyScores = async (
  db: Db,
  options: { now: () => Date; sample?: number; progress?: (scores: number) => void },
): Promise<ScoreVerification> => {
  const startedAt = options.now()
  const counts = { verified: 0, differences: 0 }
  const found: ScoreDifference[] = []
  const differing = new Set<number>()
  const note = (difference: ScoreDifference): void => {
    if (differing.has(difference.score)) return
    differing.add(difference.score)
    counts.differences += 1
    if (found.length < DIFFERENCES_REPORTED_MOST) found.push(difference)
  }
  for await (const stored of readPages(db, options.sample ?? null)) {
    for (const together of groupByBasis(stored)) {
      for (const difference of await differencesOf(db, together)) note(difference)
    }
    const ids = stored.map(({ id }) => id)
    for (const { id, operatorId, of } of await scores.findMisplacedScores(db, ids)) note({ score: id, operatorId, of })
    counts.verified += stored.length
    options.progress?.(counts.verified)
  }
  if (options.sample === undefined)
    for (const { id, operatorId } of await scores.findStrayCurrentScores(db))
      note({ score: id, operatorId, of: 'CURRENT' })
  const ms = options.now().getTime() - startedAt.getTime()
  return { ...counts, ms, ...(found.length > 0 ? { found } : {}) }
}

const groupByBasis = (stored: readonly scores.StoredScore[]): scores.StoredScore[][] => [
  ...groupBy(
    stored,
    (row) => `${row.asOf} ${row.knownAt.toISOString()} ${row.scorecardHash} ${row.rulesHash} ${row.families.join()}`,
  ).values(),
]

const differencesOf = async (db: Db, rows: readonly scores.StoredScore[]): Promise<ScoreDifference[]> => {
  const [first] = rows
  if (first === undefined) return []
  const lost = (of: ScoreDifference['of']) => rows.map((row) => ({ score: row.id, operatorId: row.operatorId, of }))
  const card = await scorecards.byHashUncached(db, first.scorecardHash)
  if (card === null || hashCard(card) !== first.scorecardHash) return lost('CARD')
  const lists = await ruleBooks.byHash(db, first.rulesHash)
  if (lists === null || makeRuleBook(lists).hash !== first.rulesHash) return lost('RULES')
  const known = await operators.operatorsById(
    db,
    rows.map((row) => row.operatorId),
  )
  const facts = await readFacts(db, [...known.values()], first, { lists, known: first.families as FactFamily[] })
  return rows.flatMap((row) => {
    const own = facts.get(row.operatorId)
    const again = own && { ...scoreWithComingChange(own, card), factsHash: hashFacts(own) }
    const of = again ? findReplayFault(row, card, again) : 'FACTS'
    if (of === null) return []
    const recomputed = again && resultOf(again)
    return [{ score: row.id, operatorId: row.operatorId, of, stored: resultOf(row), ...(recomputed && { recomputed }) }]
  })
}

const resultOf = ({ value, grade, factsHash, nextChangeOn }: ReplayedScore): ReplayedScore => {
  return { value, grade, factsHash, nextChangeOn }
}
