import { addDays, shanghaiDate } from '../../foundation/time/dates.js'
import { addWorkdays, type Calendar, isWorkday } from '../calendar/calendar.js'
import { TASKS, WORK_KINDS, type WorkKind, type WorkProcess } from '../worklist/tasks.js'
import { isOwnTask, type TaskColumns, type Worker, type WorkItem } from '../worklist/worklist.js'
import type { NotificationKind } from './kinds.js'

interface ProcessNotice {
  kind: NotificationKind
  page: string
}

const NOTICES: Record<WorkProcess, ProcessNotice> = {
  CASE: { kind: 'WAITING', page: 'listings' },
  HIDING: { kind: 'WAITING', page: 'listings' },
  PAPER: { kind: 'WAITING', page: 'listings' },
  CONCERN: { kind: 'WAITING', page: 'listings/concerns' },
  OVERRIDE: { kind: 'WAITING', page: 'overrides' },
  SCORECARD: { kind: 'WAITING', page: 'scorecards' },
  CALENDAR: { kind: 'WAITING', page: 'administration/calendar' },
  ACCOUNT: { kind: 'WAITING', page: 'administration/people' },
  CLIENT: { kind: 'WAITING', page: 'administration/clients' },
  OFFICE: { kind: 'WAITING', page: 'worklist' },
  OBJECTION: { kind: 'OBJECTION', page: 'listings/objections' },
  REPAIR: { kind: 'REPAIR', page: 'listings' },
  RETRACTION: { kind: 'DEADLINE', page: 'deliveries/retractions' },
  REJECTS: { kind: 'FEED', page: 'intake/rejects' },
  MATTER: { kind: 'MATTER', page: 'matters?queue=HUB' },
  IDENTITY: { kind: 'WAITING', page: 'intake/identity' },
  DELIVERY: { kind: 'PLATFORM', page: 'deliveries' },
  DISCREPANCY: { kind: 'PLATFORM', page: 'deliveries/discrepancies' },
}
/** Their subject is a feed or a platform, whose items are told as a number. */
const COUNTED_BY: Partial<Record<WorkProcess, 'FEED' | 'PLATFORM'>> = {
  REJECTS: 'FEED',
  IDENTITY: 'FEED',
  DELIVERY: 'PLATFORM',
  DISCREPANCY: 'PLATFORM',
}

/** The office has nothing to do while the party may be heard. */
const IDLE: readonly WorkKind[] = ['AWAIT_DEFENCE']

export const TOLD_TASKS: readonly WorkKind[] = WORK_KINDS.filter((kind) => !IDLE.includes(kind))

export const noticeOfTask = (kind: WorkKind): ProcessNotice => NOTICES[TASKS[kind].process]

export const countedBy = (kind: WorkKind): 'FEED' | 'PLATFORM' | null => COUNTED_BY[TASKS[kind].process] ?? null

/** Items of a feed or platform come by the minute, so new ones are told once a day. */
export const occasionOfTask = ({ kind, since, latest }: Pick<WorkItem, 'kind' | 'since' | 'latest'>): string =>
  countedBy(kind) !== null && latest !== null ? `NEW ${shanghaiDate(latest)}` : `SINCE ${since?.toISOString() ?? ''}`

/** A task is told to its keeper, else to all who may do it. A group is told of all. */
export const isTaskToldTo = (worker: Worker, task: TaskColumns): boolean => {
  const { whose } = TASKS[task.kind]
  return (
    worker.viewer.sub === null ||
    isOwnTask(worker, task) ||
    whose === 'OFFICE' ||
    (whose === 'KEEPER' && task.keeper === null)
  )
}

const AHEAD_WORKDAYS = 2

export const lastDayToldOf = (calendar: Calendar, today: string): string =>
  addWorkdays(calendar, today, AHEAD_WORKDAYS).date

/** Matters handed over before this day have waited a whole working day. */
export const findUnreceivedDay = (calendar: Calendar, today: string): string => {
  let day = addDays(today, -1)
  while (!isWorkday(calendar, day)) day = addDays(day, -1)
  return day
}

export interface DeadlineView {
  today: string
  until: string
}

export const describeDeadline = (
  dueOn: string | null,
  { today, until }: DeadlineView,
): { occasion: string; words: string } | null => {
  if (dueOn === null || dueOn > until) return null
  return dueOn < today
    ? { occasion: `MISSED ${dueOn}`, words: `，已于 ${dueOn} 到期，逾期未办` }
    : { occasion: `COMING ${dueOn}`, words: `，应于 ${dueOn} 前办结` }
}
