/** Measures the working days from a decision to its confirmation by platforms (schema/rules/timeliness.json). */

import { groupBy } from '../../foundation/groups.js'
import { addDays, addMonths } from '../../foundation/time/dates.js'
import { addWorkdays, type Calendar, isWorkday } from '../calendar/calendar.js'
import { checkRuleRows, type DatedRow, isInForce, type RuleFault } from '../calendar/dated-rows.js'

export const TIMELINESS_DUTIES = ['RECORD', 'LISTING', 'RECORD_WITHDRAWAL', 'LISTING_WITHDRAWAL', 'PUBLICITY'] as const
export type TimelinessDutyName = (typeof TIMELINESS_DUTIES)[number]
/** Duties fulfilled when a platform confirms a delivery. For PUBLICITY the publication day counts instead. */
export const DELIVERY_DUTIES: readonly TimelinessDutyName[] = [
  'RECORD',
  'LISTING',
  'RECORD_WITHDRAWAL',
  'LISTING_WITHDRAWAL',
]

export interface LimitRow extends DatedRow {
  duty: TimelinessDutyName
  workdays: number
}

export interface TimelinessRules {
  limits: readonly LimitRow[]
}

export const checkTimeliness = ({ limits }: TimelinessRules): RuleFault[] => [
  ...checkRuleRows(limits, 'limits', (a, b) => a.duty === b.duty),
  ...TIMELINESS_DUTIES.filter((duty) => !limits.some((row) => row.duty === duty)).map((duty) => ({
    place: 'limits',
    reason: `缺少 ${duty}。There is no row for it.`,
  })),
]

export const limitOf = ({ limits }: TimelinessRules, duty: TimelinessDutyName, day: string): LimitRow | null =>
  limits.find((row) => row.duty === duty && isInForce(row, day)) ?? null

/** Null where no row is in force on `from`. */
export const dueDay = (
  rules: TimelinessRules,
  calendar: Calendar,
  duty: TimelinessDutyName,
  from: string,
): { dueOn: string; provisional: boolean; limit: LimitRow } | null => {
  const limit = limitOf(rules, duty, from)
  if (limit === null) return null
  const { date, provisional } = addWorkdays(calendar, from, limit.workdays)
  return { dueOn: date, provisional, limit }
}

export const lastDecisionDayDueBy = (
  rules: TimelinessRules,
  calendar: Calendar,
  duty: TimelinessDutyName,
  day: string,
): string | null =>
  lookBack(day, (from) => {
    const due = dueDay(rules, calendar, duty, from)
    return due !== null && due.dueOn <= day
  })

/** In days: more than the longest limit, holidays included. */
const LOOKED_BACK_DAYS = 500

const lookBack = (day: string, isWanted: (day: string) => boolean): string | null => {
  for (let n = 0; n < LOOKED_BACK_DAYS; n += 1) {
    const earlier = addDays(day, -n)
    if (isWanted(earlier)) return earlier
  }
  return null
}

export const nextWorkday = (calendar: Calendar, day: string): string => addWorkdays(calendar, day, 1).date

export interface DutyCount {
  authority: string
  platform: string
  duty: TimelinessDutyName
  from: string
  state: 'DONE' | 'OPEN' | 'CLOSED'
  doneOn: string | null
  n: number
}

export interface MonthlyTimeliness {
  authority: string
  platform: string
  duty: TimelinessDutyName
  total: number
  onTime: number
  late: number
  open: number
  overdue: number
  closed: number
  share: number | null
  median: number | null
  /** Working days. Overdue deliveries still open count too. */
  worst: number | null
}

const daysOf = (month: string): { first: string; last: string } => {
  const first = `${month}-01`
  return { first, last: addDays(addMonths(first, 1), -1) }
}

export const decisionDaysDueIn = (
  rules: TimelinessRules,
  calendar: Calendar,
  duties: readonly TimelinessDutyName[],
  month: string,
): { from: string; to: string } => {
  const { first, last } = daysOf(month)
  const earliest = duties.map((duty) => {
    const found = lookBack(first, (from) => {
      const due = dueDay(rules, calendar, duty, addDays(from, -1))
      return due === null || due.dueOn < first
    })
    return found ?? addDays(first, -LOOKED_BACK_DAYS)
  })
  return { from: earliest.sort()[0] ?? first, to: last }
}

/** `today` is in Asia/Shanghai. */
export const monthlyTimeliness = (
  counted: readonly DutyCount[],
  rules: TimelinessRules,
  calendar: Calendar,
  { month, today }: { month: string; today: string },
): MonthlyTimeliness[] => {
  const { first, last } = daysOf(month)
  const due: DueCount[] = [...groupBy(counted, ({ duty, from }) => `${duty} ${from}`).values()].flatMap((alike) => {
    const dueOn = alike[0] && dueDay(rules, calendar, alike[0].duty, alike[0].from)?.dueOn
    return dueOn === undefined || dueOn < first || dueOn > last ? [] : alike.map((one) => ({ ...one, dueOn }))
  })
  return [...groupBy(due, ({ authority, platform, duty }) => [authority, platform, duty].join('\n')).values()]
    .flatMap((counts) => (counts[0] ? [figuresOf(counts[0], counts, calendar, today)] : []))
    .sort(compareTimeliness)
}

type DueCount = DutyCount & { dueOn: string }

const figuresOf = (
  { authority, platform, duty }: TimelinessKey,
  counts: readonly DueCount[],
  calendar: Calendar,
  today: string,
): MonthlyTimeliness => {
  const done = counts.flatMap(({ state, from, dueOn, doneOn, n }) =>
    state === 'DONE' && doneOn !== null
      ? [{ days: workdaysTaken(calendar, from, doneOn), isOnTime: doneOn <= dueOn, n }]
      : [],
  )
  const closed = sumOf(counts.filter(({ state }) => state === 'CLOSED'))
  const open = counts.filter(({ state }) => state === 'OPEN')
  const overdue = open.filter(({ dueOn }) => dueOn < today)
  const onTime = sumOf(done.filter(({ isOnTime }) => isOnTime))
  const late = sumOf(done) - onTime + sumOf(overdue)
  const days = [...done.map((one) => one.days), ...overdue.map(({ from }) => workdaysTaken(calendar, from, today))]
  return {
    authority,
    platform,
    duty,
    total: sumOf(counts),
    onTime,
    late,
    open: sumOf(open),
    overdue: sumOf(overdue),
    closed,
    share: onTime + late === 0 ? null : onTime / (onTime + late),
    median: medianOf(done),
    worst: days.length === 0 ? null : Math.max(...days),
  }
}

const sumOf = (some: readonly { n: number }[]): number => some.reduce((sum, { n }) => sum + n, 0)

const medianOf = (done: readonly { days: number; n: number }[]): number | null => {
  let left = sumOf(done) / 2
  const middle = done
    .toSorted((a, b) => a.days - b.days)
    .find(({ n }) => {
      left -= n
      return left <= 0
    })
  return middle?.days ?? null
}

/** A rest day `on` counts as the next working day. */
export const workdaysTaken = (calendar: Calendar, from: string, on: string): number => {
  let days = 0
  for (let day = from; day < on; ) {
    day = addDays(day, 1)
    if (day === on || isWorkday(calendar, day)) days += 1
  }
  return days
}

export type TimelinessKey = Pick<MonthlyTimeliness, 'authority' | 'platform' | 'duty'>

export const compareTimeliness = (a: TimelinessKey, b: TimelinessKey): number =>
  compare(a.authority, b.authority) ||
  compare(a.platform, b.platform) ||
  TIMELINESS_DUTIES.indexOf(a.duty) - TIMELINESS_DUTIES.indexOf(b.duty)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
