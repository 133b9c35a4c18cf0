import { addWorkdays, type Calendar } from '../calendar/calendar.js'
import { TASKS, WORK_KINDS, type WorkKind, type WorkProcess } from '../worklist/tasks.js'
import { isOwnTask, type TaskColumns, type Worker } from '../worklist/worklist.js'
import type { NotificationKind } from './kinds.js'

interface ProcessNotice {
  kind: NotificationKind
  /** Page of the desk for a task without a case. */
  page: string
}

/** Rejects, identities and deliveries change by the minute and are not told. */
const NOTICES: Partial<Record<WorkProcess, ProcessNotice>> = {
  CASE: { kind: 'WAITING', page: 'listings' },
  HIDING: { kind: 'WAITING', page: 'listings' },
  PAPER: { kind: 'WAITING', page: 'listings' },
  CONCERN: { kind: 'WAITING', page: 'listings/concerns' },
  OVERRIDE: { kind: 'WAITING', page: 'overrides' },
  SCORECARD: { kind: 'WAITING', page: 'scorecards' },
  CALENDAR: { kind: 'WAITING', page: 'administration/calendar' },
  ACCOUNT: { kind: 'WAITING', page: 'administration/people' },
  OFFICE: { kind: 'WAITING', page: 'worklist' },
  OBJECTION: { kind: 'OBJECTION', page: 'listings/objections' },
  REPAIR: { kind: 'REPAIR', page: 'listings' },
  RETRACTION: { kind: 'DEADLINE', page: 'deliveries/retractions' },
}
/** The office has nothing to do while the party may be heard. */
const IDLE: readonly WorkKind[] = ['AWAIT_DEFENCE']

export const TOLD_TASKS: readonly WorkKind[] = WORK_KINDS.filter(
  (kind) => NOTICES[TASKS[kind].process] !== undefined && !IDLE.includes(kind),
)

export const findTaskNotice = (kind: WorkKind): ProcessNotice | null => NOTICES[TASKS[kind].process] ?? null

/** A task is told to whose it is; one that nobody keeps, to all who may do it. A group is told of all. */
export const isTaskToldTo = (worker: Worker, task: TaskColumns): boolean =>
  worker.viewer.sub === null || isOwnTask(worker, task) || (TASKS[task.kind].whose === 'KEEPER' && task.keeper === null)

/** A deadline is told this many working days ahead. */
const AHEAD_WORKDAYS = 2

export const lastDayToldOf = (calendar: Calendar, today: string): string =>
  addWorkdays(calendar, today, AHEAD_WORKDAYS).date
