import { memoByObject } from '../../foundation/memo.js'
import { addDays } from '../../foundation/time/dates.js'
import { addWorkdays, type Calendar } from '../calendar/calendar.js'

export interface SendingDuty {
  /** Working days from the record's first day until it must be sent (双公示 7, the register's publicity 20). */
  workdays: number
}

export const REPORTING_WINDOW_DAYS = 90

interface ThresholdDays {
  today: string
  /** Records that begin on this day or later are in time. */
  timely: string
  /** Records that begin on this day or later are due after the announced calendar. */
  open: string
}

const latestThresholdsByWorkdays = memoByObject((_: Calendar) => new Map<number, ThresholdDays>())

/** A due day that has passed but lies beyond the announced holidays may still move, and gives null. */
export const isSentLate = (
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
  const known = latestThresholdsByWorkdays(calendar)
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
