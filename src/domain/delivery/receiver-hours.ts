import { addDays, secondsUntilMidnight, shanghaiDate } from '../../foundation/time/dates.js'
import { type Calendar, isWorkday } from '../calendar/calendar.js'

export interface OpenHours {
  /** HH:MM, inclusive. */
  from: string
  /** HH:MM, exclusive. A time not later than `from` is on the next morning. */
  to: string
  workdaysOnly: boolean
}

const DAY_SECONDS = 86_400
const SECOND_MS = 1_000

/** Opening hours that pass midnight count as hours of the day on which they began. */
export const isReceiverOpen = (hours: OpenHours | null, calendar: Calendar, now: Date): boolean => {
  if (hours === null) return true
  const today = shanghaiDate(now)
  const second = DAY_SECONDS - secondsUntilMidnight(new Date(Math.floor(now.getTime() / SECOND_MS) * SECOND_MS))
  const [from, to] = [secondOf(hours.from), secondOf(hours.to)]
  const works = (day: string): boolean => !hours.workdaysOnly || isWorkday(calendar, day)
  if (from < to) return second >= from && second < to && works(today)
  return (second >= from && works(today)) || (second < to && works(addDays(today, -1)))
}

const secondOf = (time: string): number => {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  return hour * 3_600 + minute * 60
}
