import { andFitsWordsSql, type IdPage, type OperatorWords, pageByIdSql } from '../access/list-filter.js'
import { andIsWithinSightSql, type RegionSight } from '../access/sight.js'
import { type Db, queryCount, queryRows, queryRowsBy, type Tx } from '../db/db.js'
import type { PointInTime } from '../records/versions.js'

export interface WatchEntry {
  id: number
  operatorId: number
  value: number
  openedOn: string
  closedOn: string | null
}

const COLUMNS = `w.id, w.operator_id as "operatorId", w.value, w.opened_on as "openedOn", w.closed_on as "closedOn"`

export const open = async (
  tx: Tx,
  fallen: readonly { operatorId: number; value: number }[],
  { on, at }: { on: string; at: Date },
): Promise<void> => {
  if (fallen.length === 0) return
  await tx.raw(
    `insert into watch_entries (operator_id, value, opened_on, opened_at)
     select f."operatorId", f.value, :on::date, :at::timestamptz from jsonb_to_recordset(:fallen::jsonb) as f("operatorId" int, value int)
     on conflict (operator_id) where closed_at is null do nothing /* watchEntries.open */`,
    { fallen: JSON.stringify(fallen), on, at },
  )
}

export const close = async (tx: Tx, risen: readonly number[], { on, at }: { on: string; at: Date }): Promise<void> => {
  if (risen.length === 0) return
  await tx.raw(
    `update watch_entries set closed_on = greatest(opened_on, :on::date), closed_at = :at where operator_id = any(:risen::int[]) and closed_at is null
     /* watchEntries.close */`,
    { risen, on, at },
  )
}

export const ofOperators = (db: Db, operators: readonly number[], when: PointInTime) =>
  queryRowsBy<WatchEntry, 'operatorId'>(
    db,
    'operatorId',
    `select distinct on (w.operator_id) ${COLUMNS} from watch_entries w
     where w.operator_id = any(:operators) and w.opened_on <= :asOf::date and w.opened_at <= :knownAt
       and (w.closed_at is null or w.closed_at > :knownAt or w.closed_on > :asOf::date)
     order by w.operator_id, w.opened_at desc /* watchEntries.ofOperators */`,
    { ...when, operators },
  )

export interface WatchFilter extends OperatorWords {
  sight: RegionSight
}

export const list = (db: Db, filter: WatchFilter, page: IdPage) =>
  queryRows<WatchEntry>(
    db,
    `select ${COLUMNS} from watch_entries w where ${filtered(filter)} ${pageByIdSql(page, 'w.id')} /* watchEntries.list */`,
    { ...filter, ...page },
  )

export const count = (db: Db, filter: WatchFilter, most: number | null): Promise<number> =>
  queryCount(db, `from watch_entries w where ${filtered(filter)} /* watchEntries.count */`, { ...filter }, most)

const filtered = (filter: WatchFilter): string =>
  `w.closed_at is null ${andIsWithinSightSql(filter.sight, 'w.operator_id')} ${andFitsWordsSql(filter, 'w.operator_id')}`
