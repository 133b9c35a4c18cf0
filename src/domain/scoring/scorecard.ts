/**
 * A scorecard is data: `schema/scorecards/<version>.json`, its shape in `schema/contracts/scorecard.json`. What
 * the shape cannot say is checked in scorecard-check.ts.
 */

import type { Words } from '../../foundation/text/words.js'
import type { FactFamily, FactName, OperatorKind } from '../records/facts.js'

export const LOWEST = 0
export const HIGHEST = 1000

/** From the best to the worst. */
export const GRADES = ['A', 'B', 'C', 'D'] as const
export type Grade = (typeof GRADES)[number]

export interface GradeLine extends Words {
  grade: Grade
  /** The lowest value of the grade. */
  from: number
}

export interface Dimension extends Words {
  id: string
  /** Marketplace signals are not public-credit information: shown apart, each rule of such a dimension at 0 points. */
  publicCredit: boolean
}

interface RuleHead {
  id: string
  dimension: string
  legalBasis: string[]
  /** The kinds of operator it applies to; absent: all. */
  operators?: OperatorKind[]
}

export interface Unit extends Words {
  fact: FactName
  points: number
  windowDays: number | null
  /**
   * The points of an event halve, truncated towards zero, with every so many full days since its day; at 0 it no longer
   * counts. Absent or null: never.
   */
  halvesEveryDays?: number | null
}

/** Points for each unit of each fact, by severity, all under one cap. */
export interface UnitRule extends RuleHead {
  kind: 'units'
  units: Unit[]
  /** What the units together may move at most, with their sign; null: no cap. */
  cap: number | null
}

/** Points by how many there are. `to` is included; the last bin is open (null). */
export interface BinRule extends RuleHead, Words {
  kind: 'bins'
  fact: FactName
  windowDays: number | null
  bins: { from: number; to: number | null; points: number }[]
}

export type Rule = UnitRule | BinRule

/** While `fact` is in force the value is at most the top of `grade`. */
export interface Veto extends Words {
  id: string
  dimension: string
  fact: FactName
  grade: Grade
  legalBasis: string[]
}

/** A value that falls below `below` opens a lead, or an entry of the internal watch list: reasons to look, never a ground for listing. */
export interface ScoreLine {
  below: number
  opens: 'lead' | 'watch'
}

export interface Scorecard {
  version: string
  name: Words
  /** What the card rests on, and that its weights are a proposal of this project. */
  about: Words
  restsOn: string[]
  base: number
  grades: GradeLine[]
  dimensions: Dimension[]
  /** `{cap}` in cap, `{fact}` in undated. */
  sentences: { base: Words; cap: Words; floor: Words; ceiling: Words; undated: Words }
  /** What is said, and done, where no source tells anything of a family. */
  missing: ({ family: FactFamily; dimension: string; points: number } & Words)[]
  rules: Rule[]
  vetoes: Veto[]
  lines: ScoreLine[]
  /** Facts that the card knows of and leaves alone, each with the reason; absent: none. */
  unweighed?: ({ fact: FactName } & Words)[]
}

export const factsOf = (rule: Rule): FactName[] =>
  rule.kind === 'units' ? rule.units.map((unit) => unit.fact) : [rule.fact]

/** The highest value of a grade. */
export const topOf = (grade: Grade, lines: readonly GradeLine[]): number => {
  const place = lines.findIndex((line) => line.grade === grade)
  const above = lines[place - 1]
  return above ? above.from - 1 : HIGHEST
}
