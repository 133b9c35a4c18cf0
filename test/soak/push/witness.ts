/**
 * Records with a trigger who claimed and booked each delivery, so that the hub's code stays as it is. Each process is
 * identified by the name of its connection.
 */
import type { JobDb } from '../../../src/store/db/db.js'
import { rowsOf } from '../../support/world.js'

/** Number of the newest claims and bookings that are searched for current holders. */
const LATEST_MARKS = 5_000

export const watch = async (db: JobDb): Promise<void> => {
  await db.raw(`
    create table soak_marks (
      id bigint generated always as identity primary key, delivery_id bigint not null, platform text not null,
      what text not null, state text not null, process text not null, at timestamptz not null);
    create index soak_marks_delivery on soak_marks (delivery_id, id);
    create function soak_mark() returns trigger language plpgsql as $$ begin
      insert into soak_marks (delivery_id, platform, what, state, process, at)
      values (new.id, new.platform, case when new.attempts > old.attempts then 'CLAIM' else 'BOOK' end, new.state,
        current_setting('application_name'), clock_timestamp());
      return null; end $$;
    create trigger soak_mark after update on deliveries for each row
      when (old.attempts <> new.attempts or old.state <> new.state or old.due_at <> new.due_at) execute function soak_mark()`)
}

/** Puts the process name into the database address, as the connection's name. */
export const named = (url: string, process: string): string => {
  const address = new URL(url)
  address.searchParams.set('application_name', process)
  return address.href
}

/** Processes that hold a claim now. */
export const holders = async (db: JobDb): Promise<string[]> => {
  const held = await rowsOf(
    db,
    `with latest as (select * from soak_marks order by id desc limit ${LATEST_MARKS})
     select distinct process from (select distinct on (delivery_id) * from latest order by delivery_id, id desc) l
     where what = 'CLAIM' and state = 'OWED'`,
  )
  return held.map((row) => String(row['process']))
}

/** True once the last connection of a killed process is closed and its transaction rolled back. */
export const isGone = async (db: JobDb, process: string): Promise<boolean> =>
  (await rowsOf(db, 'select 1 from pg_stat_activity where application_name = ?', [process])).length === 0

export interface Takeover {
  platform: string
  killedAt: number
  /** Milliseconds from the kill to the takeover; null if nobody took over or the delivery was folded. */
  claimedAfter: number | null
  bookedAfter: number | null
  folded: boolean
}

/** Claims of killed processes that were not booked, and their takeovers. */
export const takeovers = async (db: JobDb, killed: ReadonlyMap<string, number>): Promise<Takeover[]> => {
  const rows = await rowsOf(
    db,
    `with marks as (
       select *, lead(process) over w as next_process, lead(what) over w as next_what, lead(state) over w as next_state,
         lead(at) over w as next_at from soak_marks window w as (partition by delivery_id order by id)),
     killed as (select * from jsonb_to_recordset(?::jsonb) as k(process text, at timestamptz))
     select m.platform, extract(epoch from k.at) * 1000 as "killedAt", m.next_what as what, m.next_state as state,
       extract(epoch from m.next_at - k.at) * 1000 as after,
       (select extract(epoch from min(b.at) - k.at) * 1000 from soak_marks b
        where b.delivery_id = m.delivery_id and b.id > m.id and b.what = 'BOOK') as booked
     from marks m join killed k on k.process = m.process
     where m.what = 'CLAIM' and m.at <= k.at and m.next_process is distinct from m.process
       and (m.next_at is null or m.next_at > k.at)`,
    [JSON.stringify([...killed].map(([process, at]) => ({ process, at: new Date(at).toISOString() })))],
  )
  return rows.map((row) => ({
    platform: String(row['platform']),
    killedAt: Number(row['killedAt']),
    claimedAfter: row['what'] === 'CLAIM' ? Number(row['after']) : null,
    bookedAfter: row['booked'] === null ? null : Number(row['booked']),
    folded: row['what'] === 'BOOK' && row['state'] === 'FOLDED',
  }))
}
