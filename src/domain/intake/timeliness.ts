/** Whether an agency sent a record in time: the duty counts working days from the day from which the record itself holds. */

import { addDays } from '../../foundation/time/dates.js'
import { addWorkdays, type Calendar } from '../calendar/calendar.js'

export interface Duty {
  /** Working days after the record's first day within which it must be sent (双公示 7, the register's publicity 20). */
  workdays: number
}

/** Days over which lateness is told. */
export const WATCHED_DAYS = 90

/**
 * The later a record's first day, the later its last day for sending: two first days decide for all of them, and nobody
 * counts the working days of each.
 */
interface Turns {
  today: string
  /** First days from here on are in time. */
  timely: string
  /** First days from here on have their last day beyond the announced calendar. */
  open: string
}

/** By calendar, then by working days; of one day only. */
const remembered = new WeakMap<Calendar, Map<number, Turns>>()

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
  const { timely, open } = turns(duty.workdays, calendar, today)
  if (validFrom >= timely) return false
  return validFrom >= open ? null : true
}

const turns = (workdays: number, calendar: Calendar, today: string): Turns => {
  let known = remembered.get(calendar)
  if (known === undefined) {
    known = new Map()
    remembered.set(calendar, known)
  }
  const last = known.get(workdays)
  if (last?.today === today) return last
  const afresh = {
    today,
    timely: firstDay(workdays, calendar, today),
    open: firstDay(workdays, calendar, addDays(calendar.knownUntil, 1)),
  }
  known.set(workdays, afresh)
  return afresh
}

/** The earliest first day whose last day for sending is `end` or later. */
const firstDay = (workdays: number, calendar: Calendar, end: string): string => {
  let day = end
  for (;;) {
    const before = addDays(day, -1)
    if (addWorkdays(calendar, before, workdays).date < end) return day
    day = before
  }
}

/** Null where there is nothing to count. */
export const lateShare = ({ late, timely }: { late: number; timely: number }): number | null =>
  late + timely === 0 ? null : late / (late + timely)
