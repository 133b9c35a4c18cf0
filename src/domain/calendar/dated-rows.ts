/** Exactly one row of a dated rule table must apply on each day. */
import { addDays } from '../../foundation/time/dates.js'

export interface RuleFault {
  place: string
  reason: string
}

export interface DatedRow {
  /** First and last day, both inclusive; null for an open end. */
  from: string | null
  to: string | null
  basis: string
  mark: 'F' | 'M'
  confirmed: boolean
}

export const coverageFaults = (place: string, rows: readonly DatedRow[]): RuleFault[] => {
  const sorted = [...rows].sort((a, b) => ((a.from ?? '') < (b.from ?? '') ? -1 : 1))
  if (sorted[0]?.from !== null) return [{ place, reason: 'nothing from the beginning' }]
  if (sorted.at(-1)?.to !== null) return [{ place, reason: 'nothing to the end' }]
  return sorted.slice(1).flatMap((row, i) => {
    const before = sorted[i]?.to ?? null
    return before !== null && row.from !== null && addDays(before, 1) === row.from
      ? []
      : [{ place, reason: `does not follow the row before it: ${row.from}` }]
  })
}

export const rowInForce = <R extends DatedRow>(rows: readonly R[], day: string): R | undefined =>
  rows.find(({ from, to }) => (from === null || from <= day) && (to === null || day <= to))
