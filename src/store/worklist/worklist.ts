import type { DivisionLevel } from '../../domain/operators/places.js'
import { TASKS, WORK_KINDS, type WorkKind } from '../../domain/worklist/tasks.js'
import type { WorkItem, WorkScope } from '../../domain/worklist/worklist.js'
import type { RegionSight } from '../access/sight.js'
import { type Db, queryRows } from '../db/db.js'
import { selectCasePage } from './case-pages.js'
import { selectOtherTasks } from './task-sources.js'

export interface WorkView {
  today: string
  sight: RegionSight
  /** Cases that need a superior's consent today, as `list/level`; an unknown level is empty. */
  consents: readonly string[]
  /** Feeds whose rejects are seen; null: all. */
  feeds: readonly string[] | null
  /** Sender whose rejects are seen; null: all. */
  sender: string | null
  /** Last day, by duty, of deliveries that are late today. */
  until: Readonly<Record<string, string | null>>
}

export const bindingsOfView = ({ until, consents, ...view }: WorkView) => ({
  ...view,
  consents: [...consents],
  until: JSON.stringify(until),
  platform: null,
})

export const IS_LATE = `(w.due_on < :today::date or w.kind = 'LATE_DELIVERIES')`
const folded = (column: string): string => `lower(normalize(${column}, NFKC))`

export interface WorkQuery {
  kinds: readonly WorkKind[]
  scope: WorkScope
  /** The person who asks; tasks that another must do are left out. */
  self: string
  keepers: readonly string[]
  /** Levels to whose listings it may consent; null: all. */
  levels: readonly DivisionLevel[] | null
}

export interface WorkKey {
  due: string
  since: string
  kind: string
  subject: string
}

export type ListedWork = WorkItem & { late: boolean; key: WorkKey }

const DUE = `(coalesce(w.due_on, 'infinity')::text collate "C")`
const SINCE = `(coalesce(to_char(w.since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '') collate "C")`
const KEY = `${DUE}, ${SINCE}, w.kind collate "C", w.subject collate "C"`

const IS_ASKED = `w.kind = any(:kinds::text[])
  and not (w.kind = any(:another::text[]) and w.not_by is not null and ${folded('w.not_by')} = :self::text)
  and (w.kind <> 'CONSENT' or :levels::text[] is null or w.level = any(:levels::text[]))
  and (:scope::text <> 'LATE' or ${IS_LATE})
  and (:scope::text <> 'MINE' or w.kind = any(:each::text[])
    or (w.kind = any(:kept::text[]) and ${folded('w.keeper')} = any(:keepers::text[])))
  and (:due::text is null or (${KEY}) > (:due::text, :since::text, :afterKind::text, :subject::text))`

/** A case is ordered by age and shown with the time of its last step. */
const SINCE_SHOWN = `case when w.kind = any(:ofCases::text[]) then (select e.recorded_at from listing_events e join listings l on l.id = e.listing_id
  where e.listing_id = w.listing_id and e.number = l.moves) else w.since end`

const whose = (of: string): WorkKind[] => WORK_KINDS.filter((kind) => TASKS[kind].whose === of)
const fold = (name: string): string => name.normalize('NFKC').toLowerCase()

export const listWork = (
  db: Db,
  query: WorkQuery,
  view: WorkView,
  { first, after }: { first: number; after: WorkKey | null },
): Promise<ListedWork[]> => {
  const { kinds, scope } = query
  if (kinds.length === 0) return Promise.resolve([])
  const cases = selectCasePage({ kinds, scope, sight: view.sight, isAsked: IS_ASKED })
  const others = selectOtherTasks(kinds, view.sight).map((source) => `select w.* from (${source}) w where ${IS_ASKED}`)
  const clauses = cases.clauses.length === 0 ? '' : `with ${cases.clauses.join(', ')}`
  return queryRows(
    db,
    `${clauses} select w.kind, w.keeper, w.not_by as "notBy", w.level, w.subject, w.n, ${SINCE_SHOWN} as since, w.latest, w.due_on as "dueOn",
       w.listing_id as "listingId", w.operator_id as "operatorId", coalesce(${IS_LATE}, false) as late,
       jsonb_build_object('due', ${DUE}, 'since', ${SINCE}, 'kind', w.kind, 'subject', w.subject) as key
     from (select w.* from (${[...cases.selects, ...others].join('\nunion all\n')}) w order by ${KEY} limit :first) w order by ${KEY} /* worklist.list */`,
    {
      ...bindingsOfView(view),
      scope,
      kinds: [...kinds],
      levels: query.levels && [...query.levels],
      self: fold(query.self),
      keepers: query.keepers.map(fold),
      keeperNames: [...query.keepers],
      another: WORK_KINDS.filter((kind) => TASKS[kind].another === true),
      each: whose('EACH'),
      kept: whose('KEEPER'),
      ofCases: WORK_KINDS.filter((kind) => TASKS[kind].of !== undefined),
      first,
      dueFrom: after?.due ?? null,
      // Until the tasks with a last day are read, those without one begin with the oldest case.
      sinceFrom: after?.due === 'infinity' && after.since !== '' ? `${after.since}Z` : null,
      due: after?.due ?? null,
      since: after?.since ?? null,
      afterKind: after?.kind ?? null,
      subject: after?.subject ?? null,
    },
  )
}
