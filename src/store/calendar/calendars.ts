import type { CalendarAmendments, DayKind } from '../../domain/calendar/calendar.js'
import { type Db, queryOne, queryRows, type Tx } from '../db/db.js'

export const AMENDMENT_COLUMNS = `coalesce((select jsonb_agg(jsonb_build_object('day', a.day, 'kind', a.kind)) from (
    select distinct on (day) day, kind from calendar_amendments order by day, id desc) a), '[]') as days,
  (select known_until from calendar_reach order by id desc limit 1) as "knownUntil"`

export const readPresentAmendments = (db: Db | Tx): Promise<CalendarAmendments> =>
  queryOne(db, `select ${AMENDMENT_COLUMNS} /* calendars.amended */`)

export const addConfirmedAmendment = async (
  tx: Tx,
  made: { proposal: number; confirmedBy: string; at: Date },
): Promise<void> => {
  await queryRows(
    tx,
    `with p as (select * from calendar_proposals where id = :proposal), reach as (
       insert into calendar_reach (known_until, made_by, confirmed_by, made_at)
       select known_until, proposed_by, :confirmedBy::text, :at::timestamptz from p where known_until is not null)
     insert into calendar_amendments (day, kind, reason, made_by, confirmed_by, made_at)
     select d.day, d.kind, p.reason, p.proposed_by, :confirmedBy::text, :at::timestamptz
     from p, jsonb_to_recordset(p.days) as d(day date, kind text) /* calendars.amend */`,
    made,
  )
}

export interface CalendarAmendment {
  day: string
  kind: DayKind
  reason: string
  by: string
  /** Missing for amendments made before a second person had to confirm. */
  confirmedBy: string | null
  at: Date
}

export const listAmendments = (db: Db, year: number): Promise<CalendarAmendment[]> =>
  queryRows(
    db,
    `select distinct on (day) to_char(day, 'YYYY-MM-DD') as day, kind, reason, made_by as by, confirmed_by as "confirmedBy", made_at as at
     from calendar_amendments where day between make_date(:year, 1, 1) and make_date(:year, 12, 31)
     order by day, id desc /* calendars.amendmentsOf */`,
    { year },
  )
