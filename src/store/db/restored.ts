/** A database that was restored from a backup: how it is known, and what holds until a person has released it. */
import type { Db, Tx } from './db.js'

/** What notes outside the database call it; a copy has the same. */
export const identity = async (db: Db | Tx): Promise<string> => {
  const answer = await db.raw(
    `with made as (insert into database_identity default values on conflict do nothing returning id)
     select id from made union all select id from database_identity limit 1 /* restored.identity */`,
  )
  return answer.rows[0].id
}

/** A server: its timeline, which each promotion changes, and its system identifier, which each new cluster has of its own. */
export interface Server {
  timeline: string | null
  system: string
}

/** The server that the database is on, and the one for which it was vouched; null: for none yet. */
export const servers = async (db: Db | Tx): Promise<{ now: Server; vouched: Server | null }> => {
  const answer = await db.raw(
    `select database_timeline() as "nowTimeline", (select system_identifier::text from pg_control_system()) as "nowSystem",
       i.timeline, i.system from (select 1) one left join database_identity i on true /* restored.servers */`,
  )
  const { nowTimeline, nowSystem, timeline, system } = answer.rows[0]
  return {
    now: { timeline: nowTimeline, system: nowSystem },
    vouched: timeline === null ? null : { timeline, system },
  }
}

/** From now on the database is vouched for on the server that it is on. */
export const vouch = async (db: Db | Tx, { only }: { only: 'FIRST' | 'ALWAYS' }): Promise<void> => {
  await db.raw(
    `update database_identity set timeline = database_timeline(), system = (select system_identifier::text from pg_control_system())
     where timeline is null or ? /* restored.vouch */`,
    [only === 'ALWAYS'],
  )
}

/** What was noted outside before it left; `key` and `at` are absent in notes of before they were noted. */
export interface NotedDelivery {
  deliveryId: number
  /** Its subject. */
  key?: string
  /** When it was owed, ISO. */
  at?: string
}

/**
 * Whether the database holds this very delivery: ids are given again after some were lost, so the subject and the instant have to
 * be the same. What was released counts as known.
 */
export const holds = async (db: Db, { deliveryId, key, at }: NotedDelivery): Promise<boolean> => {
  const answer = await db.raw(
    `select exists (select 1 from deliveries where id = :id and (:key::text is null or subject_id::text = :key)
         and (:at::timestamptz is null or created_at = :at::timestamptz))
       or exists (select 1 from database_restored where released_at is not null and noted_delivery >= :id) as found /* restored.holds */`,
    { id: deliveryId, key: key ?? null, at: at ?? null } as never,
  )
  return answer.rows[0].found
}

/** The largest that the database knows to have left it; what was released counts as known. */
export interface Reached {
  deliveryId: number
  sequence: number
}

export const reached = async (db: Db | Tx): Promise<Reached> => {
  const answer = await db.raw(
    `select greatest((select max(id) from deliveries), (select max(noted_delivery) from database_restored where released_at is not null), 0)::float8 as "deliveryId",
       greatest((select max(sequence) from snapshots), (select max(noted_sequence) from database_restored where released_at is not null), 0)::int as sequence
     /* restored.reached */`,
  )
  return answer.rows[0]
}

/**
 * Whether anybody may be listed in public now (SQL): not while the database is behind what has left it, since it may have lost
 * who was removed. It is a condition of every statement that answers with entries, so that it holds in the same instant.
 */
export const MAY_LIST = `(select not exists (select 1 from database_restored w where w.released_at is null)
  and not exists (select 1 from database_identity w where w.timeline <> database_timeline()))`

/** The same as a question of its own, for whoever says that the list is withheld. */
export const mayList = async (db: Db | Tx): Promise<boolean> => {
  const answer = await db.raw(`select ${MAY_LIST} as may /* restored.mayList */`)
  return answer.rows[0].may
}

export const CAUSES = ['DELIVERY_NOTED', 'SNAPSHOT_NOTED', 'SERVER_CHANGED', 'SHOWN', 'DECLARED'] as const
export type Cause = (typeof CAUSES)[number]

export interface Restored {
  id: number
  foundAt: Date
  cause: Cause
  /** Who declared it, and why; null: the hub has found it. */
  saidBy: string | null
  said: string | null
  /** The platform that showed more than the database had told it. */
  platform: string | null
  notedDelivery: number | null
  notedNumber: number | null
  notedSequence: number | null
  hadDelivery: number
  hadSequence: number
  releasedAt: Date | null
  releasedBy: string | null
  releasedReason: string | null
}

const COLUMNS = `r.id, r.found_at as "foundAt", r.cause, r.said_by as "saidBy", r.said, r.platform, r.noted_delivery::float8 as "notedDelivery",
  r.noted_number as "notedNumber", r.noted_sequence as "notedSequence", r.had_delivery::float8 as "hadDelivery", r.had_sequence as "hadSequence",
  r.released_at as "releasedAt", r.released_by as "releasedBy", r.released_reason as "releasedReason"`

/** Null: it is not stopped. */
export const open = async (db: Db | Tx): Promise<Restored | null> => {
  const answer = await db.raw(
    `select ${COLUMNS} from database_restored r where r.released_at is null /* restored.open */`,
  )
  return answer.rows[0] ?? null
}

/** Every time it was, newest first. */
export const all = async (db: Db): Promise<Restored[]> => {
  const answer = await db.raw(
    `select ${COLUMNS} from database_restored r order by r.id desc limit 100 /* restored.all */`,
  )
  return answer.rows
}

export type Evidence = Omit<Restored, 'id' | 'releasedAt' | 'releasedBy' | 'releasedReason'>

/** False: it is stopped already; then the larger of what was noted stands. */
export const stop = async (tx: Tx, made: Evidence): Promise<boolean> => {
  const answer = await tx.raw(
    `insert into database_restored as r (found_at, cause, said_by, said, platform, noted_delivery, noted_number, noted_sequence, had_delivery, had_sequence)
     values (:foundAt, :cause, :saidBy, :said, :platform, :notedDelivery, :notedNumber, :notedSequence, :hadDelivery, :hadSequence)
     on conflict ((true)) where released_at is null do update set noted_delivery = greatest(r.noted_delivery, excluded.noted_delivery),
       noted_number = greatest(r.noted_number, excluded.noted_number), noted_sequence = greatest(r.noted_sequence, excluded.noted_sequence)
     returning (xmax = 0) as fresh /* restored.stop */`,
    { ...made } as never,
  )
  return answer.rows[0].fresh
}

/**
 * The largest number of these deliveries than which the platform was never sent a later one about the same subject; null: there is
 * none. What is numbered no higher than the floor is known to have been overtaken.
 */
export const overtaken = async (db: Db, platform: string, deliveryIds: readonly number[]): Promise<number | null> => {
  const answer = await db.raw(
    `select max(d.number) as number from deliveries d where d.id = any(:ids::bigint[]) and d.platform = :platform and d.state = 'CONFIRMED'
       and d.number > coalesce((select sequence_floor from platform_states s where s.platform = d.platform), 0)
       and not exists (select 1 from deliveries e where e.subject_id = d.subject_id and e.platform = d.platform
         and e.number > d.number and e.attempts > 0) /* restored.overtaken */`,
    { ids: [...deliveryIds], platform },
  )
  return answer.rows[0]?.number ?? null
}

/** No message to these platforms is numbered so, or less, any more. */
export const raiseFloors = async (tx: Tx, floors: readonly { platform: string; floor: number }[]): Promise<void> => {
  await tx.raw(
    `insert into platform_states as s (platform, sequence_floor)
     select f.platform, f.floor from jsonb_to_recordset(?::jsonb) as f(platform text, floor int)
     on conflict (platform) do update set sequence_floor = greatest(s.sequence_floor, excluded.sequence_floor) /* restored.raiseFloors */`,
    [JSON.stringify(floors)],
  )
}

/** The largest number that was ever given to a message. */
export const highestNumber = async (tx: Tx): Promise<number> => {
  const answer = await tx.raw('select coalesce(max(number), 0) as n from deliveries /* restored.highestNumber */')
  return answer.rows[0].n
}

/** What is owed may have been sent since the backup: it counts as tried, so that it is asked about, and removed, as such. */
export const mayHaveBeenSent = async (tx: Tx): Promise<void> => {
  await tx.raw(
    `update deliveries set attempts = 1 where state = 'OWED' and attempts = 0 /* restored.mayHaveBeenSent */`,
  )
}

/** Locked to the end of the transaction. */
export const openForRelease = async (tx: Tx): Promise<Restored | null> => {
  const answer = await tx.raw(
    `select ${COLUMNS} from database_restored r where r.released_at is null for update /* restored.openForRelease */`,
  )
  return answer.rows[0] ?? null
}

/** Also no id of a delivery is given twice: notes outside the database tell by it how far it was. */
export const release = async (
  tx: Tx,
  { id, by, reason, now }: { id: number; by: string; reason: string; now: Date },
): Promise<void> => {
  await tx.raw(
    `update database_restored set released_at = ?, released_by = ?, released_reason = ? where id = ? /* restored.release */`,
    [now, by, reason, id],
  )
  await tx.raw(
    `select setval(pg_get_serial_sequence('deliveries', 'id'), greatest((select max(id) from deliveries), (select max(noted_delivery) from database_restored)))
     where exists (select 1 from deliveries) or exists (select 1 from database_restored where noted_delivery is not null) /* restored.release */`,
  )
}
