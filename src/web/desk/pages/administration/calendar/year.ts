import { addDays, weekdayOf } from '../../../../../foundation/time/dates.js'

export interface DayException {
  on: string
  working: boolean
  reason: string | null
  amendedBy: string | null
  amendedAt: string | null
}

/** ORDINARY removes an amendment, so that the weekday decides. */
export type DayAmendment = 'HOLIDAY' | 'WORKDAY' | 'ORDINARY'
export type CalendarDraft = ReadonlyMap<string, DayAmendment>

export const isWeekend = (on: string): boolean => [0, 6].includes(weekdayOf(on))

export const monthsOf = (year: number): string[][] => {
  const months: string[][] = Array.from({ length: 12 }, () => [])
  for (let on = `${year}-01-01`; on.startsWith(`${year}-`); on = addDays(on, 1))
    months[Number(on.slice(5, 7)) - 1]?.push(on)
  return months
}

/** Weeks start on Monday. */
export const blankCellsBefore = (first: string): number => (weekdayOf(first) + 6) % 7

export const flipDay = (on: string, working: boolean): DayAmendment => {
  if (working === isWeekend(on)) return 'ORDINARY'
  return working ? 'HOLIDAY' : 'WORKDAY'
}

export const isWorking = (on: string, amendment: DayAmendment): boolean =>
  amendment === 'WORKDAY' || (amendment === 'ORDINARY' && !isWeekend(on))

export const daysByKind = (draft: CalendarDraft) => {
  const of = (kind: DayAmendment) =>
    [...draft]
      .filter(([, said]) => said === kind)
      .map(([on]) => on)
      .sort()
  return { holidays: of('HOLIDAY'), workdays: of('WORKDAY'), ordinary: of('ORDINARY') }
}
