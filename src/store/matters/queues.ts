import { type Db, queryRows } from '../db/db.js'
import { MATTER_COLUMNS, reviveMatter, type StoredMatter } from './matters.js'

export type MatterQueue = 'WAITING' | 'BELOW' | 'LATE' | 'OTHERS' | 'ANSWERED' | 'ENDED' | 'HUB'

interface QueuePlace {
  dueAt: string
  id: string
}

export type QueuedMatter = StoredMatter & QueuePlace

/** Seats from `from` to before `until`, in collation "C", without `but`. */
export interface SeatRange {
  from: string
  until: string
  but?: string
}

/** The division's first digits match some seat of the matter. */
export interface QueueFilter {
  kind: string | null
  region: string | null
}

interface QueuePage extends QueueFilter {
  first: number
  after: QueuePlace | null
}

/** An unconfirmed clock makes nobody late. Clocks are looked up where `late_at` is missing or outdated. */
const LATE_SQL = `s.due_at <= :now and case when s.late_at >= s.due_at then s.late_at <= :now else coalesce((
  select true from matter_clocks k where k.matter_id = s.matter_id and k.running and k.confirmed and k.due_at <= :now limit 1), false) end`

const narrowedSql = (id: string, { kind, region }: QueueFilter): string =>
  `${kind === null ? '' : `and exists (select 1 from matters k where k.id = ${id} and k.kind = :kind)`}
   ${
     region === null
       ? ''
       : `and exists (select 1 from matter_seats r where r.matter_id = ${id} and r.to_move is null
            and starts_with(split_part(r.seat, '@', 2), :region))`
   }`

/**
 * Walks the index seat by seat, takes the first matters of each and merges them. A matter's seats share the due time,
 * so its rows stand side by side.
 */
const COVERED_SQL = `covered as (
    (select seat from matter_seats where seat collate "C" >= :from and seat collate "C" < :until order by seat collate "C" limit 1)
    union all
    select (select s.seat from matter_seats s where s.seat collate "C" > c.seat collate "C" and s.seat collate "C" < :until
      order by s.seat collate "C" limit 1) from covered c where c.seat is not null)`

/** Columns `queue` of the rows in a queue; others have the queue's name. */
const STORED_QUEUES: Readonly<Partial<Record<MatterQueue, readonly string[]>>> = {
  BELOW: ['WAITING'],
  LATE: ['WAITING'],
  ENDED: ['ENDED', 'ANSWERED'],
}

const END_OF_TIME = 'infinity'
const BEGINNING = '-infinity'
const FIRST_ID = '00000000-0000-0000-0000-000000000000'
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

export const listQueue = async (
  db: Db,
  { from, until, but = '' }: SeatRange,
  queue: MatterQueue,
  { first, after, now, ...filter }: QueuePage & { now: Date },
): Promise<QueuedMatter[]> => {
  const isEnded = queue === 'ENDED' || queue === 'ANSWERED'
  const [beyond, direction] = isEnded ? ['<', 'desc'] : ['>', 'asc']
  const start = isEnded ? { dueAt: END_OF_TIME, id: LAST_ID } : { dueAt: BEGINNING, id: FIRST_ID }
  const { dueAt, id } = after ?? start
  const rows = await queryRows<QueuedMatter>(
    db,
    `with recursive ${COVERED_SQL},
     found as (
       select distinct on (q.due_at, q.matter_id) q.due_at, q.matter_id
       from covered c cross join unnest(:queues::text[]) as w(queue) cross join lateral (
         select s.due_at, s.matter_id from matter_seats s
         where s.seat collate "C" = c.seat collate "C" and s.queue = w.queue and s.to_move is null and (s.due_at, s.matter_id) ${beyond} (:dueAt::timestamptz, :id::uuid)
           ${queue === 'LATE' ? `and ${LATE_SQL}` : ''} ${narrowedSql('s.matter_id', filter)}
         order by s.due_at ${direction}, s.matter_id ${direction} limit :first) q
       where c.seat <> :but order by q.due_at ${direction}, q.matter_id ${direction} limit :first)
     select ${MATTER_COLUMNS}, f.due_at::text as "dueAt" from found f join matters m on m.id = f.matter_id
     order by f.due_at ${direction}, f.matter_id ${direction} /* queues.list */`,
    { from, until, but, queues: [...(STORED_QUEUES[queue] ?? [queue])], dueAt, id, now, first, ...filter },
  )
  return rows.map(reviveMatter)
}

export interface WaitingSeat {
  seat: string
  waiting: number
  /** When another party last made one of them wait. */
  latest: Date
  late: number
  lateSince: Date | null
}

/** Each seat has at most `most` of its queue. */
export const listWaitingSeats = (
  db: Db,
  seats: readonly string[],
  { most, now }: { most: number; now: Date },
): Promise<WaitingSeat[]> =>
  queryRows(
    db,
    `select w.seat, n.* from unnest(:seats::text[]) as w(seat) cross join lateral (
       select count(*)::int as waiting, max(v.at) as latest, (count(*) filter (where q.late))::int as late,
         max(q.due_at) filter (where q.late) as "lateSince"
       from (select s.matter_id, s.due_at, (${LATE_SQL}) as late from matter_seats s
         where s.seat collate "C" = w.seat collate "C" and s.queue = 'WAITING' order by s.due_at limit :most) q
       cross join lateral (select max(at) as at from matter_moves
         where matter_id = q.matter_id and by_seat not in ('receipt', w.seat)) v) n
     where n.latest is not null /* queues.waitingSeats */`,
    { seats: [...seats], most, now },
  )

export interface UnreceivedSeat {
  seat: string
  unreceived: number
  latest: Date
}

/**
 * Counts unreceived matters that each seat handed over before `before`, among its last `most`; `latest` is the newest
 * handing over.
 */
export const listUnreceivedSeats = (
  db: Db,
  seats: readonly string[],
  { most, before }: { most: number; before: Date },
): Promise<UnreceivedSeat[]> =>
  queryRows(
    db,
    `select w.seat, count(*)::int as unreceived, max(v.at) as latest
     from unnest(:seats::text[]) as w(seat) cross join lateral (
       select s.matter_id from matter_seats s where s.seat collate "C" = w.seat collate "C" and s.queue = 'OTHERS'
         and s.place = 'sender' order by s.due_at desc limit :most) q
     join matters m on m.id = q.matter_id and m.received_at is null
     join matter_seats h on h.matter_id = m.id and h.place = 'holder' and h.to_move is null
     join matter_moves v on v.matter_id = m.id and v.sequence = h.from_move and v.at < :before
     group by w.seat /* queues.unreceivedSeats */`,
    { seats: [...seats], most, before },
  )

export interface MatterCounts {
  waiting: number
  late: number
  answered: number
}

export const NO_MATTERS: MatterCounts = { waiting: 0, late: 0, answered: 0 }

/** Late matters are sought among so many overdue ones. */
export const OVERDUE_READ_MOST = 10_000

export const countQueue = async (
  db: Db,
  { from, until }: SeatRange,
  { most, now }: { most: number; now: Date },
): Promise<MatterCounts> => {
  const counted = (queue: string, { readMost = ':most', inTime = '', isCounted = 'true' } = {}) =>
    `(select count(*)::int from (select 1 from covered c cross join lateral (
       select s.* from matter_seats s where s.seat collate "C" = c.seat collate "C" and s.queue = '${queue}' ${inTime}
       order by s.due_at limit ${readMost}) s where ${isCounted} limit :most) n)`
  const late = { readMost: String(OVERDUE_READ_MOST), inTime: 'and s.due_at <= :now', isCounted: LATE_SQL }
  const [counts] = await queryRows<MatterCounts>(
    db,
    `with recursive ${COVERED_SQL}
     select ${counted('WAITING')} as waiting, ${counted('WAITING', late)} as late, ${counted('ANSWERED')} as answered /* queues.count */`,
    { from, until, most, now },
  )
  return counts ?? NO_MATTERS
}

const FOUND_MOST = 8

/** A matter is found by its number, its sender's reference, or the number of an unsealed document. */
export const findMattersByNumber = async (
  db: Db,
  text: string,
  { seat, from, until }: SeatRange & { seat: string },
): Promise<StoredMatter[]> =>
  (
    await queryRows<StoredMatter>(
      db,
      `select ${MATTER_COLUMNS} from matters m where m.id in (
         select id from matters where number = :text
         union select id from matters where opened_by = :seat and kind in (select distinct kind from matter_kinds) and reference = :text
         union select matter_id from matter_moves where input ->> 'number' = :text)
       and exists (select 1 from matter_seats s where s.matter_id = m.id and s.to_move is null
         and s.seat collate "C" >= :from and s.seat collate "C" < :until)
       order by m.opened_at desc, m.id limit :most /* queues.find */`,
      { text, seat, from, until, most: FOUND_MOST },
    )
  ).map(reviveMatter)

/** Staff of the hub see matters of kinds that are not for their seats only, newest first. */
export const listEnvelopes = async (
  db: Db,
  kinds: readonly string[],
  { first, after, waiting, ...filter }: QueuePage & { waiting: string | null },
): Promise<QueuedMatter[]> => {
  const { dueAt, id } = after ?? { dueAt: END_OF_TIME, id: LAST_ID }
  const rows = await queryRows<QueuedMatter>(
    db,
    `select ${MATTER_COLUMNS}, m.opened_at::text as "dueAt" from matters m
     where m.kind = any(:kinds::text[]) and (m.opened_at, m.id) < (:dueAt::timestamptz, :id::uuid) ${narrowedSql('m.id', filter)}
       ${waiting === null ? '' : `and m.waiting = '${waiting}'`}
     order by m.opened_at desc, m.id desc limit :first /* queues.envelopes */`,
    { kinds: [...kinds], dueAt, id, first, ...filter },
  )
  return rows.map(reviveMatter)
}
