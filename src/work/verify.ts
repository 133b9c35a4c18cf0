/** Verify: stored scores recomputed from the versions as they were known then; each difference is a score that cannot be replayed. */
import type { FactFamily } from '../domain/facts.js'
import { canonical, type Json } from '../domain/records.js'
import { score as fold } from '../domain/score.js'
import type { Db } from '../store/db.js'
import * as operators from '../store/operators.js'
import * as scores from '../store/scores.js'
import { cardByHash } from './cards.js'
import { factsOf, hashOfFacts } from './facts.js'
import type { Rules } from './rules.js'

/** Scores read at once. */
const STEP_SCORES = 2_000

/** Differences told one by one. */
const MOST_TOLD = 1_000

export interface Verified {
  verified: number
  differences: number
  ms: number
  /** The first of them; absent where there is none. */
  found?: Difference[]
}

/** What a stored score says otherwise than its replay; `score` is its id. */
export interface Difference {
  score: number
  operatorId: number
  /** What differs: the card or the facts behind it, or what came of them. */
  of: 'CARD' | 'FACTS' | 'SUM' | 'RESULT'
}

export const verify = async (
  db: Db,
  options: {
    rules: Rules
    now: () => Date
    sample?: number
    progress?: (scores: number) => void
  },
): Promise<Verified> => {
  const startedAt = options.now()
  const counts = { verified: 0, differences: 0 }
  const found: Difference[] = []
  for (let after = 0; ; ) {
    const stored = await scores.sample(db, { after, limit: STEP_SCORES, of: options.sample ?? null })
    const last = stored.at(-1)
    if (last === undefined) {
      const ms = options.now().getTime() - startedAt.getTime()
      return { ...counts, ms, ...(found.length > 0 ? { found } : {}) }
    }
    after = last.id
    counts.verified += stored.length
    for (const together of alike(stored)) {
      for (const difference of await differencesOf(db, together, options.rules)) {
        counts.differences += 1
        if (found.length < MOST_TOLD) found.push(difference)
      }
    }
    options.progress?.(counts.verified)
  }
}

/** Scores of one day, one instant, one card and the same sources are recomputed from one query; those of one run always are. */
const alike = (stored: readonly scores.StoredScore[]): scores.StoredScore[][] => {
  const groups = new Map<string, scores.StoredScore[]>()
  for (const row of stored) {
    const key = `${row.asOf} ${row.knownAt.toISOString()} ${row.scorecardHash} ${row.families.join()}`
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return [...groups.values()]
}

const differencesOf = async (db: Db, rows: readonly scores.StoredScore[], { lists }: Rules): Promise<Difference[]> => {
  const [first] = rows
  if (first === undefined) return []
  const card = await cardByHash(db, first.scorecardHash)
  if (card === null) return rows.map((row) => ({ score: row.id, operatorId: row.operatorId, of: 'CARD' }))
  const known = await operators.byIds(
    db,
    rows.map((row) => row.operatorId),
  )
  const facts = await factsOf(db, [...known.values()], first, { lists, known: first.families as FactFamily[] })
  const differs = (row: scores.StoredScore): Difference['of'] | null => {
    const own = facts.get(row.operatorId)
    if (own === undefined || hashOfFacts(own) !== row.factsHash) return 'FACTS'
    if (card.version !== row.scorecard) return 'CARD'
    // The points of the reasons are the value, exactly.
    if (row.reasons.reduce((sum, reason) => sum + reason.points, 0) !== row.value) return 'SUM'
    const { value, grade, reasons, nextChangeOn } = row
    return bytes(fold(own, card)) === bytes({ value, grade, reasons, nextChangeOn }) ? null : 'RESULT'
  }
  return rows.flatMap((row) => {
    const of = differs(row)
    return of === null ? [] : [{ score: row.id, operatorId: row.operatorId, of }]
  })
}

const bytes = (result: unknown): string => canonical(result as Json)
