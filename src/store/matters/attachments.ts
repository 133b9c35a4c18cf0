/** A file belongs to its sender's seat: knowing its hash opens nothing. */
import type { PaperType } from '../../foundation/papers/inspect.js'
import { type Db, queryColumn, queryFirst, queryOne, queryRows, queryValue, type Tx } from '../db/db.js'

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

/** Sizes that the seat declared; null where the file was named by an older hub. */
export const listDeclaredBytes = (
  db: Db,
  { id, seat, sha256 }: Pick<AttachmentFile, 'seat' | 'sha256'> & { id: string | null },
): Promise<(number | null)[]> =>
  queryColumn(
    db,
    `select distinct bytes from matter_attachments where seat = ? and sha256 = ? and matter_id = coalesce(?, matter_id)
     /* attachments.declared */`,
    [seat, sha256, id],
  )

/** False for a known file. It is written anew, so the response time does not reveal it. */
export const addFile = (tx: Tx, file: SealedAttachment & { by: string; at: Date }): Promise<boolean> =>
  queryValue(
    tx,
    `insert into matter_files (seat, sha256, media_type, bytes, content, stored_by, stored_at)
     values (:seat, :sha256, :type, :bytes, :content, :by, :at)
     on conflict (seat, sha256) do update set content = excluded.content, stored_at = excluded.stored_at
     returning xmax = 0 as new /* attachments.add */`,
    { ...file } as never,
  )

export const measureFilesSince = (tx: Tx, seat: string, since: Date): Promise<{ count: number; bytes: number }> =>
  queryOne(
    tx,
    `select count(*)::int as count, coalesce(sum(bytes), 0)::float8 as bytes from matter_files
     where seat = ? and stored_at >= ? /* attachments.measureSince */`,
    [seat, since],
  )

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
