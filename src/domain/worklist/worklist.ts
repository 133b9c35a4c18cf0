import type { AdministratorDuty } from '../access/accounts.js'
import { isSamePerson, may, mayConsentToListing, ROLES_BY_ACT, type Role, type Viewer } from '../access/viewer.js'
import type { Case } from '../listing/case.js'
import { MOVES } from '../listing/moves.js'
import type { DivisionLevel } from '../operators/places.js'
import { CASE_MARKS, type CaseCircumstances, type CaseMark } from './case-marks.js'
import { TASKS, WORK_KINDS, type WorkKind, type WorkProcess } from './tasks.js'

export interface Worker {
  viewer: Viewer
  duty: AdministratorDuty | null
  deputises: readonly string[]
}

/** MINE: the own queue. OFFICE: all that the person may do. LATE: past its last day. */
const WORK_SCOPES = ['MINE', 'OFFICE', 'LATE'] as const
export type WorkScope = (typeof WORK_SCOPES)[number]

export interface TaskColumns {
  kind: WorkKind
  keeper: string | null
  /** The person who took the step before. */
  notBy: string | null
  /** Level of the deciding authority; read for CONSENT only. */
  level: DivisionLevel | null
}

export interface WorkItem extends TaskColumns {
  /** Uuid of the case, number of the object, or id of the feed or platform. */
  subject: string
  /** Items of a feed and deliveries to a platform are counted together. */
  n: number
  since: Date | null
  /** Arrival of the newest; null for a single thing. */
  latest: Date | null
  dueOn: string | null
  listingId: string | null
  operatorId: number | null
}

/** KEPT counts the person's own case tasks and LATE those past their last day, beside ALL. Other tasks have `late` in ALL. */
export interface WorkGroup extends TaskColumns {
  part: 'ALL' | 'KEPT' | 'LATE'
  n: number
  late: number
  isCut: boolean
}

export const ITEMS_COUNTED_MOST = 1_000

export interface WorkCount {
  kind: WorkKind
  process: WorkProcess
  mine: number
  office: number
  late: number
  atLeast: readonly WorkScope[]
}

/** At most one task of the case or its hiding, and one of its repair. */
export const findCaseTasks = (of: Case, given: CaseCircumstances): WorkKind[] => {
  const found = (processes: readonly WorkProcess[]) =>
    WORK_KINDS.find((kind) => {
      const { process, of: filter } = TASKS[kind]
      return (
        filter !== undefined &&
        processes.includes(process) &&
        of.state !== null &&
        filter.states.includes(of.state) &&
        Object.entries(filter.when ?? {}).every(([mark, is]) => CASE_MARKS[mark as CaseMark](of, given) === is)
      )
    })
  return [found(['CASE', 'HIDING']), found(['REPAIR'])].filter((kind) => kind !== undefined)
}

export const listRolesOfTask = (kind: WorkKind): Role[] => {
  const { act, moves } = TASKS[kind]
  const movers = moves?.flatMap((name) => [...MOVES[name].roles])
  return ROLES_BY_ACT[act].filter((role) => role !== 'party' && (movers?.includes(role) ?? true))
}

const OF_SECURITY: readonly WorkKind[] = ['CONFIRM_ACCOUNT', 'CONFIRM_CLIENT']

export const mayDoKind = ({ viewer, duty }: Worker, kind: WorkKind): boolean =>
  may(viewer, TASKS[kind].act) &&
  listRolesOfTask(kind).includes(viewer.role) &&
  (!OF_SECURITY.includes(kind) || duty === 'security')

export const mayDoTask = (worker: Worker, { kind, notBy, level }: Omit<TaskColumns, 'keeper'>): boolean =>
  mayDoKind(worker, kind) &&
  (kind !== 'CONSENT' || mayConsentToListing(worker.viewer, level)) &&
  !(TASKS[kind].another === true && notBy !== null && isSamePerson(notBy, worker.viewer.sub ?? ''))

export const isOwnTask = (worker: Worker, task: TaskColumns): boolean => {
  const { whose } = TASKS[task.kind]
  if (!mayDoTask(worker, task)) return false
  if (whose !== 'KEEPER') return whose === 'EACH'
  return task.keeper !== null && keepersOf(worker).some((name) => isSamePerson(name, task.keeper ?? ''))
}

export const keepersOf = ({ viewer, deputises }: Worker): string[] =>
  viewer.sub === null ? [...deputises] : [viewer.sub, ...deputises]

export const countForWorker = (worker: Worker, groups: readonly WorkGroup[]): WorkCount[] =>
  WORK_KINDS.filter((kind) => mayDoKind(worker, kind)).map((kind) => {
    const theirs = groups.filter((group) => group.kind === kind && mayDoTask(worker, group))
    const { process, whose, of } = TASKS[kind]
    const isOfCase = of !== undefined
    const ofPart = (part: WorkGroup['part']) => theirs.filter((group) => group.part === part)
    const sum = (groups: readonly WorkGroup[], column: 'n' | 'late' = 'n') =>
      groups.reduce((all, group) => all + group[column], 0)
    const all = ofPart('ALL')
    const own = isOfCase && whose === 'KEEPER' ? ofPart('KEPT') : all
    const late = isOfCase ? ofPart('LATE') : all
    const read = { MINE: own, OFFICE: all, LATE: late }
    return {
      kind,
      process,
      mine: sum(own.filter((group) => isOwnTask(worker, group))),
      office: sum(all),
      late: sum(late, isOfCase ? 'n' : 'late'),
      atLeast: WORK_SCOPES.filter((scope) => read[scope].some(({ isCut }) => isCut)),
    }
  })
