/** Whether an agency sent a record in time: the duty counts working days from the day from which the record itself holds. */
import { addWorkdays, type Calendar } from './calendar.js'

export interface Duty {
  /** Working days after the record's first day within which it must be sent (双公示 7, the register's publicity 20). */
  workdays: number
}

/** Days over which lateness is told. */
export const WATCHED_DAYS = 90
/** Days of which the last day for sending is remembered; a delivery has thousands of records but few days. */
const DAYS_REMEMBERED = 50_000

/** By calendar, then by working days and first day. */
const remembered = new WeakMap<Calendar, Map<string, { date: string; provisional: boolean }>>()

/**
 * True if `today` lies after the last day for sending what holds from `validFrom`; null where there is no duty, no date, or
 * where it cannot be said: past a last day that lies beyond the announced calendar, holidays still to come may move it.
 */
export const isLate = (
  validFrom: string | null,
  duty: Duty | undefined,
  calendar: Calendar,
  today: string,
): boolean | null => {
  if (validFrom === null || duty === undefined) return null
  const { date, provisional } = lastDay(validFrom, duty.workdays, calendar)
  if (today <= date) return false
  return provisional ? null : true
}

const lastDay = (from: string, workdays: number, calendar: Calendar): { date: string; provisional: boolean } => {
  let days = remembered.get(calendar)
  if (days === undefined || days.size >= DAYS_REMEMBERED) {
    days = new Map()
    remembered.set(calendar, days)
  }
  const key = `${workdays} ${from}`
  let day = days.get(key)
  if (day === undefined) {
    day = addWorkdays(calendar, from, workdays)
    days.set(key, day)
  }
  return day
}

/** Null where there is nothing to count. */
export const lateShare = ({ late, timely }: { late: number; timely: number }): number | null =>
  late + timely === 0 ? null : late / (late + timely)
