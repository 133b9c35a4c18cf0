/** Reads a page of case tasks in index order: first those with a last day, then by age of the case. */
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
  isKept?: boolean
}

const ORDER = 'order by w.due_on, w.since, w.kind collate "C", w.subject collate "C" limit :first'

const ofEachKeeper = (select: string): string =>
  `select k.* from unnest(:keeperNames::text[]) as kept(keeper) cross join lateral (${select}) k`

const withDeadline = (kinds: readonly WorkKind[], { sight, isAsked, isKept = false }: CaseTaskPage): string[] => {
  const names = [...new Set(kinds.flatMap((kind) => TASKS[kind].deadline ?? []))]
  if (names.length === 0) return []
  const select = `select w.* from (select ${columns('d.due_on')} from listing_deadlines d join listings l on l.id = d.listing_id ${TASKS_OF_CASE}
    where d.ended_on is null ${isKept ? 'and d.keeper = kept.keeper' : ''} and d.name in (${textsOf(names)}) and d.due_on >= coalesce(:dueFrom::date, '-infinity') and ${HAS_OPEN_TASK}
      and d.name = ${DEADLINE_OF_TASK} ${andIsWithinSightSql(sight, 'l.operator_id')}) w where ${isAsked} ${ORDER}`
  return [isKept ? ofEachKeeper(select) : select]
}

const HAS_DEADLINE = `exists (select 1 from listing_deadlines d where d.listing_id = l.id and d.ended_on is null and d.name = ${DEADLINE_OF_TASK})`

/** A task that changes with the day shares the group of the next task of its states. */
const groupOf = ({ groups }: CaseTrack, kind: WorkKind): WorkKind | undefined => {
  const states = TASKS[kind].of?.states ?? []
  const isAfter = (group: WorkKind) => WORK_KINDS.indexOf(group) >= WORK_KINDS.indexOf(kind)
  return groups.find((group) => isAfter(group) && states.every((state) => TASKS[group].of?.states.includes(state)))
}

const byAge = (track: CaseTrack, groups: string, key: string, page: CaseTaskPage): string => {
  const { sight, isAsked, isKept = false } = page
  const select = `select u.* from unnest(${groups}) g(task) cross join lateral (
      select w.* from (select ${columns('null::date')} from listings l cross join lateral (select ${track.task} as kind offset 0) t
        where ${track.isOpen} ${isKept ? 'and l.keeper = kept.keeper' : ''} and ${key} = g.task
          and l.created_at >= coalesce(:sinceFrom::timestamptz, '-infinity')
          and t.kind is not null and not ${HAS_DEADLINE} ${andIsWithinSightSql(sight, 'l.operator_id')}) w
      where ${isAsked} ${ORDER}) u`
  return isKept ? ofEachKeeper(select) : select
}

const withoutDeadline = (kinds: readonly WorkKind[], page: CaseTaskPage): string[] =>
  CASE_TRACKS.flatMap((track) => {
    // A task that waits has a last day.
    const asked = track.kinds.filter((kind) => kinds.includes(kind) && !TASKS[kind].waits)
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

/** SQL: `with` clauses and selects. Tasks without a last day are read only where others do not fill the page. */
export const selectCasePage = (page: CaseTaskPage): { clauses: string[]; selects: string[] } => {
  const ofCases = page.kinds.filter((kind) => TASKS[kind].of !== undefined)
  const isKept = (kind: WorkKind) => page.scope === 'MINE' && TASKS[kind].whose === 'KEEPER'
  const parts = [false, true].map((kept) => {
    const kinds = ofCases.filter((kind) => isKept(kind) === kept)
    const part = { ...page, isKept: kept, isAsked: `w.kind in (${textsOf(['', ...kinds])}) and ${page.isAsked}` }
    return {
      due: withDeadline(kinds, part),
      undue: page.scope === 'LATE' ? [] : withoutDeadline(kinds, part),
    }
  })
  const due = parts.flatMap((part) => part.due.map((select) => `(${select})`))
  const isFull = due.length === 0 ? '' : 'where (select count(*) from due_cases) < :first'
  return {
    clauses: due.length === 0 ? [] : [`due_cases as materialized (${due.join(' union all ')})`],
    selects: [
      ...(due.length === 0 ? [] : ['select * from due_cases']),
      ...parts.flatMap(({ undue }) => undue).map((select) => `select * from (${select}) x ${isFull}`),
    ],
  }
}
