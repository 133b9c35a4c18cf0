/** A file belongs to its sender's seat: knowing its hash opens nothing. */
import type { PaperType } from '../../foundation/papers/inspect.js'
import { type Db, queryFirst, queryOne, queryRows, queryValue, type Tx } from '../db/db.js'

export interface AttachmentFile {
  seat: string
  sha256: string
  type: PaperType
  bytes: number
}

export type SealedAttachment = AttachmentFile & { content: Buffer }

export const lockSeatFiles = async (tx: Tx, seat: string): Promise<void> => {
  await tx.raw(`select pg_advisory_xact_lock(hashtextextended('hub.matter_files ' || ?, 0)) /* attachments.alone */`, [
    seat,
  ])
}

/** True for a known file, whose term begins anew. */
export const renewFile = (tx: Tx, { seat, sha256 }: Pick<AttachmentFile, 'seat' | 'sha256'>, at: Date) =>
  queryValue<boolean>(
    tx,
    `with renewed as (update matter_files set stored_at = ? where seat = ? and sha256 = ? returning 1)
     select exists (select 1 from renewed) /* attachments.renew */`,
    [at, seat, sha256],
  )

export const addFile = async (tx: Tx, file: SealedAttachment & { by: string; at: Date }): Promise<void> => {
  await tx.raw(
    `insert into matter_files (seat, sha256, media_type, bytes, content, stored_by, stored_at)
     values (:seat, :sha256, :type, :bytes, :content, :by, :at) /* attachments.add */`,
    { ...file } as never,
  )
}

const UNNAMED = `not exists (select 1 from matter_attachments a where a.seat = f.seat and a.sha256 = f.sha256)`

export const measureUnnamedFiles = (tx: Tx, seat: string): Promise<{ count: number; bytes: number }> =>
  queryOne(
    tx,
    `select count(*)::int as count, coalesce(sum(bytes), 0)::float8 as bytes from matter_files f
     where f.seat = ? and ${UNNAMED} /* attachments.measure */`,
    [seat],
  )

export const measureFilesSince = (tx: Tx, seat: string, since: Date): Promise<{ count: number; bytes: number }> =>
  queryOne(
    tx,
    `select count(*)::int as count, coalesce(sum(bytes), 0)::float8 as bytes from matter_files
     where seat = ? and stored_at >= ? /* attachments.measureSince */`,
    [seat, since],
  )

export const nameFiles = async (tx: Tx, id: string, seat: string, hashes: readonly string[]): Promise<void> => {
  await tx.raw(
    `insert into matter_attachments (matter_id, seat, sha256) select ?, ?, unnest(?::text[])
     on conflict do nothing /* attachments.name */`,
    [id, seat, [...hashes]],
  )
}

export const findFile = (db: Db, id: string, sha256: string): Promise<SealedAttachment | null> =>
  queryFirst(
    db,
    `select f.seat, f.sha256, f.media_type as type, f.bytes, f.content from matter_attachments a
     join matter_files f using (seat, sha256) where a.matter_id = ?::uuid and a.sha256 = ?
     order by f.id limit 1 /* attachments.find */`,
    [id, sha256],
  )

export interface KeptFile extends Pick<AttachmentFile, 'sha256' | 'type'> {
  matterId: string
}

export const listKeptFiles = (db: Db, ids: readonly string[]): Promise<KeptFile[]> =>
  queryRows(
    db,
    `select distinct a.matter_id as "matterId", a.sha256, f.media_type as type from matter_attachments a join matter_files f using (seat, sha256)
     where a.matter_id = any(?::uuid[]) /* attachments.kept */`,
    [[...ids]],
  )
