import { type Db, queryRows } from '../db/db.js'
import { MATTER_COLUMNS, reviveMatter, type StoredMatter } from './matters.js'

export type MatterQueue = 'WAITING' | 'LATE' | 'OTHERS' | 'ENDED'

interface QueuePlace {
  dueAt: string
  id: string
}

export type QueuedMatter = StoredMatter & QueuePlace

/** Seats from `from` on and before `until`, in the order of the collation "C". */
export interface SeatRange {
  from: string
  until: string
}

interface QueuePage {
  first: number
  after: QueuePlace | null
}

/** Nobody is late by a clock whose rule is unconfirmed. */
const LATE_SQL = `s.due_at <= :now and exists (
  select 1 from matter_clocks k where k.matter_id = s.matter_id and k.running and k.confirmed and k.due_at <= :now)`

/**
 * Walks from seat to seat by the index, takes the first matters of each and merges them. Every seat of a matter has the
 * same due time, so its rows stand side by side.
 */
const COVERED_SQL = `covered as (
    (select seat from matter_seats where seat collate "C" >= :from and seat collate "C" < :until order by seat collate "C" limit 1)
    union all
    select (select s.seat from matter_seats s where s.seat collate "C" > c.seat collate "C" and s.seat collate "C" < :until
      order by s.seat collate "C" limit 1) from covered c where c.seat is not null)`

const END_OF_TIME = 'infinity'
const BEGINNING = '-infinity'
const FIRST_ID = '00000000-0000-0000-0000-000000000000'
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

export const listQueue = async (
  db: Db,
  { from, until }: SeatRange,
  queue: MatterQueue,
  { first, after, now }: QueuePage & { now: Date },
): Promise<QueuedMatter[]> => {
  const isEnded = queue === 'ENDED'
  const [beyond, direction] = isEnded ? ['<', 'desc'] : ['>', 'asc']
  const start = isEnded ? { dueAt: END_OF_TIME, id: LAST_ID } : { dueAt: BEGINNING, id: FIRST_ID }
  const { dueAt, id } = after ?? start
  const rows = await queryRows<QueuedMatter>(
    db,
    `with recursive ${COVERED_SQL},
     found as (
       select distinct on (q.due_at, q.matter_id) q.due_at, q.matter_id
       from covered c cross join lateral (
         select s.due_at, s.matter_id from matter_seats s
         where s.seat collate "C" = c.seat collate "C" and s.queue = :queue and (s.due_at, s.matter_id) ${beyond} (:dueAt::timestamptz, :id::uuid)
           ${queue === 'LATE' ? `and ${LATE_SQL}` : ''}
         order by s.due_at ${direction}, s.matter_id ${direction} limit :first) q
       where c.seat is not null order by q.due_at ${direction}, q.matter_id ${direction} limit :first)
     select ${MATTER_COLUMNS}, f.due_at::text as "dueAt" from found f join matters m on m.id = f.matter_id
     order by f.due_at ${direction}, f.matter_id ${direction} /* queues.list */`,
    { from, until, queue: queue === 'LATE' ? 'WAITING' : queue, dueAt, id, now, first },
  )
  return rows.map(reviveMatter)
}

/** Counts up to `most`, so a long queue costs no more than a short one. */
export const countQueue = async (
  db: Db,
  { from, until }: SeatRange,
  { most, now }: { most: number; now: Date },
): Promise<{ waiting: number; late: number }> => {
  const counted = (condition: string) => `(select count(*)::int from (
    select 1 from covered c join matter_seats s on s.seat collate "C" = c.seat collate "C"
    where s.queue = 'WAITING' ${condition} limit :most) n)`
  const [counts] = await queryRows<{ waiting: number; late: number }>(
    db,
    `with recursive ${COVERED_SQL}
     select ${counted('')} as waiting, ${counted(`and ${LATE_SQL}`)} as late /* queues.count */`,
    { from, until, most, now },
  )
  return counts ?? { waiting: 0, late: 0 }
}

/** Staff of the hub see matters of kinds that are not for their seats only, newest first. */
export const listEnvelopes = async (
  db: Db,
  kinds: readonly string[],
  { first, after }: QueuePage,
): Promise<QueuedMatter[]> => {
  const { dueAt, id } = after ?? { dueAt: END_OF_TIME, id: LAST_ID }
  const rows = await queryRows<QueuedMatter>(
    db,
    `select ${MATTER_COLUMNS}, m.opened_at::text as "dueAt" from matters m
     where m.kind = any(:kinds::text[]) and (m.opened_at, m.id) < (:dueAt::timestamptz, :id::uuid)
     order by m.opened_at desc, m.id desc limit :first /* queues.envelopes */`,
    { kinds: [...kinds], dueAt, id, first },
  )
  return rows.map(reviveMatter)
}
