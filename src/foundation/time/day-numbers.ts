/** Days are numbers; 0 is 1970-01-01. */

export const NEVER_DAY = Number.POSITIVE_INFINITY

const DAY = 86_400_000
const LAST_YEAR = 2999
const LAST_DAY = Date.UTC(LAST_YEAR, 11, 31) / DAY
const [ZEROS_4, ZEROS_2] = [0x30 * 1111, 0x30 * 11]
const DAYS_BEFORE_1970 = 719_528
/** Days of a common year before each month; index 1 is January. */
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

const texts = new Map<number, string>()

/** NEVER and days after 2999 give null. */
export const dayText = (day: number): string | null => {
  if (day > LAST_DAY) return null
  const known = texts.get(day)
  if (known !== undefined) return known
  const text = new Date(day * DAY).toISOString().slice(0, 10)
  texts.set(day, text)
  return text
}
