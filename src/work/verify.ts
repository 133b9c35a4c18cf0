/** Verify: stored scores recomputed from the versions as they were known then; each difference is a score that cannot be replayed. */
import type { FactFamily } from '../domain/facts.js'
import type { Db } from '../store/db.js'
import * as operators from '../store/operators.js'
import * as scores from '../store/scores.js'
import { factsOf, loadScorecard, scoreOne } from './facts.js'
import type { Rules } from './rules.js'

/** Scores read at once. */
const CHUNK_SCORES = 500

export interface Verified {
  verified: number
  differences: number
  ms: number
}

export const verify = async (
  db: Db,
  options: { rules: Rules; now: () => Date; sample?: number; progress?: (scores: number) => void },
): Promise<Verified> => {
  const startedAt = options.now()
  const counts = { verified: 0, differences: 0 }
  for (let after = 0; ; ) {
    const stored = await scores.sample(db, { after, limit: CHUNK_SCORES, of: options.sample ?? null })
    const last = stored.at(-1)
    if (last === undefined) return { ...counts, ms: options.now().getTime() - startedAt.getTime() }
    after = last.id
    counts.verified += stored.length
    for (const together of alike(stored)) counts.differences += await differences(db, together, options.rules)
    options.progress?.(counts.verified)
  }
}

/** Scores of one day, one instant, one card and the same sources are recomputed from one query; those of one transaction always are. */
const alike = (stored: readonly scores.StoredScore[]): scores.StoredScore[][] => {
  const groups = new Map<string, scores.StoredScore[]>()
  for (const row of stored) {
    const key = `${row.asOf} ${row.knownAt.toISOString()} ${row.scorecard} ${row.families.join()}`
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return [...groups.values()]
}

const differences = async (db: Db, rows: readonly scores.StoredScore[], { lists }: Rules): Promise<number> => {
  const [first] = rows
  if (first === undefined) return 0
  const card = loadScorecard(first.scorecard)
  const known = await operators.byIds(
    db,
    rows.map((row) => row.operatorId),
  )
  const facts = await factsOf(db, [...known.values()], first, { lists, known: first.families as FactFamily[] })
  const replays = (row: scores.StoredScore): boolean => {
    const own = facts.get(row.operatorId)
    return own !== undefined && scoreOne(row.operatorId, own, card, row, row) === null && sums(row)
  }
  return rows.filter((row) => !replays(row)).length
}

/** The points of the reasons are the value, exactly. */
const sums = (row: scores.StoredScore): boolean =>
  row.reasons.reduce((sum, reason) => sum + reason.points, 0) === row.value
