/** Counts working days in China (Administrative Penalty Law, article 85). */
import { Refusal } from '../../foundation/errors.js'
import { addDays, daysBetween, isDate, weekdayOf } from '../../foundation/time/dates.js'
import { isSamePerson } from '../access/persons.js'

export type Calendar = { holidays: Set<string>; workdays: Set<string>; knownUntil: string }

const CALENDAR_ALARM_DAYS = 60

export const countDaysUntilCalendarEnds = ({ knownUntil }: Pick<Calendar, 'knownUntil'>, today: string): number =>
  daysBetween(today, knownUntil)

export const isCalendarEnding = (calendar: Pick<Calendar, 'knownUntil'>, today: string): boolean =>
  countDaysUntilCalendarEnds(calendar, today) <= CALENDAR_ALARM_DAYS

export const isWorkday = (calendar: Calendar, date: string): boolean => {
  if (calendar.workdays.has(date)) return true
  const day = weekdayOf(date)
  return day !== 0 && day !== 6 && !calendar.holidays.has(date)
}

/**
 * Returns the n-th working day after `date`; negative n counts back. `provisional`: beyond the announced holidays, it may
 * still move.
 */
export const addWorkdays = (calendar: Calendar, date: string, n: number): { date: string; provisional: boolean } => {
  const step = n < 0 ? -1 : 1
  let day = date
  for (let left = Math.abs(n); left > 0; ) {
    day = addDays(day, step)
    if (isWorkday(calendar, day)) left -= 1
  }
  return { date: day, provisional: day > calendar.knownUntil }
}

const DAYS_MOST = 200

export type DayKind = 'HOLIDAY' | 'WORKDAY' | 'ORDINARY'

export interface CalendarAmendments {
  days: { day: string; kind: DayKind }[]
  knownUntil: string | null
}

/** `ordinary`: days that are neither holiday nor make-up workday any more. */
const KIND_OF_LIST = { holidays: 'HOLIDAY', workdays: 'WORKDAY', ordinary: 'ORDINARY' } as const
type DayList = keyof typeof KIND_OF_LIST
const DAY_LISTS = Object.entries(KIND_OF_LIST) as [DayList, DayKind][]

export interface CalendarDays extends Partial<Record<DayList, readonly string[] | null>> {
  knownUntil?: string | null
}

export const groupDaysByList = (days: CalendarAmendments['days']): Record<DayList, string[]> =>
  Object.fromEntries(
    DAY_LISTS.map(([list, kind]) => [list, days.filter((one) => one.kind === kind).map(({ day }) => day)]),
  ) as Record<DayList, string[]>

export const applyAmendments = (calendar: Calendar, { days, knownUntil }: CalendarAmendments): Calendar => {
  if (days.length === 0 && knownUntil === null) return calendar
  const [holidays, workdays] = [new Set(calendar.holidays), new Set(calendar.workdays)]
  for (const { day, kind } of days) {
    holidays.delete(day)
    workdays.delete(day)
    if (kind === 'HOLIDAY') holidays.add(day)
    if (kind === 'WORKDAY') workdays.add(day)
  }
  return { holidays, workdays, knownUntil: knownUntil ?? calendar.knownUntil }
}

/** Throws INPUT_INVALID or DATE_INVALID. */
export const makeAmendments = (shipped: Calendar, { knownUntil = null, ...said }: CalendarDays): CalendarAmendments => {
  const days = DAY_LISTS.flatMap(([list, kind]) => (said[list] ?? []).map((day) => ({ day, kind })))
  const all = days.map(({ day }) => day)
  for (const day of knownUntil === null ? all : [...all, knownUntil])
    if (!isDate(day)) throw new Refusal('DATE_INVALID', { value: day })
  if (days.length > DAYS_MOST || new Set(all).size < all.length)
    throw new Refusal('INPUT_INVALID', {
      reason: `每次最多 ${DAYS_MOST} 天，每天只说一次 at most ${DAYS_MOST} days, each once`,
    })
  if (days.length === 0 && knownUntil === null)
    throw new Refusal('INPUT_INVALID', { reason: '没有写明任何日期 no day is said' })
  refuseEarlierKnownUntil(shipped, knownUntil)
  return { days, knownUntil }
}

export const refuseEarlierKnownUntil = (shipped: Calendar, knownUntil: string | null): void => {
  if (knownUntil !== null && knownUntil < shipped.knownUntil)
    throw new Refusal('INPUT_INVALID', {
      reason: `日历的截止日不得早于随版本发布的 ${shipped.knownUntil} knownUntil is not before the day that ships with the hub`,
    })
}

export type CalendarVerdict = 'CONFIRM' | 'REFUSE' | 'WITHDRAW'

/** The proposer may only withdraw a proposal, and nobody else may withdraw it. */
export const findVerdictFault = (
  { state, proposedBy }: { state: string; proposedBy: string },
  verdict: CalendarVerdict,
  by: string,
): 'CALENDAR_SETTLED' | 'SECOND_PERSON' | 'CALENDAR_ANOTHERS' | null => {
  if (state !== 'PROPOSED') return 'CALENDAR_SETTLED'
  if (isSamePerson(proposedBy, by)) return verdict === 'WITHDRAW' ? null : 'SECOND_PERSON'
  return verdict === 'WITHDRAW' ? 'CALENDAR_ANOTHERS' : null
}
