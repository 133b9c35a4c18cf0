/** The table of tasks (domain/worklist) as SQL. `l` is a row of `listings`. */
import type { CaseMark } from '../../domain/worklist/case-marks.js'
import { TASKS, WORK_KINDS, type WorkKind, type WorkProcess } from '../../domain/worklist/tasks.js'

const flag = (fact: string): string => `coalesce((l.facts->>'${fact}')::boolean, false)`
const isThere = (path: string): string => `l.facts${path} is not null`

const MARK_SQL: Record<CaseMark, string> = {
  returned: isThere(`->>'returned'`),
  decisionLinked: flag('decisionLinked'),
  defenceOpen: flag('defenceOpen'),
  hearingOpen: `${flag('hearingAsked')} and l.facts->>'hearingOn' is null`,
  defenceRunning: `exists (select 1 from listing_deadlines w where w.listing_id = l.id and w.name = 'DEFENCE'
    and w.ended_on is null and w.due_on >= :today::date)`,
  consentDue: `l.facts->>'consentedOn' is null and l.list || '/' || coalesce(l.facts->>'level', '') = any(:consents::text[])`,
  hidingConfirmed: isThere(`->'hiding'->>'confirmedBy'`),
  repairOpen: isThere(`->>'repair'`),
  repairAccepted: isThere(`->'repair'->>'acceptedOn'`),
}
/** These change with the day and the rules, so no index can hold them. */
const CHANGING_MARKS: readonly string[] = ['defenceRunning', 'consentDue'] satisfies CaseMark[]

const texts = (of: readonly string[]): string => of.map((text) => `'${text}'`).join(', ')

const holds = (kind: WorkKind): string => {
  const { states = [], when = {} } = TASKS[kind].of ?? {}
  const marks = Object.entries(when).map(([mark, is]) => `${is ? '' : 'not '}(${MARK_SQL[mark as CaseMark]})`)
  return [`l.state in (${texts(states)})`, ...marks].join(' and ')
}

const firstOf = (kinds: readonly WorkKind[]): string =>
  `case ${kinds.map((kind) => `when ${holds(kind)} then '${kind}'`).join(' ')} end`

/** A case has at most one open task of each track. */
export interface CaseTrack {
  /** SQL: the open task. */
  task: string
  /** SQL, worded as in the indexes `listings_task` and `listings_repair_task`. */
  group: string
  groups: readonly WorkKind[]
  kinds: readonly WorkKind[]
  /** SQL: the case may have a task of this track. */
  isOpen: string
  /** SQL: names of the deadlines that make a task late. While a task `waits`, its deadline is the party's. */
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

export const DEADLINE_OF_TASK = `case t.kind ${WORK_KINDS.flatMap((kind) =>
  TASKS[kind].of === undefined || TASKS[kind].deadline === undefined
    ? []
    : [`when '${kind}' then '${TASKS[kind].deadline}'`],
).join(' ')} end`

/** SQL: columns of task `t.kind` of case `l` that decide in whose queue it is. */
export const NOT_BY_OF_TASK = `case t.kind when 'REVIEW' then l.facts->>'proposedBy' when 'CONFIRM_HIDING' then l.facts->'hiding'->>'by' end`
export const LEVEL_OF_TASK = `case when t.kind = 'CONSENT' then l.facts->>'level' end`

const LAST_STEP_AT = '(select e.recorded_at from listing_events e where e.listing_id = l.id and e.number = l.moves)'

/** SQL: one row for each open task of a case, as in `task-sources.ts`. */
export const CASE_TASKS = `select t.kind, l.keeper, ${NOT_BY_OF_TASK} as not_by, ${LEVEL_OF_TASK} as level, l.id::text as subject,
    1 as n, ${LAST_STEP_AT} as since, null::timestamptz as latest, d.due_on, l.id as listing_id, l.operator_id
  from listings l cross join lateral (values (${MAIN_TRACK.task}), (${REPAIR_TRACK.task})) t(kind)
  left join listing_deadlines d on d.listing_id = l.id and d.ended_on is null and d.name = ${DEADLINE_OF_TASK}
  where ((${MAIN_TRACK.isOpen}) or (${REPAIR_TRACK.isOpen})) and t.kind is not null`
