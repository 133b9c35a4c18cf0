import { compareTexts } from '../../foundation/text/values.js'
import type { BilingualText } from '../../foundation/text/words.js'
import type { ReasonKind, Score } from './score.js'
import { wordReason } from './score-words.js'
import { GRADES, type Grade, HIGHEST_SCORE, LOWEST_SCORE, type Scorecard } from './scorecard.js'

const LARGEST_MOVES = 20
/** Province and city (GB/T 2260). */
const REGION_DIGITS = 4
const WIDEST = HIGHEST_SCORE - LOWEST_SCORE

export interface TriedOperator {
  id: number
  kind: string
  region: string | null
}

export type GradeCounts = Record<Grade, number>

/** `mean`: change in points, to two decimals. */
export type TrialGroup = Omit<GroupTally, 'sum'> & { mean: number }

/** In points: at least 5 % of all changes do not exceed p5, and so on. */
export type PointSpread = Record<'mean' | 'lowest' | 'p5' | 'p25' | 'median' | 'p75' | 'p95' | 'highest', number>

type Side = 'before' | 'after'
type ScoredRule = { points: number } & BilingualText

/** `before` or `after` is null when that scorecard has no such reason. */
export interface ReasonDifference {
  rule: string
  fact: string | null
  before: ScoredRule | null
  after: ScoredRule | null
}

export interface MovedOperator {
  operatorId: number
  points: number
  before: Pick<Score, 'value' | 'grade'>
  after: Pick<Score, 'value' | 'grade'>
  /** The differences sum exactly to `points`; the largest comes first. */
  reasons: ReasonDifference[]
}

export interface TrialComparison extends Omit<GroupTally, 'sum'> {
  grades: Record<Grade, GradeCounts>
  spread: PointSpread | null
  up: MovedOperator[]
  down: MovedOperator[]
  regions: ({ region: string | null } & TrialGroup)[]
  kinds: ({ kind: string } & TrialGroup)[]
}

type Pair = { operatorId: number; points: number; before: Score; after: Score }
type GroupTally = ReturnType<typeof emptyGroup>
export type TrialTally = ReturnType<typeof makeTrialTally>

export const makeTrialTally = () => ({
  all: emptyGroup(),
  grades: { A: noGrades(), B: noGrades(), C: noGrades(), D: noGrades() },
  /** `moves[n + WIDEST]` operators change by n points. */
  moves: new Uint32Array(2 * WIDEST + 1),
  up: [] as Pair[],
  down: [] as Pair[],
  regions: new Map<string, GroupTally>(),
  kinds: new Map<string, GroupTally>(),
})

const emptyGroup = () => {
  return { operators: 0, unchanged: 0, better: 0, worse: 0, sum: 0, before: noGrades(), after: noGrades() }
}

const noGrades = (): GradeCounts => ({ A: 0, B: 0, C: 0, D: 0 })

export const tallyOperator = (
  tally: TrialTally,
  { id, kind, region }: TriedOperator,
  before: Score,
  after: Score,
): void => {
  const points = after.value - before.value
  add(tally.all, before, after)
  add(grouped(tally.kinds, kind), before, after)
  add(grouped(tally.regions, region?.slice(0, REGION_DIGITS) ?? ''), before, after)
  tally.grades[before.grade][after.grade] += 1
  tally.moves[points + WIDEST] = (tally.moves[points + WIDEST] ?? 0) + 1
  if (points !== 0) keep(points > 0 ? tally.up : tally.down, { operatorId: id, points, before, after })
}

const grouped = (groups: Map<string, GroupTally>, key: string): GroupTally => {
  const group = groups.get(key) ?? emptyGroup()
  groups.set(key, group)
  return group
}

const add = (group: GroupTally, before: Score, after: Score): void => {
  group.operators += 1
  group.sum += after.value - before.value
  group.before[before.grade] += 1
  group.after[after.grade] += 1
  if (before.grade !== after.grade) {
    if (GRADES.indexOf(after.grade) < GRADES.indexOf(before.grade)) group.better += 1
    else group.worse += 1
  } else if (before.value === after.value) group.unchanged += 1
}

const wider = (a: Pair, b: Pair): number => Math.abs(b.points) - Math.abs(a.points) || a.operatorId - b.operatorId

const keep = (largest: Pair[], pair: Pair): void => {
  const last = largest.at(-1)
  if (largest.length === LARGEST_MOVES && last !== undefined && wider(last, pair) < 0) return
  largest.push(pair)
  largest.sort(wider)
  if (largest.length > LARGEST_MOVES) largest.pop()
}

export const compareScorecards = (
  { all, grades, moves, up, down, regions, kinds }: TrialTally,
  cards: Record<Side, Scorecard>,
): TrialComparison => {
  const moved = ({ operatorId, points, before, after }: Pair): MovedOperator => ({
    operatorId,
    points,
    before: { value: before.value, grade: before.grade },
    after: { value: after.value, grade: after.grade },
    reasons: differences({ before, after }, cards),
  })
  const { mean, ...whole } = groupOf(all)
  return {
    ...whole,
    grades,
    spread: all.operators === 0 ? null : { mean, ...quantiles(moves, all.operators) },
    up: up.map(moved),
    down: down.map(moved),
    regions: inOrder(regions).map(([region, group]) => ({ region: region === '' ? null : region, ...groupOf(group) })),
    kinds: inOrder(kinds).map(([kind, group]) => ({ kind, ...groupOf(group) })),
  }
}

const inOrder = (groups: ReadonlyMap<string, GroupTally>): [string, GroupTally][] =>
  [...groups].sort(([a], [b]) => Number(a === '') - Number(b === '') || compareTexts(a, b))

const groupOf = ({ sum, ...group }: GroupTally): TrialGroup => ({
  ...group,
  // Adding 0 turns -0 into 0.
  mean: group.operators === 0 ? 0 : Math.round((sum * 100) / group.operators) / 100 + 0,
})

const quantiles = (moves: Uint32Array, operators: number): Omit<PointSpread, 'mean'> => {
  const at = (percent: number): number => {
    const rank = Math.max(1, Math.ceil((percent * operators) / 100))
    let seen = 0
    const place = moves.findIndex((n) => {
      seen += n
      return seen >= rank
    })
    return place - WIDEST
  }
  return { lowest: at(0), p5: at(5), p25: at(25), median: at(50), p75: at(75), p95: at(95), highest: at(100) }
}

const COUNTING: ReadonlySet<ReasonKind> = new Set<ReasonKind>(['UNIT', 'BIN'])

const differences = (scores: Record<Side, Score>, cards: Record<Side, Scorecard>): ReasonDifference[] => {
  const found = new Map<string, ReasonDifference>()
  for (const side of ['before', 'after'] as const)
    for (const reason of scores[side].reasons) {
      const { rule, why, fact, points, zh, en } = wordReason(reason, cards[side])
      const key = `${COUNTING.has(why) ? '' : why} ${rule} ${fact ?? ''}`
      const difference = found.get(key) ?? { rule, fact, before: null, after: null }
      found.set(key, difference)
      difference[side] = { points, zh, en }
    }
  const width = ({ before, after }: ReasonDifference): number => Math.abs((after?.points ?? 0) - (before?.points ?? 0))
  return [...found.values()].filter((each) => width(each) !== 0).sort((a, b) => width(b) - width(a))
}
