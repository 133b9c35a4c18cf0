/**
 * Every page asks for these counts. Each group reads a bounded number of rows by an index; beyond, a count is a lower
 * limit.
 */
import { TASKS, type WorkKind } from '../../domain/worklist/tasks.js'
import { ITEMS_COUNTED_MOST, type WorkGroup } from '../../domain/worklist/worklist.js'
import type { RegionSight } from '../access/sight.js'
import { type Db, queryRows } from '../db/db.js'
import { CASE_TRACKS, type CaseTrack, DEADLINE_OF_TASK, LEVEL_OF_TASK, NOT_BY_OF_TASK } from './case-tasks.js'
import { selectOtherTasks } from './task-sources.js'
import { bindingsOfView, IS_LATE, type WorkView } from './worklist.js'

export const ROWS_COUNTED_MOST = 200
export const ROWS_COUNTED_MOST_IN_REGION = 500
const OWN_ROWS_COUNTED_MOST = 2_000

/**
 * SQL: one track's rows, each part in index order. `due_name` is the missed deadline. KEPT is worded so that PostgreSQL
 * does not read the whole index.
 */
const rowsOf = ({ group, groups, isOpen, deadlines }: CaseTrack): string => `
  (select 'ALL' as part, g.task as grouped, null::text as due_name, l.* from unnest(array[${groups.map((kind) => `'${kind}'`).join(', ')}]) g(task)
    cross join lateral (select l.* from listings l where ${isOpen} and ${group} = g.task order by l.created_at limit :rows) l)
  union all
  (select 'KEPT', null, null, l.* from listings l where l.keeper = any(:keepers::text[])
    and l.state not in ('REMOVED', 'NOT_LISTED') and (${isOpen}) is true limit :ownRows)
  union all
  (select 'LATE', null, d.name, l.* from listing_deadlines d join listings l on l.id = d.listing_id
    where d.ended_on is null and d.due_on < :today::date and d.name in (${deadlines}) and (${isOpen}) is true order by d.due_on, d.id limit :rows)`

/** A scalar looks up each row's operator; `exists` would hash all. */
const andIsInRegion = (sight: RegionSight): string =>
  sight === null
    ? ''
    : `and (select starts_with(s1.region, :sight::text) from operators s0 join operators s1 on s1.id = coalesce(s0.merged_into, s0.id)
        where s0.id = l.operator_id)`

/**
 * Rows outside the region keep their group, which may have been cut. `offset 0` prevents evaluating the task per
 * column.
 */
const countCases = (track: CaseTrack, sight: RegionSight): string => `
  select c.part, c.kind, c.keeper, c.not_by, c.level, c.n, 0::bigint as late, c.is_cut from (
    select l.part, l.grouped, t.kind, l.keeper, ${NOT_BY_OF_TASK} as not_by, ${LEVEL_OF_TASK} as level,
      count(*) filter (where (l.due_name is null or l.due_name = ${DEADLINE_OF_TASK}) ${andIsInRegion(sight)}) as n,
      sum(count(*)) over (partition by l.part, l.grouped) >= case l.part when 'KEPT' then :ownRows::int else :rows::int end as is_cut
    from (${rowsOf(track)}) l cross join lateral (select ${track.task} as kind offset 0) t group by 1, 2, 3, 4, 5, 6) c
  where c.kind = any(:kinds::text[])`

const countOthers = (source: string): string => `
  select 'ALL' as part, w.kind, w.keeper, w.not_by, w.level, sum(w.n) as n, coalesce(sum(w.n) filter (where ${IS_LATE}), 0) as late,
    count(*) >= :rows or max(w.n) >= ${ITEMS_COUNTED_MOST} as is_cut
  from (select * from (${source}) w limit :rows) w group by 2, 3, 4, 5`

export const countTasks = (
  db: Db,
  kinds: readonly WorkKind[],
  keepers: readonly string[],
  view: WorkView,
): Promise<WorkGroup[]> => {
  if (kinds.length === 0) return Promise.resolve([])
  const others = kinds.filter((kind) => TASKS[kind].of === undefined)
  const tracks = CASE_TRACKS.filter((track) => kinds.some((kind) => track.kinds.includes(kind)))
  const parts = [
    ...tracks.map((track) => countCases(track, view.sight)),
    ...selectOtherTasks(others, view.sight).map(countOthers),
  ]
  return queryRows(
    db,
    `select c.part, c.kind, c.keeper, c.not_by as "notBy", c.level, c.n::int, c.late::int, c.is_cut as "isCut"
     from (${parts.join('\n union all ')}) c /* worklist.count */`,
    {
      ...bindingsOfView(view),
      kinds: [...kinds],
      keepers: [...keepers],
      ownRows: OWN_ROWS_COUNTED_MOST,
      rows: view.sight === null ? ROWS_COUNTED_MOST : ROWS_COUNTED_MOST_IN_REGION,
    },
  )
}
