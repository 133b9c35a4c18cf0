import { addDays, isDate } from '../../foundation/time/dates.js'

export interface RuleFault {
  place: string
  reason: string
}

/** F: found in a published text. M: from memory, shown as unconfirmed and never asserted as law. */
export type SourceCertainty = 'F' | 'M'

/** First and last day, both inclusive; null for an open end. */
export interface RuleDates {
  from: string | null
  to: string | null
}

export interface RuleSource {
  basis: string
  mark: SourceCertainty
}

export interface DatedRow extends RuleDates, RuleSource {
  confirmed: boolean
}

export const isInForce = ({ from, to }: RuleDates, day: string): boolean =>
  (from === null || from <= day) && (to === null || day <= to)

export const findRowInForce = <R extends RuleDates>(rows: readonly R[], day: string): R | undefined =>
  rows.find((row) => isInForce(row, day))

export const compareFirstDays = (a: RuleDates, b: RuleDates): number => ((a.from ?? '') < (b.from ?? '') ? -1 : 1)

/** Finds days without a row, for tables in which exactly one row must apply on each day. */
export const findCoverageFaults = (place: string, rows: readonly RuleDates[]): RuleFault[] => {
  const sorted = [...rows].sort(compareFirstDays)
  if (sorted[0]?.from !== null) return [{ place, reason: 'nothing from the beginning' }]
  if (sorted.at(-1)?.to !== null) return [{ place, reason: 'nothing to the end' }]
  return sorted.slice(1).flatMap((row, i) => {
    const before = sorted[i]?.to ?? null
    return before !== null && row.from !== null && addDays(before, 1) === row.from
      ? []
      : [{ place, reason: `does not follow the row before it: ${row.from}` }]
  })
}

const FIRST_DAY = '0000-01-01'
const LAST_DAY = '9999-12-31'

const overlap = (a: RuleDates, b: RuleDates): boolean =>
  (a.from ?? FIRST_DAY) <= (b.to ?? LAST_DAY) && (b.from ?? FIRST_DAY) <= (a.to ?? LAST_DAY)

/** Rows related by `isSame` may not overlap; only rows of certainty F may be confirmed. */
export const checkRuleRows = <R extends RuleDates & { mark: SourceCertainty; confirmed?: boolean }>(
  rows: readonly R[],
  place: string,
  isSame: (one: R, other: R) => boolean,
): RuleFault[] =>
  rows.flatMap((row, i) => {
    const { from, to, mark, confirmed = mark === 'F' } = row
    const faults = [from, to].filter((day) => day !== null && !isDate(day)).map((day) => `不是日期：${day}。Not a day.`)
    if (from !== null && to !== null && to < from) faults.push('止期早于起期。It ends before it begins.')
    if (confirmed !== (mark === 'F'))
      faults.push('未经核实（M）的不得标为已确认。Confirmed is only what was found (F).')
    if (rows.slice(i + 1).some((other) => isSame(row, other) && overlap(row, other)))
      faults.push('适用日期重叠。Two rows apply on one day.')
    return faults.map((reason) => ({ place: `${place}[${i}]`, reason }))
  })
