/** The calendar of working days: what ships, with what officers have said laid over it. */
import type { Calendar } from '../domain/calendar.js'
import { isDate } from '../domain/dates.js'
import { Refusal } from '../errors.js'
import * as calendars from '../store/calendars.js'
import type { Db, Tx } from '../store/db.js'
import * as knowledge from '../store/knowledge.js'
import { wordsOf } from './overrule.js'
import type { Rules } from './rules.js'

/** Days said at once: the holidays and make-up days of a year are fewer. */
const DAYS_MOST = 200

export const withAmendments = async (db: Db | Tx, rules: Rules): Promise<Rules> => {
  const amended = await calendars.amended(db)
  return { ...rules, calendar: laidOver(rules.calendar, amended) }
}

const laidOver = (calendar: Calendar, { days, knownUntil }: calendars.Amended): Calendar => {
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

/** What is said of days. */
export interface DaysSaid {
  holidays: readonly string[]
  workdays: readonly string[]
  /** Days that are again what their weekday says. */
  ordinary: readonly string[]
  knownUntil: string | null
}

export interface CalendarAmended extends DaysSaid {
  reason: string
  by: string
  now: Date
}

/** Deadlines that it moves are counted anew by `renewDeadlines`. Refusals: INPUT_INVALID, DATE_INVALID. */
export const amendCalendar = async (db: Db, rules: Rules, made: CalendarAmended): Promise<void> => {
  const { days, knownUntil } = checked(rules, made)
  const reason = wordsOf(made.reason, '理由 the reason', rules)
  await db.transaction(async (tx) => {
    const at = await knowledge.tick(tx, made.now)
    await calendars.amend(tx, { days, knownUntil, reason, by: made.by, at })
  })
}

/** The calendar of now and as it would be with these days. Nothing is written. Refusals: INPUT_INVALID, DATE_INVALID. */
export const foreseenCalendar = async (
  db: Db,
  rules: Rules,
  said: DaysSaid,
): Promise<{ before: Calendar; after: Calendar; days: string[] }> => {
  const amended = checked(rules, said)
  const { calendar: before } = await withAmendments(db, rules)
  return { before, after: laidOver(before, amended), days: amended.days.map(({ day }) => day).sort() }
}

const checked = (rules: Rules, said: DaysSaid): calendars.Amended => {
  const days = [
    ...said.holidays.map((day) => ({ day, kind: 'HOLIDAY' as const })),
    ...said.workdays.map((day) => ({ day, kind: 'WORKDAY' as const })),
    ...said.ordinary.map((day) => ({ day, kind: 'ORDINARY' as const })),
  ]
  const all = days.map(({ day }) => day)
  const { knownUntil } = said
  for (const day of knownUntil === null ? all : [...all, knownUntil])
    if (!isDate(day)) throw new Refusal('DATE_INVALID', { value: day })
  if (days.length > DAYS_MOST || new Set(all).size < all.length)
    throw new Refusal('INPUT_INVALID', {
      reason: `每次最多 ${DAYS_MOST} 天，每天只说一次 at most ${DAYS_MOST} days, each once`,
    })
  if (days.length === 0 && knownUntil === null)
    throw new Refusal('INPUT_INVALID', { reason: '没有写明任何日期 no day is said' })
  if (knownUntil !== null && knownUntil < rules.calendar.knownUntil)
    throw new Refusal('INPUT_INVALID', {
      reason: `knownUntil 不得早于随版本发布的 ${rules.calendar.knownUntil} not before the day that ships with the hub`,
    })
  return { days, knownUntil }
}
