/** Days are 'YYYY-MM-DD' in Asia/Shanghai. The machine's zone has no effect. */
import { Refusal } from '../errors.js'
import { compactText, textOfValue, toHalfWidth } from '../text/values.js'

const FIRST_YEAR = 1900
const LAST_YEAR = 2999
const FIRST_INSTANT = Date.UTC(FIRST_YEAR - 1, 11, 31)
const AFTER_LAST_INSTANT = Date.UTC(LAST_YEAR + 1, 0, 1)
const MAX_LENGTH = 64 // characters of a date as sent
const [DIGIT_ZERO, HYPHEN] = [0x30, 0x2d]
const SHORT_MONTHS = new Set([4, 6, 9, 11])
const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000
const SHANGHAI_OFFSET = 480 * MINUTE
/** The agencies' marker for "no date". */
const NO_DATE = '1900-01-01'

/** From 1992 on UTC+8 holds. Earlier years need the zone table. */
const STEADY_SINCE = Date.UTC(1992, 0, 1)
const SHANGHAI = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
})

const TIME = String.raw`(?:[T\s]*(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,]\d{1,9})?)?)?`
const CHINESE_TIME = String.raw`(?:(\d{1,2})[时:](?:(\d{1,2})分?(?::?(\d{1,2})秒?)?)?)?`
const ZONE = String.raw`\s*(Z|[+-]\d{2}(?::?\d{2})?)?`
const WRITTEN = new RegExp(
  String.raw`^(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2}))${TIME}${ZONE}$`,
)
const CHINESE = new RegExp(String.raw`^(\d{4})年(\d{1,2})月(\d{1,2})日?${CHINESE_TIME}$`)
const DIGITS = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})(?:\d{3})?)?$/
const EPOCH = /^-?\d{12,13}$/
/** Eleven digits (1970 to 1973) count too; ten could be seconds and are refused. */
const EPOCH_NUMBER = /^-?\d{11,13}$/
/** YYYYMMDDhhmm. As milliseconds these digits would fall in 1976. */
const MINUTES = /^((?:19|20)\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/

/**
 * Reads 2018/6/8, 2018年6月8日, 20180608195653, 201806081956, ISO 8601 with zone, epoch milliseconds, Date. Null for
 * twelve digits that could be a whole hour in milliseconds, years outside 1900–2999 or of two digits, and 1900-01-01.
 */
export const parseDate = (value: unknown): string | null => {
  const day = anyDay(value)
  return day === NO_DATE ? null : day
}

export const isNoDateMarker = (value: unknown): boolean => anyDay(value) === NO_DATE

const anyDay = (value: unknown): string | null => (value instanceof Date ? dayOf(value.getTime()) : parseText(value))

const parseText = (value: unknown): string | null => {
  const text = typeof value === 'boolean' ? null : textOfValue(value)
  if (text === null || text.length > MAX_LENGTH) return null
  if (isDate(text)) return text
  const narrow = toHalfWidth(text).trim()
  if (MINUTES.test(narrow)) return dayInTwelve(narrow)
  if ((typeof value === 'number' ? EPOCH_NUMBER : EPOCH).test(narrow)) return dayOf(Number(narrow))
  const [, year, m1, d1, m2, d2, m3, d3, ...rest] = WRITTEN.exec(narrow) ?? []
  if (year) return dayAt([year, m1 ?? m2 ?? m3, d1 ?? d2 ?? d3, ...rest])
  return dayAt((CHINESE.exec(compactText(narrow)) ?? DIGITS.exec(narrow) ?? []).slice(1))
}

const dayInTwelve = (digits: string): string | null => {
  const day = dayAt((MINUTES.exec(digits) ?? []).slice(1))
  if (!isWholeHour(Number(digits))) return day
  return day === null ? dayOf(Number(digits)) : null
}

/** Registers send days as midnights of Shanghai or UTC. */
const isWholeHour = (time: number): boolean => time % HOUR === 0

/** Days that earlier releases stored, reading twelve digits as milliseconds. */
export const daysMisreadFor = (day: string): string[] => {
  const digits = day.replaceAll('-', '')
  if (!MINUTES.test(`${digits}0000`)) return []
  const [first, last] = [dayOf(Number(`${digits}0000`)), dayOf(Number(`${digits}2359`))]
  return [...new Set([first, last])].filter((each) => each !== null)
}
export const MISREAD_DAY_RANGE = { from: '1976-01-09', to: '1976-08-26' }

type DateParts = readonly (string | undefined)[]

const dayAt = ([year, month, day, hour = '0', minute = '0', second = '0', zone]: DateParts): string | null => {
  if (!year || !month || !day) return null
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  if (!isDate(date) || Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return null
  if (!zone) return date
  const [, sign = '+', hours = '00', minutes = '00'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? []
  const offset = (Number(hours) * 60 + Number(minutes)) * MINUTE * (sign === '-' ? -1 : 1)
  const clock = (Number(hour) * 60 + Number(minute)) * MINUTE + Number(second) * SECOND
  return dayOf(utc(date) + clock - offset)
}

export const isDate = (text: string): boolean => isDayOfYears(text, FIRST_YEAR, LAST_YEAR)

export const isDayOfYears = (text: string, first: number, last: number): boolean => {
  if (text.length !== 10 || text.charCodeAt(4) !== HYPHEN || text.charCodeAt(7) !== HYPHEN) return false
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  return year >= first && year <= last && dayExists(year, twoDigits(text, 5), twoDigits(text, 8))
}

/** NaN unless both characters are digits. */
const twoDigits = (text: string, at: number): number => {
  const [tens, ones] = [text.charCodeAt(at) - DIGIT_ZERO, text.charCodeAt(at + 1) - DIGIT_ZERO]
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

export const dayExists = (year: number, month: number, day: number): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)

const daysIn = (year: number, month: number): number =>
  month === 2 ? (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28) : SHORT_MONTHS.has(month) ? 30 : 31

export const shanghaiDate = (instant: Date): string => {
  const time = instant.getTime()
  if (Number.isNaN(time)) throw new Refusal('DATE_INVALID', { value: String(instant) })
  return time < STEADY_SINCE ? SHANGHAI.format(instant) : dateOf(time + SHANGHAI_OFFSET)
}

/** Such as `2026-12-01 09:05`. */
export const shanghaiMinute = (instant: Date): string =>
  `${shanghaiDate(instant)} ${new Date(instant.getTime() + SHANGHAI_OFFSET).toISOString().slice(11, 16)}`

export const secondsUntilMidnight = (instant: Date): number =>
  Math.floor((DAY - ((instant.getTime() + SHANGHAI_OFFSET) % DAY)) / SECOND)

const dayOf = (time: number): string | null => {
  if (!(time >= FIRST_INSTANT && time < AFTER_LAST_INSTANT)) return null
  const date = shanghaiDate(new Date(time))
  return isDate(date) ? date : null
}

export const addDays = (date: string, n: number): string => dateOf(utc(date) + n * DAY)

/** Month ends clamp: 2024-01-31 plus one month is 2024-02-29. */
export const addMonths = (date: string, n: number): string => {
  const from = new Date(utc(date))
  const months = from.getUTCFullYear() * 12 + from.getUTCMonth() + n
  const year = Math.floor(months / 12)
  const month = months - year * 12
  return dateOf(Date.UTC(year, month, Math.min(from.getUTCDate(), daysIn(year, month + 1))))
}

export const addYears = (date: string, n: number): string => addMonths(date, n * 12)

export const daysBetween = (from: string, to: string): number => (utc(to) - utc(from)) / DAY

/** Returns 0 for Sunday to 6 for Saturday. */
export const weekdayOf = (date: string): number => new Date(utc(date)).getUTCDay()

const utc = (date: string): number => {
  if (!isDate(date)) throw new Refusal('DATE_INVALID', { value: date })
  return Date.parse(`${date}T00:00:00Z`)
}

const dateOf = (time: number): string => textOfDay(Math.floor(time / DAY))

/** Days are numbers; 0 is 1970-01-01. */

export const NEVER_DAY = Number.POSITIVE_INFINITY

const LAST_DAY = Date.UTC(LAST_YEAR, 11, 31) / DAY
const [ZEROS_4, ZEROS_2] = [0x30 * 1111, 0x30 * 11]
const DAYS_BEFORE_1970 = 719_528
/** Days of a common year before each month (1: January). */
const BEFORE_MONTH = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]

/** The day must exist. */
export const dayNumber = (date: string): number => {
  const year =
    date.charCodeAt(0) * 1000 + date.charCodeAt(1) * 100 + date.charCodeAt(2) * 10 + date.charCodeAt(3) - ZEROS_4
  const month = date.charCodeAt(5) * 10 + date.charCodeAt(6) - ZEROS_2
  const day = date.charCodeAt(8) * 10 + date.charCodeAt(9) - ZEROS_2
  // A leap day counts from March on.
  const leaps = month > 2 ? year : year - 1
  const leapDays = Math.floor(leaps / 4) - Math.floor(leaps / 100) + Math.floor(leaps / 400) + 1
  return year * 365 + leapDays + (BEFORE_MONTH[month] ?? 0) + day - 1 - DAYS_BEFORE_1970
}

/** 29 February becomes the 28th in common years, as by addYears. */
export const anniversaryDay = (date: string, years: number): number => {
  const year = Number(date.slice(0, 4)) + years
  if (year > LAST_YEAR) return NEVER_DAY
  const day = dayNumber(`${year}${date.slice(4)}`)
  const common = year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0)
  return common && date.endsWith('-02-29') ? day - 1 : day
}

export const dayText = (day: number): string | null => (day > LAST_DAY ? null : textOfDay(day))

const texts = new Map<number, string>()

const textOfDay = (day: number): string => {
  const known = texts.get(day)
  if (known !== undefined) return known
  const text = new Date(day * DAY).toISOString().slice(0, 10)
  texts.set(day, text)
  return text
}
