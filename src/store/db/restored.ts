import { type Db, queryFirst, queryOne, queryRows, queryValue, type Tx } from './db.js'

export const databaseIdentity = async (db: Db | Tx): Promise<string> => {
  const stored = () => queryFirst<{ id: string }>(db, 'select id from database_identity /* restored.identity */')
  const found = await stored()
  if (found !== null) return found.id
  await db.raw('insert into database_identity default values on conflict do nothing /* restored.identify */')
  return (await stored())?.id ?? ''
}

export interface DatabaseServer {
  timeline: string | null
  system: string
}

export const readPresentAndVouchedServer = (
  db: Db | Tx,
): Promise<{ now: DatabaseServer; vouched: DatabaseServer | null }> =>
  queryOne(
    db,
    `select json_build_object('timeline', database_timeline(), 'system', (select system_identifier::text from pg_control_system())) as now,
       case when i.timeline is not null then json_build_object('timeline', i.timeline, 'system', i.system) end as vouched
     from (select 1) one left join database_identity i on true /* restored.servers */`,
  )

export const vouchForServer = async (db: Db | Tx, { only }: { only: 'FIRST' | 'ALWAYS' }): Promise<void> => {
  await db.raw(
    `update database_identity set timeline = database_timeline(), system = (select system_identifier::text from pg_control_system())
     where timeline is null or ? /* restored.vouch */`,
    [only === 'ALWAYS'],
  )
}

export interface NotedDelivery {
  deliveryId: number
  key?: string
  at?: string
}

/**
 * A restored database reuses ids, so subject and creation time must match. Deliveries accepted as lost count as held.
 */
export const holdsDelivery = (db: Db, { deliveryId, key, at }: NotedDelivery): Promise<boolean> =>
  queryValue(
    db,
    `select exists (select 1 from deliveries where id = :id and (:key::text is null or subject_id::text = :key)
         and (:at::timestamptz is null or created_at = :at::timestamptz))
       or exists (select 1 from database_restored where released_at is not null and noted_delivery >= :id) as found /* restored.holds */`,
    { id: deliveryId, key: key ?? null, at: at ?? null },
  )

/** Highest numbers in the database, or among those that a person has accepted as lost. */
export interface SentPosition {
  deliveryId: number
  sequence: number
}

export const highestSentPosition = (db: Db | Tx): Promise<SentPosition> =>
  queryOne(
    db,
    `select greatest((select max(id) from deliveries), (select max(noted_delivery) from database_restored where released_at is not null), 0)::float8 as "deliveryId",
       greatest((select max(sequence) from snapshots), (select max(noted_sequence) from database_restored where released_at is not null), 0)::int as sequence
     /* restored.reached */`,
  )

/** False while the database may be an old copy without later removals: for statements that return entries. */
export const MAY_PUBLISH_LIST_SQL = `(select not exists (select 1 from database_restored w where w.released_at is null)
  and not exists (select 1 from database_identity w where w.timeline <> database_timeline()))`

export const mayPublishList = (db: Db | Tx): Promise<boolean> =>
  queryValue(db, `select ${MAY_PUBLISH_LIST_SQL} as may /* restored.mayPublishList */`)

type RestoreCause = 'DELIVERY_NOTED' | 'SNAPSHOT_NOTED' | 'SERVER_CHANGED' | 'SHOWN' | 'DECLARED'

export interface RestoreFinding {
  foundAt: Date
  cause: RestoreCause
  /** The hub itself detected the loss if null. */
  saidBy: string | null
  said: string | null
  /** The platform that displayed messages unknown to the database. */
  platform: string | null
  notedDelivery: number | null
  notedNumber: number | null
  notedSequence: number | null
  hadDelivery: number
  hadSequence: number
}

export interface RestoredDatabase extends RestoreFinding {
  id: number
  /** Findings before the last one, oldest first. */
  earlier: (Omit<RestoreFinding, 'foundAt'> & { foundAt: string })[]
  releasedAt: Date | null
  releaseProposedBy: string | null
  releasedBy: string | null
  releasedReason: string | null
}

const COLUMNS = `r.id, r.found_at as "foundAt", r.cause, r.said_by as "saidBy", r.said, r.platform, r.noted_delivery::float8 as "notedDelivery",
  r.noted_number as "notedNumber", r.noted_sequence as "notedSequence", r.had_delivery::float8 as "hadDelivery", r.had_sequence as "hadSequence",
  r.earlier, r.released_at as "releasedAt", r.release_proposed_by as "releaseProposedBy", r.released_by as "releasedBy", r.released_reason as "releasedReason"`

export const currentRestore = (db: Db | Tx): Promise<RestoredDatabase | null> =>
  queryFirst(db, `select ${COLUMNS} from database_restored r where r.released_at is null /* restored.open */`)

const RESTORES_MOST = 100 // rows

export const listRestores = (db: Db): Promise<RestoredDatabase[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from database_restored r order by r.id desc limit ${RESTORES_MOST} /* restored.all */`,
  )

export type RestoreRelease = Pick<
  RestoredDatabase,
  'releasedAt' | 'releaseProposedBy' | 'releasedBy' | 'releasedReason'
>

/** The row of an unreleased restore keeps the larger numbers. */
export const addRestore = async (tx: Tx, made: RestoreFinding): Promise<void> => {
  await tx.raw(
    `insert into database_restored as r (found_at, cause, said_by, said, platform, noted_delivery, noted_number, noted_sequence, had_delivery, had_sequence)
     values (:foundAt, :cause, :saidBy, :said, :platform, :notedDelivery, :notedNumber, :notedSequence, :hadDelivery, :hadSequence)
     on conflict ((true)) where released_at is null do update set noted_delivery = greatest(r.noted_delivery, excluded.noted_delivery),
       noted_number = greatest(r.noted_number, excluded.noted_number), noted_sequence = greatest(r.noted_sequence, excluded.noted_sequence)
     /* restored.stop */`,
    { ...made } as never,
  )
}

export const addLaterFinding = async (tx: Tx, made: RestoreFinding & { id: number }): Promise<void> => {
  await tx.raw(
    `update database_restored r set earlier = r.earlier || jsonb_build_object('foundAt', r.found_at, 'cause', r.cause, 'saidBy', r.said_by, 'said', r.said,
         'platform', r.platform, 'notedDelivery', r.noted_delivery, 'notedNumber', r.noted_number, 'notedSequence', r.noted_sequence,
         'hadDelivery', r.had_delivery, 'hadSequence', r.had_sequence),
       found_at = :foundAt, cause = :cause, said_by = :saidBy, said = :said, platform = :platform,
       noted_delivery = greatest(r.noted_delivery, :notedDelivery), noted_number = greatest(r.noted_number, :notedNumber),
       noted_sequence = greatest(r.noted_sequence, :notedSequence), had_delivery = :hadDelivery, had_sequence = :hadSequence
     where r.id = :id /* restored.foundAgain */`,
    { ...made } as never,
  )
}

/** Confirmed deliveries above `sequence_floor` that are the last about their subject. */
export const findHighestUnfollowedNumber = (
  db: Db,
  platform: string,
  deliveryIds: readonly number[],
): Promise<number | null> =>
  queryValue(
    db,
    `select max(d.number) as number from deliveries d where d.id = any(:ids::bigint[]) and d.platform = :platform and d.state = 'CONFIRMED'
       and d.number > coalesce((select sequence_floor from platform_states s where s.platform = d.platform), 0)
       and not exists (select 1 from deliveries e where e.subject_id = d.subject_id and e.platform = d.platform
         and e.number > d.number and e.attempts > 0) /* restored.overtaken */`,
    { ids: [...deliveryIds], platform },
  )

export const raiseSequenceFloors = async (
  tx: Tx,
  floors: readonly { platform: string; floor: number }[],
): Promise<void> => {
  await tx.raw(
    `insert into platform_states as s (platform, sequence_floor)
     select f.platform, f.floor from jsonb_to_recordset(?::jsonb) as f(platform text, floor int)
     on conflict (platform) do update set sequence_floor = greatest(s.sequence_floor, excluded.sequence_floor) /* restored.raiseFloors */`,
    [JSON.stringify(floors)],
  )
}

export const highestDeliveryNumber = (tx: Tx): Promise<number> =>
  queryValue(tx, 'select coalesce(max(number), 0) as n from deliveries /* restored.highestNumber */')

export const markQueuedAsTried = async (tx: Tx): Promise<void> => {
  await tx.raw(
    `update deliveries set attempts = 1 where state = 'OWED' and attempts = 0 /* restored.mayHaveBeenSent */`,
  )
}

export const lockForRelease = (tx: Tx): Promise<RestoredDatabase | null> =>
  queryFirst(
    tx,
    `select ${COLUMNS} from database_restored r where r.released_at is null for update /* restored.openForRelease */`,
  )

export const releaseRestore = async (tx: Tx, made: RestoreRelease & { id: number }): Promise<void> => {
  await tx.raw(
    `update database_restored set released_at = :releasedAt, release_proposed_by = :releaseProposedBy, released_by = :releasedBy,
       released_reason = :releasedReason where id = :id /* restored.release */`,
    { ...made },
  )
  await tx.raw(
    `select setval(pg_get_serial_sequence('deliveries', 'id'), greatest((select max(id) from deliveries), (select max(noted_delivery) from database_restored)))
     where exists (select 1 from deliveries) or exists (select 1 from database_restored where noted_delivery is not null) /* restored.release */`,
  )
}
