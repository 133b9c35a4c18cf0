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

const texts = (of: readonly string[]): string => of.map((text) => `'${text}'`).join(', ')

const kindsOf = (processes: readonly WorkProcess[]): WorkKind[] =>
  WORK_KINDS.filter((kind) => TASKS[kind].of !== undefined && processes.includes(TASKS[kind].process))

const holds = (kind: WorkKind): string => {
  const { states = [], when = {} } = TASKS[kind].of ?? {}
  const marks = Object.entries(when).map(([mark, is]) => `${is ? '' : 'not '}(${MARK_SQL[mark as CaseMark]})`)
  return [`l.state in (${texts(states)})`, ...marks].join(' and ')
}

const firstOf = (processes: readonly WorkProcess[]): string =>
  `case ${kindsOf(processes)
    .map((kind) => `when ${holds(kind)} then '${kind}'`)
    .join(' ')} end`

const MAIN = ['CASE', 'HIDING'] as const
const REPAIR = ['REPAIR'] as const

const STATES = [...new Set(kindsOf([...MAIN, ...REPAIR]).flatMap((kind) => TASKS[kind].of?.states ?? []))]

/** SQL: the last day of an open task `kind` of case `l`, as table `d`. */
const DUE = `left join listing_deadlines d on d.listing_id = l.id and d.ended_on is null and d.name = case t.kind ${WORK_KINDS.flatMap(
  (kind) => (TASKS[kind].deadline === undefined ? [] : [`when '${kind}' then '${TASKS[kind].deadline}'`]),
).join(' ')} end`

const LAST_STEP_AT = '(select e.recorded_at from listing_events e where e.listing_id = l.id and e.number = l.moves)'

/** SQL: one row for each open task of a case, in the columns of `task-sources.ts`. */
export const CASE_TASKS = `select t.kind, l.keeper,
    case t.kind when 'REVIEW' then l.facts->>'proposedBy' when 'CONFIRM_HIDING' then l.facts->'hiding'->>'by' end as not_by,
    case when t.kind = 'CONSENT' then l.facts->>'level' end as level, l.id::text as subject, 1 as n, ${LAST_STEP_AT} as since,
    d.due_on, l.id as listing_id, l.operator_id
  from listings l cross join lateral (values (${firstOf(MAIN)}), (${firstOf(REPAIR)})) t(kind) ${DUE}
  where l.state in (${texts(STATES)}) and l.wrong_from is null and t.kind is not null`
