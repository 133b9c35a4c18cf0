/** The table of tasks (domain/worklist) as SQL. `l` is a row of `listings`. */
import type { CaseMark } from '../../domain/worklist/case-marks.js'
import { TASKS, WORK_KINDS, type WorkKind, type WorkProcess } from '../../domain/worklist/tasks.js'

const flag = (fact: string): string => `coalesce((l.facts->>'${fact}')::boolean, false)`
const isThere = (path: string): string => `l.facts${path} is not null`

/** SQL, worded as in the index `listings_consent`. */
export const CONSENT_KEY = `l.list || '/' || coalesce(l.facts->>'level', '')`
export const HAS_NO_CONSENT = `l.facts->>'consentedOn' is null`

const MARK_SQL: Record<CaseMark, string> = {
  returned: isThere(`->>'returned'`),
  decisionLinked: flag('decisionLinked'),
  defenceOpen: flag('defenceOpen'),
  hearingOpen: `${flag('hearingAsked')} and l.facts->>'hearingOn' is null`,
  defenceRunning: `exists (select 1 from listing_deadlines w where w.listing_id = l.id and w.name = 'DEFENCE'
    and w.ended_on is null and w.due_on >= :today::date)`,
  consentDue: `${HAS_NO_CONSENT} and ${CONSENT_KEY} = any(:consents::text[])`,
  hidingConfirmed: isThere(`->'hiding'->>'confirmedBy'`),
  repairOpen: isThere(`->>'repair'`),
  repairAccepted: isThere(`->'repair'->>'acceptedOn'`),
}
/** They change with the day and the rules: no index can hold them. */
const CHANGING_MARKS: readonly string[] = ['defenceRunning', 'consentDue'] satisfies CaseMark[]

const texts = (of: readonly string[]): string => of.map((text) => `'${text}'`).join(', ')

const holds = (kind: WorkKind): string => {
  const { states = [], when = {} } = TASKS[kind].of ?? {}
  const marks = Object.entries(when).map(([mark, is]) => `${is ? '' : 'not '}(${MARK_SQL[mark as CaseMark]})`)
  return [`l.state in (${texts(states)})`, ...marks].join(' and ')
}

const firstOf = (kinds: readonly WorkKind[]): string =>
  `case ${kinds.map((kind) => `when ${holds(kind)} then '${kind}'`).join(' ')} end`

export interface CaseTrack {
  task: string
  /** SQL, worded as in the indexes `listings_task` and `listings_repair_task`. */
  group: string
  groups: readonly WorkKind[]
  kinds: readonly WorkKind[]
  /** SQL: the case may have a task of this track. */
  isOpen: string
  /** SQL: deadlines that make a task late. While a task `waits`, its deadline is the party's. */
  deadlines: string
}

const trackOf = (processes: readonly WorkProcess[]): CaseTrack => {
  const kinds = WORK_KINDS.filter((kind) => TASKS[kind].of !== undefined && processes.includes(TASKS[kind].process))
  const groups = kinds.filter((kind) =>
    Object.keys(TASKS[kind].of?.when ?? {}).every((mark) => !CHANGING_MARKS.includes(mark)),
  )
  const deadlines = kinds.flatMap((kind) => (TASKS[kind].waits ? [] : (TASKS[kind].deadline ?? [])))
  const states = [...new Set(kinds.flatMap((kind) => TASKS[kind].of?.states ?? []))]
  return {
    task: firstOf(kinds),
    group: firstOf(groups),
    groups,
    kinds,
    isOpen: `l.state in (${texts(states)}) and l.wrong_from is null`,
    deadlines: texts(deadlines),
  }
}

const MAIN_TRACK = trackOf(['CASE', 'HIDING'])
const REPAIR_TRACK = trackOf(['REPAIR'])
export const CASE_TRACKS: readonly CaseTrack[] = [MAIN_TRACK, REPAIR_TRACK]

export const TASKS_OF_CASE = `cross join lateral (values (${MAIN_TRACK.task}), (${REPAIR_TRACK.task})) t(kind)`
export const HAS_OPEN_TASK = `((${MAIN_TRACK.isOpen}) or (${REPAIR_TRACK.isOpen})) and t.kind is not null`

export const DEADLINE_OF_TASK = `case t.kind ${WORK_KINDS.flatMap((kind) =>
  TASKS[kind].of === undefined || TASKS[kind].deadline === undefined
    ? []
    : [`when '${kind}' then '${TASKS[kind].deadline}'`],
).join(' ')} end`

export const NOT_BY_OF_TASK = `case t.kind when 'REVIEW' then l.facts->>'proposedBy' when 'CONFIRM_HIDING' then l.facts->'hiding'->>'by' end`
export const LEVEL_OF_TASK = `case when t.kind = 'CONSENT' then l.facts->>'level' end`
