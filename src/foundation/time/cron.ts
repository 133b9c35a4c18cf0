/**
 * Cron expressions of five fields in Asia/Shanghai, which has no summer time. node-cron gives no past runs.
 */

const MINUTE = 60_000
const DAY = 86_400_000
const OFFSET = 480 * MINUTE // ms that Shanghai is ahead of UTC
/** Days searched: 29 February is at most eight years away. */
const DAYS_MOST = 2_930

export interface CronSchedule {
  minutes: readonly number[]
  hours: readonly number[]
  days: ReadonlySet<number>
  months: ReadonlySet<number>
  weekdays: ReadonlySet<number>
}

const RANGES = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const

/**
 * Throws unless `text` has five fields of numbers, `*`, `-`, `,` and `/`. Day of month and day of week may not both be
 * restricted: cron and node-cron differ.
 */
export const parseCron = (text: string): CronSchedule => {
  const fields = text.trim().split(/\s+/)
  if (fields.length !== RANGES.length) throw new Error(`not five fields: ${text}`)
  if (fields[2] !== '*' && fields[4] !== '*') throw new Error(`both kinds of day: ${text}`)
  const [minutes = [], hours = [], days = [], months = [], weekdays = []] = fields.map((field, i) =>
    numbers(field, RANGES[i] ?? RANGES[0], text),
  )
  return {
    minutes,
    hours,
    days: new Set(days),
    months: new Set(months),
    // Sunday is both 0 and 7.
    weekdays: new Set(weekdays.map((day) => day % 7)),
  }
}

const numbers = (field: string, [least, most]: readonly [number, number], text: string): number[] => {
  const values = new Set<number>()
  for (const part of field.split(',')) {
    const read = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part)
    if (read === null) throw new Error(`not understood: ${part} of ${text}`)
    const [, first, last, step] = read
    const from = first === undefined ? least : Number(first)
    const to = last !== undefined ? Number(last) : first === undefined || step !== undefined ? most : from
    const by = step === undefined ? 1 : Number(step)
    if (from < least || to > most || from > to || by < 1) throw new Error(`out of range: ${part} of ${text}`)
    for (let n = from; n <= to; n += by) values.add(n)
  }
  return [...values].sort((a, b) => a - b)
}

export const nextRun = (cron: CronSchedule, after: Date): Date | null => {
  const start = (Math.floor(after.getTime() / MINUTE) + 1) * MINUTE + OFFSET
  for (let day = Math.floor(start / DAY), n = 0; n < DAYS_MOST; day += 1, n += 1) {
    const next = runsOfDay(cron, day).find((at) => at >= start)
    if (next !== undefined) return new Date(next - OFFSET)
  }
  return null
}

/** The newest `most` runs in (`after`, `upTo`], ascending. */
export const runsBetween = (cron: CronSchedule, after: Date, upTo: Date, most: number): Date[] => {
  const [low, high] = [after.getTime() + OFFSET, upTo.getTime() + OFFSET]
  let runs: number[] = []
  for (let day = Math.floor(high / DAY), n = 0; n < DAYS_MOST && (day + 1) * DAY > low; day -= 1, n += 1) {
    runs = [...runsOfDay(cron, day).filter((at) => at > low && at <= high), ...runs]
    if (runs.length >= most) break
  }
  return runs.slice(-most).map((at) => new Date(at - OFFSET))
}

/** `day` counts from 1970-01-01 in Shanghai; runs are milliseconds since then. */
const runsOfDay = (cron: CronSchedule, day: number): number[] => {
  const date = new Date(day * DAY)
  const isDay =
    cron.months.has(date.getUTCMonth() + 1) && cron.days.has(date.getUTCDate()) && cron.weekdays.has(date.getUTCDay())
  if (!isDay) return []
  return cron.hours.flatMap((hour) => cron.minutes.map((minute) => day * DAY + (hour * 60 + minute) * MINUTE))
}

const two = (n: number | string): string => String(n).padStart(2, '0')

export const cronInWords = (text: string): { zh: string; en: string } => {
  const [minute = '', hour = '', ...rest] = text.trim().split(/\s+/)
  const daily = rest.length === 3 && rest.every((field) => field === '*')
  if (daily && hour === '*') {
    if (minute === '*') return { zh: '每分钟', en: 'every minute' }
    const step = /^\*\/(\d+)$/.exec(minute)?.[1]
    if (step) return { zh: `每 ${step} 分钟`, en: `every ${step} minutes` }
    if (/^\d+$/.test(minute)) return { zh: `每小时第 ${minute} 分`, en: `every hour at minute ${minute}` }
  }
  if (daily && /^\d+$/.test(minute) && /^\d+$/.test(hour))
    return { zh: `每天 ${two(hour)}:${two(minute)}`, en: `every day at ${two(hour)}:${two(minute)}` }
  return { zh: text, en: text }
}
