import type { BilingualText } from '../../foundation/text/words.js'
import type { FactFamily, FactName, OperatorKind } from '../records/facts.js'

export const LOWEST_SCORE = 0
export const HIGHEST_SCORE = 1000

export const GRADES = ['A', 'B', 'C', 'D'] as const
export type Grade = (typeof GRADES)[number]

export interface GradeLine extends BilingualText {
  grade: Grade
  from: number
}

export interface Dimension extends BilingualText {
  id: string
  /** False for marketplace signals, which are shown separately, with 0 points. */
  publicCredit: boolean
}

interface RuleHead {
  id: string
  dimension: string
  legalBasis: string[]
  operators?: OperatorKind[]
}

export interface UnitFact extends BilingualText {
  fact: FactName
  points: number
  windowDays: number | null
  /** Full days after which points halve, repeatedly, truncated towards zero. At 0 the event no longer counts. */
  halvesEveryDays?: number | null
}

export interface UnitRule extends RuleHead {
  kind: 'units'
  units: UnitFact[]
  /** Limit of the rule's points: a maximum if positive, a minimum if negative; null for none. */
  cap: number | null
}

/** `to` is inclusive; the last bin is open (null). */
export interface BinRule extends RuleHead, BilingualText {
  kind: 'bins'
  fact: FactName
  windowDays: number | null
  bins: { from: number; to: number | null; points: number }[]
}

export type ScoreRule = UnitRule | BinRule

/** While `fact` is in force, the value is at most the top of `grade`. */
export interface Veto extends Omit<RuleHead, 'operators'>, BilingualText {
  fact: FactName
  grade: Grade
}

/** Falling below `below` opens a lead or an internal watch entry, never a ground for listing. */
export interface ScoreThreshold {
  below: number
  opens: 'lead' | 'watch'
}

export interface Scorecard {
  version: string
  name: BilingualText
  about: BilingualText
  restsOn: string[]
  base: number
  grades: GradeLine[]
  dimensions: Dimension[]
  /** `cap` contains {cap}, `undated` contains {fact}. */
  sentences: Record<'base' | 'cap' | 'floor' | 'ceiling' | 'undated', BilingualText>
  missing: ({ family: FactFamily; dimension: string; points: number } & BilingualText)[]
  rules: ScoreRule[]
  vetoes: Veto[]
  lines: ScoreThreshold[]
  unweighed?: ({ fact: FactName } & BilingualText)[]
}

export const listFactsOfRule = (rule: ScoreRule): FactName[] =>
  rule.kind === 'units' ? rule.units.map((unit) => unit.fact) : [rule.fact]

export const findTopScore = (grade: Grade, lines: readonly GradeLine[]): number => {
  const above = lines[lines.findIndex((line) => line.grade === grade) - 1]
  return above ? above.from - 1 : HIGHEST_SCORE
}
