import { addDays } from '../../foundation/time/dates.js'
import { addWorkdays, type Calendar } from '../calendar/calendar.js'

export interface SendingDuty {
  /** Working days from the record's first day to sending (双公示 7, the register's publicity 20). */
  workdays: number
}

/** Reporting window, days. */
export const REPORTING_WINDOW_DAYS = 90

/** Later first days have later due days, so two threshold days decide for all records. */
interface ThresholdDays {
  today: string
  /** Records with this first day or later are in time. */
  timely: string
  /** Records with this first day or later have a due day beyond the announced calendar. */
  open: string
}

/** Cache by calendar and working days, for one day. */
const remembered = new WeakMap<Calendar, Map<number, ThresholdDays>>()

/**
 * Returns null without a duty or date, and when the passed due day lies beyond the announced calendar, because holidays may still move it.
 */
export const isLate = (
  validFrom: string | null,
  duty: SendingDuty | undefined,
  calendar: Calendar,
  today: string,
): boolean | null => {
  if (validFrom === null || duty === undefined) return null
  const { timely, open } = turns(duty.workdays, calendar, today)
  if (validFrom >= timely) return false
  return validFrom >= open ? null : true
}

const turns = (workdays: number, calendar: Calendar, today: string): ThresholdDays => {
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

/** Returns the earliest first day of a record whose due day is `end` or later. */
const firstDay = (workdays: number, calendar: Calendar, end: string): string => {
  let day = end
  for (;;) {
    const before = addDays(day, -1)
    if (addWorkdays(calendar, before, workdays).date < end) return day
    day = before
  }
}

export const lateShare = ({ late, timely }: { late: number; timely: number }): number | null =>
  late + timely === 0 ? null : late / (late + timely)
