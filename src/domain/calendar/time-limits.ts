/**
 * Counts time limits of law. Days begin to count on the day after the start, hours at its instant (行政处罚程序规定 art 80).
 * Only limits in calendar days roll past a holiday at their end (民法典 art 203).
 */
import { addDays, shanghaiDate } from '../../foundation/time/dates.js'
import { type Calendar, isWorkday } from './calendar.js'

/** DAYS: calendar days. SET: a letter states the day. */
export type TimeUnit = 'WORKDAYS' | 'DAYS' | 'HOURS' | 'SET'

export interface TimeSpan {
  value: number
  unit: 'WORKDAYS' | 'DAYS' | 'HOURS'
}

/** Days from `from` on do not count; the day `until`, on which counting resumes, does. `until` null: still paused. */
export interface CountingPause {
  from: string
  until: string | null
}

export interface TimeLimit {
  startsAt: Date
  /** The rule's span, then those of extensions, each from the end of the one before. */
  spans: readonly TimeSpan[]
  pauses: readonly CountingPause[]
}

export interface DueTime {
  on: string
  /** Limits in days have none. */
  at: Date | null
  /** True when the day lies beyond the announced holidays and may still move. */
  provisional: boolean
  /** Holidays and paused days within the limit. */
  uncounted: string[]
  makeUp: string[]
}

const HOUR_MS = 3_600_000

/** Returns null while paused. A limit in hours cannot be paused. */
export const countDueTime = (limit: TimeLimit, calendar: Calendar): DueTime | null => {
  if (limit.pauses.some(({ until }) => until === null)) return null
  const hours = limit.spans.reduce((sum, { value, unit }) => sum + (unit === 'HOURS' ? value : 0), 0)
  if (hours === 0) return countDays(limit, calendar)
  const at = new Date(limit.startsAt.getTime() + hours * HOUR_MS)
  return { on: shanghaiDate(at), at, provisional: false, uncounted: [], makeUp: [] }
}

const countDays = ({ startsAt, spans, pauses }: TimeLimit, calendar: Calendar): DueTime => {
  const uncounted: string[] = []
  const makeUp: string[] = []
  const isPaused = (day: string) => pauses.some(({ from, until }) => from <= day && until !== null && day < until)
  const counts = (day: string, unit: TimeSpan['unit']): boolean => {
    if (isPaused(day) || (unit === 'WORKDAYS' && calendar.holidays.has(day))) {
      uncounted.push(day)
      return false
    }
    if (unit === 'DAYS') return true
    if (calendar.workdays.has(day)) makeUp.push(day)
    return isWorkday(calendar, day)
  }
  let day = shanghaiDate(startsAt)
  for (const { value, unit } of spans)
    for (let left = value; left > 0; ) {
      day = addDays(day, 1)
      if (counts(day, unit)) left -= 1
    }
  if (spans.at(-1)?.unit === 'DAYS') while (!isWorkday(calendar, day)) day = addDays(day, 1)
  return { on: day, at: null, provisional: day > calendar.knownUntil, uncounted, makeUp }
}
