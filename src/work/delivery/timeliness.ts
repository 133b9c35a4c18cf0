/** Timeliness: the figures of a month, and what is late or about to be; by the calendar as officers have amended it. */

import {
  type Counted,
  checkTimeliness,
  dueDay,
  type Figure,
  figuresOf,
  type LimitRow,
  lastDueBy,
  nextWorkday,
  spanOf,
  type TimelinessRules,
  TOLD_DUTIES,
} from '../../domain/delivery/timeliness.js'
import { Refusal } from '../../foundation/errors.js'
import { addDays, isDate } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import * as store from '../../store/delivery/timeliness.js'
import { withAmendments } from '../calendar/calendar.js'
import { checked, type Rules } from '../calendar/rules.js'

/** 国家企业信用信息公示系统, as a column of the report: no platform of this hub, it is done there by the record's own day. */
export const PUBLICITY = {
  id: 'gsxt',
  name: { zh: '国家企业信用信息公示系统', en: 'National Enterprise Credit Information Publicity System' },
}

let limits: TimelinessRules | null = null

/** By schema/rules/timeliness.json; read and checked once. Refusal RULES_BROKEN. */
export const timelinessRules = (): TimelinessRules => {
  limits ??= checked<TimelinessRules>('rules/timeliness', 'contracts/timeliness', checkTimeliness)
  return limits
}

/** `month`: YYYY-MM; what was, or will be, due in it. Refusal INPUT_INVALID. */
export const monthly = async (db: Db, given: Rules, month: string, today: string): Promise<Figure[]> => {
  if (!/^\d{4}-\d{2}$/.test(month) || !isDate(`${month}-01`))
    throw new Refusal('INPUT_INVALID', { reason: '月份应为 YYYY-MM a month is written YYYY-MM' })
  const [rules, { calendar }] = [timelinessRules(), await withAmendments(db, given)]
  const told = await store.ofSpan(db, spanOf(rules, calendar, TOLD_DUTIES, month))
  const span = spanOf(rules, calendar, ['PUBLICITY'], month)
  const published = await store.publicityOfSpan(db, { ...span, platform: PUBLICITY.id })
  return figuresOf([...told, ...published] satisfies Counted[], rules, calendar, { month, today })
}

export interface DueDelivery extends store.Waiting {
  /** The last day on which it is in time. */
  dueOn: string
  /** It lies beyond the published holidays, and may yet move. */
  provisional: boolean
  /** That day has passed. */
  late: boolean
  limit: LimitRow
}

export interface DueAsked {
  /** Only what is late, without what is about to be. */
  lateOnly: boolean
  platform: string | null
  /** First digits of the division whose operators it is about; null: of all. */
  sight?: string | null
  today: string
}

export interface DueList {
  /** The longest waiting first. */
  page: (at: { first: number; after: { dueOn: string; id: number } | null }) => Promise<DueDelivery[]>
  count: () => Promise<number>
}

/** What no platform has confirmed and is late, or will be unless it is confirmed by the end of the next working day. */
export const dueDeliveries = async (
  db: Db,
  given: Rules,
  { lateOnly, platform, sight = null, today }: DueAsked,
): Promise<DueList> => {
  const [rules, { calendar }] = [timelinessRules(), await withAmendments(db, given)]
  const by = lateOnly ? today : nextWorkday(calendar, today)
  const until = Object.fromEntries(
    TOLD_DUTIES.map((duty) => [duty, lastDueBy(rules, calendar, duty, lateOnly ? addDays(by, -1) : by)]),
  )
  const asked = { until, platform, sight }
  return {
    page: async (at) =>
      (await store.waiting(db, asked, at)).flatMap((one) => {
        const due = dueDay(rules, calendar, one.duty, one.from)
        return due === null ? [] : [{ ...one, ...due, late: due.dueOn < today }]
      }),
    count: () => store.countWaiting(db, asked),
  }
}
