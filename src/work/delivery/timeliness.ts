import type { Calendar } from '../../domain/calendar/calendar.js'
import {
  checkTimeliness,
  DELIVERY_DUTIES,
  type DutyCount,
  decisionDaysDueIn,
  dueDay,
  type LimitRow,
  lastDecisionDayDueBy,
  type MonthlyTimeliness,
  monthlyTimeliness,
  nextWorkday,
  type TimelinessRules,
} from '../../domain/delivery/timeliness.js'
import { Refusal } from '../../foundation/errors.js'
import { addDays, isDate } from '../../foundation/time/dates.js'
import type { OperatorWords } from '../../store/access/list-filter.js'
import type { Db } from '../../store/db/db.js'
import * as store from '../../store/delivery/timeliness.js'
import { applyAmendmentsToRules } from '../calendar/calendar.js'
import { makeRulesReader, type WorkRules } from '../calendar/rules.js'

/** 国家企业信用信息公示系统 has a report column, but is no platform of this hub. */
export const PUBLICITY_SYSTEM = {
  id: 'gsxt',
  name: { zh: '国家企业信用信息公示系统', en: 'National Enterprise Credit Information Publicity System' },
}

export const readTimelinessRules = makeRulesReader<TimelinessRules>(
  'rules/timeliness',
  'contracts/timeliness',
  checkTimeliness,
)

/** `month` is YYYY-MM of the due day. Refusal INPUT_INVALID. */
export const reportMonthlyTimeliness = async (
  db: Db,
  base: WorkRules,
  month: string,
  today: string,
): Promise<MonthlyTimeliness[]> => {
  if (!/^\d{4}-\d{2}$/.test(month) || !isDate(`${month}-01`))
    throw new Refusal('INPUT_INVALID', { reason: '月份应为 YYYY-MM a month is written YYYY-MM' })
  const [rules, { calendar }] = [readTimelinessRules(), await applyAmendmentsToRules(db, base)]
  const counts = await store.countDutiesOfSpan(db, decisionDaysDueIn(rules, calendar, DELIVERY_DUTIES, month))
  const span = decisionDaysDueIn(rules, calendar, ['PUBLICITY'], month)
  const published = await store.countPublicityOfSpan(db, { ...span, platform: PUBLICITY_SYSTEM.id })
  return monthlyTimeliness([...counts, ...published] satisfies DutyCount[], rules, calendar, { month, today })
}

export interface DueDelivery extends store.OpenDuty {
  dueOn: string
  /** True when `dueOn` lies beyond the published holidays and may still move. */
  provisional: boolean
  late: boolean
  limit: LimitRow
}

interface DueListFilter extends Partial<OperatorWords> {
  lateOnly: boolean
  platform: string | null
  /** Leading digits of the division codes that the viewer may see; null: all. */
  sight?: string | null
  today: string
}

const limitsUntil = (rules: TimelinessRules, calendar: Calendar, day: string) =>
  Object.fromEntries(DELIVERY_DUTIES.map((duty) => [duty, lastDecisionDayDueBy(rules, calendar, duty, day)]))

/** Last decision day whose delivery is late today, by duty. */
export const findLateLimits = async (
  db: Db,
  base: WorkRules,
  today: string,
): Promise<Record<string, string | null>> => {
  const { calendar } = await applyAmendmentsToRules(db, base)
  return limitsUntil(readTimelinessRules(), calendar, addDays(today, -1))
}

/** Unconfirmed deliveries that are late or due by the end of the next working day. */
export const listDueDeliveries = async (db: Db, base: WorkRules, { lateOnly, today, ...filter }: DueListFilter) => {
  const [rules, { calendar }] = [readTimelinessRules(), await applyAmendmentsToRules(db, base)]
  const until = limitsUntil(rules, calendar, lateOnly ? addDays(today, -1) : nextWorkday(calendar, today))
  const query = { until, ...filter }
  return {
    page: async (at: Parameters<typeof store.listOpenDuties>[2]): Promise<DueDelivery[]> =>
      (await store.listOpenDuties(db, query, at)).flatMap((one) => {
        const due = dueDay(rules, calendar, one.duty, one.from)
        return due === null ? [] : [{ ...one, ...due, late: due.dueOn < today }]
      }),
    count: (most: number | null) => store.countOpenDuties(db, query, most),
  }
}
