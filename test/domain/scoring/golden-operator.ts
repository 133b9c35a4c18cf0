/** An operator whose score was worked out by hand, and helpers to write its facts. */
import type { FactEvent, FactFamily, FactName, OperatorKind } from '../../../src/domain/records/facts.js'
import type { Grade } from '../../../src/domain/scoring/scorecard.js'

export type DatedFact = Omit<FactEvent, 'record'>
export const on = (fact: FactName, day: string | null, until?: string): DatedFact =>
  until === undefined ? { fact, on: day } : { fact, on: day, until }
export const times = (n: number, ...told: DatedFact[]): DatedFact[] => Array.from({ length: n }, () => told).flat()
export const since = (day: string): DatedFact => on('registered_years', day)
export const active = on('registration_active', null)

/** A day that is recent on the day of the score. */
export const FRESH = '2026-11-01'

export interface GoldenOperator {
  who: string
  version: 'ecommerce-1' | 'general-1'
  kind: OperatorKind
  /** Absent: the hub has a source for every family. */
  known?: FactFamily[]
  told: DatedFact[]
  value: number
  grade: Grade
  /** Expected reasons as "rule fact points", followed by the kind of reason unless it is a unit or bin. Bins of 0 points are left out. */
  reasons: string[]
}
