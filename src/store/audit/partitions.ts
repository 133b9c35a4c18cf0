import type { AuditArchive, AuditPartition } from '../../domain/audit/partitions.js'
import { type Db, queryColumn, queryFirst, queryRows, type Tx } from '../db/db.js'

const LOCK = 'hub.trail.partitions'
const ADD_WAIT_MS = 5_000
const SWAP_WAIT_MS = 200

export const lockPartitions = async (tx: Tx): Promise<void> => {
  await tx.raw(
    `set local lock_timeout = ${ADD_WAIT_MS}; select pg_advisory_xact_lock(hashtextextended('${LOCK}', 0)) /* partitions.lock */`,
  )
}

export const listPartitions = (db: Db): Promise<AuditPartition[]> =>
  queryRows(
    db,
    `select name, bounds[1]::bigint as first, bounds[2]::bigint - 1 as last
     from (select c.relname as name, regexp_match(pg_get_expr(c.relpartbound, c.oid), '(\\d+)\\D+(\\d+)') as bounds
       from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'trail'::regclass) p
     order by 2 /* partitions.list */`,
  )

export const findInstant = async (db: Db, number: number): Promise<Date | null> =>
  (
    await queryFirst<{ at: Date }>(
      db,
      'select at from trail where number >= ? order by number limit 1 /* partitions.instant */',
      [number],
    )
  )?.at ?? null

const make = (name: string, { first, last }: { first: number; last: number }): string =>
  `create table ${name} (like trail including all);
   alter table ${name} add constraint trail_bound check (number >= ${first} and number < ${last + 1});
   create trigger trail_stays before truncate on ${name} execute function trail_stands();`
const attach = (name: string, { first, last }: { first: number; last: number }): string =>
  `alter table trail attach partition ${name} for values from (${first}) to (${last + 1});
   alter table ${name} drop constraint trail_bound;`

export const addPartition = async (tx: Tx, range: { first: number; last: number }): Promise<void> => {
  const name = `trail_${range.first}`
  await tx.raw(`${make(name, range)} ${attach(name, range)} /* partitions.add */`)
}

export const lockForSwap = async (tx: Tx): Promise<void> => {
  await tx.raw(
    `set local lock_timeout = ${SWAP_WAIT_MS}; lock table trail in access exclusive mode /* partitions.lockForSwap */`,
  )
}

const FRAMES = `number, at, kind, count, content_hash, previous, hash, case when stays then salt end, client, role,
  coalesce(agency, body::json ->> 3), coalesce(purpose, body::json ->> 4), request, case when stays then asked end, case when stays then outcome end,
  case when stays then shown end, case when stays then digest end, erased_at, form, key_id, case when stays then body end, not stays`

export const swapForFrames = async (
  tx: Tx,
  { name, ...range }: AuditPartition,
  archive: AuditArchive,
  now: Date,
): Promise<void> => {
  const frames = `trail_${range.first}_archived`
  await tx.raw(
    `${make(frames, range)}
     insert into ${frames} (number, at, kind, count, content_hash, previous, hash, salt, client, role, agency, purpose, request, asked, outcome, shown,
       digest, erased_at, form, key_id, body, archived)
     select ${FRAMES} from (select *, erased_at is not null or kind in ('CUT', 'RELEASED') as stays from ${name}) t order by number /* partitions.frames */`,
  )
  await tx.raw(
    `insert into trail_archives (first, last, file, offsets, archived_at) values (?, ?, ?, ?::bigint[], ?) /* partitions.note */`,
    [archive.first, archive.last, archive.file, `{${archive.offsets.join(',')}}`, now],
  )
  await lockForSwap(tx)
  await tx.raw(
    `alter table trail detach partition ${name}; ${attach(frames, range)} drop table ${name} /* partitions.swap */`,
  )
}

export const findArchive = (db: Db, number: number): Promise<AuditArchive | null> =>
  queryFirst(
    db,
    `select first, last, file, to_json(offsets) as offsets from trail_archives
     where first <= ? and last >= ? and removed_at is null /* partitions.archive */`,
    [number, number],
  )

export const listArchived = (db: Db): Promise<number[]> =>
  queryColumn(db, 'select first from trail_archives /* partitions.archived */')

export const listErasedFiles = (db: Db): Promise<number[]> =>
  queryColumn(
    db,
    `select first from trail_archives
     where removed_at is null and last <= (select erased from trail_progress) /* partitions.erasedFiles */`,
  )

export const noteRemoved = async (tx: Tx, first: number, now: Date): Promise<void> => {
  await tx.raw('update trail_archives set removed_at = ? where first = ? /* partitions.noteRemoved */', [now, first])
}
