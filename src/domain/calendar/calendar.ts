/** Counts working days in China (Administrative Penalty Law, article 85). */
import { addDays, daysBetween, weekdayOf } from '../../foundation/time/dates.js'

/** Public holidays on weekdays, make-up workdays on weekends, and the last announced day. */
export type Calendar = { holidays: Set<string>; workdays: Set<string>; knownUntil: string }

/** An alarm asks for next year's holidays this many days before the announced ones end. */
const CALENDAR_ALARM_DAYS = 60

export const calendarDaysLeft = ({ knownUntil }: Pick<Calendar, 'knownUntil'>, today: string): number =>
  daysBetween(today, knownUntil)

export const isCalendarEnding = (calendar: Pick<Calendar, 'knownUntil'>, today: string): boolean =>
  calendarDaysLeft(calendar, today) <= CALENDAR_ALARM_DAYS

export const isWorkday = (calendar: Calendar, date: string): boolean => {
  if (calendar.workdays.has(date)) return true
  const day = weekdayOf(date)
  return day !== 0 && day !== 6 && !calendar.holidays.has(date)
}

/**
 * Returns the n-th working day after `date`; negative n counts back. `provisional`: the day lies beyond the announced
 * holidays and may still move.
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
