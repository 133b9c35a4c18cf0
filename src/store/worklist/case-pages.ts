/**
 * Reads a page of case tasks in the order of an index: first those with a last day, then by age of the case. Its cost
 * does not depend on how many cases there are.
 */
import { TASKS, WORK_KINDS, type WorkKind } from '../../domain/worklist/tasks.js'
import type { WorkScope } from '../../domain/worklist/worklist.js'
import { andIsWithinSightSql, type RegionSight } from '../access/sight.js'
import {
  CASE_TRACKS,
  type CaseTrack,
  CONSENT_KEY,
  DEADLINE_OF_TASK,
  HAS_NO_CONSENT,
  HAS_OPEN_TASK,
  LEVEL_OF_TASK,
  NOT_BY_OF_TASK,
  TASKS_OF_CASE,
} from './case-tasks.js'

const columns = (due: string): string => `t.kind, l.keeper, ${NOT_BY_OF_TASK} as not_by, ${LEVEL_OF_TASK} as level,
  l.id::text as subject, 1 as n, l.created_at as since, null::timestamptz as latest, ${due} as due_on, l.id as listing_id, l.operator_id`

const textsOf = (of: readonly string[]): string => of.map((text) => `'${text}'`).join(', ')

export interface CaseTaskPage {
  kinds: readonly WorkKind[]
  scope: WorkScope
  sight: RegionSight
  isAsked: string
}

const ORDER = 'order by w.due_on, w.since, w.kind collate "C", w.subject collate "C" limit :first'

const withDeadline = (kinds: readonly WorkKind[], { sight, isAsked }: CaseTaskPage): string => {
  const names = [...new Set(kinds.flatMap((kind) => TASKS[kind].deadline ?? []))]
  if (names.length === 0) return ''
  return `select w.* from (select ${columns('d.due_on')} from listing_deadlines d join listings l on l.id = d.listing_id ${TASKS_OF_CASE}
    where d.ended_on is null and d.name in (${textsOf(names)}) and d.due_on >= coalesce(:dueFrom::date, '-infinity') and ${HAS_OPEN_TASK}
      and d.name = ${DEADLINE_OF_TASK} ${andIsWithinSightSql(sight, 'l.operator_id')}) w where ${isAsked} ${ORDER}`
}

const HAS_DEADLINE = `exists (select 1 from listing_deadlines d where d.listing_id = l.id and d.ended_on is null and d.name = ${DEADLINE_OF_TASK})`

/** A task that changes with the day shares the group of the next task of its states. */
const groupOf = ({ groups }: CaseTrack, kind: WorkKind): WorkKind | undefined => {
  const states = TASKS[kind].of?.states ?? []
  const isAfter = (group: WorkKind) => WORK_KINDS.indexOf(group) >= WORK_KINDS.indexOf(kind)
  return groups.find((group) => isAfter(group) && states.every((state) => TASKS[group].of?.states.includes(state)))
}

const byAge = (track: CaseTrack, groups: string, key: string, { sight, isAsked }: CaseTaskPage): string =>
  `select u.* from unnest(${groups}) g(task) cross join lateral (
      select w.* from (select ${columns('null::date')} from listings l cross join lateral (select ${track.task} as kind offset 0) t
        where ${track.isOpen} and ${key} = g.task and l.created_at >= coalesce(:sinceFrom::timestamptz, '-infinity')
          and t.kind is not null and not ${HAS_DEADLINE} ${andIsWithinSightSql(sight, 'l.operator_id')}) w
      where ${isAsked} ${ORDER}) u`

const withoutDeadline = (kinds: readonly WorkKind[], page: CaseTaskPage): string[] =>
  CASE_TRACKS.flatMap((track) => {
    const asked = track.kinds.filter((kind) => kinds.includes(kind))
    const groups = new Set(asked.filter((kind) => kind !== 'CONSENT').map((kind) => groupOf(track, kind) ?? kind))
    const isConsentApart = asked.includes('CONSENT') && !groups.has(groupOf(track, 'CONSENT') ?? 'CONSENT')
    return [
      ...(groups.size === 0 ? [] : [byAge(track, `array[${textsOf([...groups])}]`, track.group, page)]),
      // Most cases of its group await no consent.
      ...(isConsentApart
        ? [byAge(track, ':consents::text[]', `l.state = 'REVIEWED' and ${HAS_NO_CONSENT} and ${CONSENT_KEY}`, page)]
        : []),
    ]
  })

const keptCases = ({ sight, isAsked }: CaseTaskPage): string =>
  `select w.* from (select ${columns('d.due_on')} from listings l ${TASKS_OF_CASE}
    left join listing_deadlines d on d.listing_id = l.id and d.ended_on is null and d.name = ${DEADLINE_OF_TASK}
    where l.keeper = any(:keeperNames::text[]) and l.state not in ('REMOVED', 'NOT_LISTED') and ${HAS_OPEN_TASK}
      ${andIsWithinSightSql(sight, 'l.operator_id')}) w
    where w.kind = any(:kept::text[]) and ${isAsked}`

/**
 * SQL: `with` clauses and selects from them. Tasks without a last day are read only where others do not fill the page.
 */
export const selectCasePage = (page: CaseTaskPage): { clauses: string[]; selects: string[] } => {
  const ofCases = page.kinds.filter((kind) => TASKS[kind].of !== undefined)
  if (ofCases.length === 0) return { clauses: [], selects: [] }
  const isMine = page.scope === 'MINE'
  // The keeper finds the tasks of kept cases.
  const read = isMine ? ofCases.filter((kind) => TASKS[kind].whose !== 'KEEPER') : ofCases
  const ofRead = { ...page, isAsked: `w.kind in (${textsOf(['', ...read])}) and ${page.isAsked}` }
  const due = withDeadline(read, ofRead)
  const isFull = due === '' ? '' : 'where (select count(*) from due_cases) < :first'
  const undue = page.scope === 'LATE' ? [] : withoutDeadline(read, ofRead)
  return {
    clauses: due === '' ? [] : [`due_cases as materialized (${due})`],
    selects: [
      ...(due === '' ? [] : ['select * from due_cases']),
      ...undue.map((select) => `select * from (${select}) x ${isFull}`),
      ...(isMine && read.length < ofCases.length ? [keptCases(page)] : []),
    ],
  }
}
