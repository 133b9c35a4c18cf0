/** Measures the working days from a decision to its confirmation by platforms (schema/rules/timeliness.json). */

import { groupBy } from '../../foundation/groups.js'
import { addDays, addMonths } from '../../foundation/time/dates.js'
import { addWorkdays, type Calendar, isWorkday } from '../calendar/calendar.js'
import { checkRuleRows, type DatedRow, isInForce, type RuleFault } from '../calendar/dated-rows.js'

export const TIMELINESS_DUTIES = ['RECORD', 'LISTING', 'RECORD_WITHDRAWAL', 'LISTING_WITHDRAWAL', 'PUBLICITY'] as const
export type TimelinessDuty = (typeof TIMELINESS_DUTIES)[number]
/** Duties fulfilled when a platform confirms a delivery. For PUBLICITY the publication day counts instead. */
export const DELIVERY_DUTIES: readonly TimelinessDuty[] = [
  'RECORD',
  'LISTING',
  'RECORD_WITHDRAWAL',
  'LISTING_WITHDRAWAL',
]

export interface LimitRow extends DatedRow {
  duty: TimelinessDuty
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

export const limitOf = ({ limits }: TimelinessRules, duty: TimelinessDuty, day: string): LimitRow | null =>
  limits.find((row) => row.duty === duty && isInForce(row, day)) ?? null

export const dueDay = (
  rules: TimelinessRules,
  calendar: Calendar,
  duty: TimelinessDuty,
  from: string,
): { dueOn: string; provisional: boolean; limit: LimitRow } | null => {
  const limit = limitOf(rules, duty, from)
  if (limit === null) return null
  const { date, provisional } = addWorkdays(calendar, from, limit.workdays)
  return { dueOn: date, provisional, limit }
}

/** Latest decision day whose deadline for this duty is `day` or earlier. */
export const lastDecisionDayDueBy = (
  rules: TimelinessRules,
  calendar: Calendar,
  duty: TimelinessDuty,
  day: string,
): string | null => {
  for (let [from, left] = [day, LOOKED_BACK_DAYS]; left > 0; from = addDays(from, -1), left -= 1) {
    const due = dueDay(rules, calendar, duty, from)
    if (due !== null && due.dueOn <= day) return from
  }
  return null
}

/** In days: more than the longest limit, holidays included. */
const LOOKED_BACK_DAYS = 500

export const nextWorkday = (calendar: Calendar, day: string): string => addWorkdays(calendar, day, 1).date

export interface DutyCount {
  authority: string
  platform: string
  duty: TimelinessDuty
  from: string
  state: 'DONE' | 'OPEN' | 'CLOSED'
  /** Day of confirmation, or of closing by an officer. */
  doneOn: string | null
  n: number
}

/** Figures of one authority and platform: the messages of kind `duty` whose confirmation was due in one month. */
export interface MonthlyTimeliness {
  authority: string
  platform: string
  duty: TimelinessDuty
  total: number
  onTime: number
  /** Confirmed too late, or overdue. */
  late: number
  /** Not confirmed yet, including `overdue` ones. */
  open: number
  overdue: number
  /** Closed by an officer; neither in time nor late. */
  closed: number
  /** `onTime` / (`onTime` + `late`); null when both are 0. */
  share: number | null
  /** Working days until confirmation. */
  median: number | null
  /** Longest time until confirmation, in working days. Overdue deliveries still open count too. */
  worst: number | null
}

const daysOf = (month: string): { first: string; last: string } => {
  const first = `${month}-01`
  return { first, last: addDays(addMonths(first, 1), -1) }
}

/** Decision days whose deadlines may lie in the month. */
export const decisionDaysDueIn = (
  rules: TimelinessRules,
  calendar: Calendar,
  duties: readonly TimelinessDuty[],
  month: string,
): { from: string; to: string } => {
  const { first, last } = daysOf(month)
  const earliest = duties.map((duty) => {
    for (let [from, left] = [first, LOOKED_BACK_DAYS]; left > 0; from = addDays(from, -1), left -= 1) {
      const due = dueDay(rules, calendar, duty, addDays(from, -1))
      if (due === null || due.dueOn < first) return from
    }
    return addDays(first, -LOOKED_BACK_DAYS)
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
  const groups = new Map<string, { figure: MonthlyTimeliness; taken: Map<number, number> }>()
  for (const alike of groupBy(counted, ({ duty, from }) => `${duty} ${from}`).values()) {
    const dueOn = alike[0] && dueDay(rules, calendar, alike[0].duty, alike[0].from)?.dueOn
    if (dueOn === undefined || dueOn < first || dueOn > last) continue
    for (const one of alike) {
      const key = [one.authority, one.platform, one.duty].join('\n')
      const group = groups.get(key) ?? { figure: nothingOf(one), taken: new Map<number, number>() }
      groups.set(key, group)
      add(group, one, dueOn, calendar, today)
    }
  }
  return [...groups.values()]
    .map(({ figure, taken }) => ({ ...figure, ...summary(figure, taken) }))
    .sort(compareTimeliness)
}

const nothingOf = ({ authority, platform, duty }: DutyCount): MonthlyTimeliness => ({
  authority,
  platform,
  duty,
  total: 0,
  onTime: 0,
  late: 0,
  open: 0,
  overdue: 0,
  closed: 0,
  share: null,
  median: null,
  worst: null,
})

const add = (
  { figure, taken }: { figure: MonthlyTimeliness; taken: Map<number, number> },
  { from, state, doneOn, n }: DutyCount,
  dueOn: string,
  calendar: Calendar,
  today: string,
): void => {
  figure.total += n
  if (state === 'CLOSED') {
    figure.closed += n
  } else if (state === 'DONE' && doneOn !== null) {
    const days = workdaysTaken(calendar, from, doneOn)
    taken.set(days, (taken.get(days) ?? 0) + n)
    figure.worst = Math.max(figure.worst ?? 0, days)
    if (doneOn <= dueOn) figure.onTime += n
    else figure.late += n
  } else {
    figure.open += n
    if (dueOn >= today) return
    figure.overdue += n
    figure.late += n
    figure.worst = Math.max(figure.worst ?? 0, workdaysTaken(calendar, from, today))
  }
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

const summary = (
  { onTime, late }: MonthlyTimeliness,
  taken: Map<number, number>,
): Pick<MonthlyTimeliness, 'share' | 'median'> => {
  const all = [...taken.values()].reduce((sum, n) => sum + n, 0)
  let before = 0
  const median = [...taken]
    .sort(([a], [b]) => a - b)
    .find(([, n]) => {
      before += n
      return before * 2 >= all
    })
  return { share: onTime + late === 0 ? null : onTime / (onTime + late), median: median?.[0] ?? null }
}

export type TimelinessKey = Pick<MonthlyTimeliness, 'authority' | 'platform' | 'duty'>

export const compareTimeliness = (a: TimelinessKey, b: TimelinessKey): number =>
  compare(a.authority, b.authority) ||
  compare(a.platform, b.platform) ||
  TIMELINESS_DUTIES.indexOf(a.duty) - TIMELINESS_DUTIES.indexOf(b.duty)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
