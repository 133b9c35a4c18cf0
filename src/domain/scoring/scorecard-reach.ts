import type { OperatorKind } from '../records/facts.js'
import type { Scorecard, UnitFact, UnitRule } from './scorecard.js'

export interface ScoreRange {
  lowest: number
  highest: number
}

const KINDS: readonly OperatorKind[] = ['enterprise', 'individual', 'cooperative', 'other', 'shop']

export const findReachableScores = (card: Scorecard, range: ScoreRange): Set<number> => {
  const values = new Set<number>()
  const seen = new Set<string>()
  for (const kind of KINDS) {
    const rules = card.rules.filter(({ operators }) => !operators || operators.includes(kind))
    const ids = rules.map(({ id }) => id).join()
    if (seen.has(ids)) continue
    seen.add(ids)
    let sums = new Set([card.base])
    for (const rule of rules) {
      const moves = rule.kind === 'units' ? unitSums(rule, range) : new Set(rule.bins.map((bin) => bin.points))
      sums = sumsOf(sums, moves)
    }
    for (const sum of sums) values.add(Math.max(range.lowest, Math.min(range.highest, sum)))
  }
  return values
}

const sumsOf = (some: ReadonlySet<number>, others: ReadonlySet<number>): Set<number> => {
  const sums = new Set<number>()
  for (const one of some) for (const other of others) sums.add(one + other)
  return sums
}

const unitSums = (rule: UnitRule, { highest }: ScoreRange): Set<number> => {
  const bound = Math.min(Math.abs(rule.cap ?? highest), highest)
  const sums = new Set([0])
  const moves = rule.units.flatMap(worthOf)
  for (const sum of sums) {
    for (const points of moves) sums.add(Math.max(-bound, Math.min(bound, sum + points)))
  }
  return sums
}

const worthOf = ({ points, windowDays, halvesEveryDays: period }: UnitFact): number[] => {
  const worth = [points]
  if (!isPeriod(period) || !Number.isFinite(points)) return worth
  const end = windowDays ?? Number.POSITIVE_INFINITY
  let left = half(points)
  for (let age = period; age < end && left !== 0; age += period) {
    worth.push(left)
    left = half(left)
  }
  return worth
}

const half = (points: number): number => Math.trunc(points / 2)

const isPeriod = (days: number | null | undefined): days is number => typeof days === 'number' && days > 0

/** First age in days at which the worse fact costs less. Values only fall, so its steps suffice. */
export const findAgeWhereWorseCostsLess = (worse: UnitFact, milder: UnitFact): number | null => {
  const period = isPeriod(worse.halvesEveryDays) ? worse.halvesEveryDays : null
  const ages = period === null ? [0] : [0, ...worthOf(worse).map((_, i) => (i + 1) * period)]
  if (worse.windowDays !== null) ages.push(worse.windowDays)
  ages.sort((a, b) => a - b)
  return ages.find((age) => Math.abs(worthAt(worse, age)) < Math.abs(worthAt(milder, age))) ?? null
}

const worthAt = (unit: UnitFact, age: number): number => {
  if (unit.windowDays !== null && age >= unit.windowDays) return 0
  if (!isPeriod(unit.halvesEveryDays)) return unit.points
  return worthOf(unit)[Math.floor(age / unit.halvesEveryDays)] ?? 0
}
