import type { DocumentKind } from '../../domain/listing/documents.js'
import type { PaperUse } from '../../domain/listing/papers.js'
import type { PaperType } from '../../foundation/papers/inspect.js'
import { type Db, hasRows, queryFirst, queryOne, queryRows, queryValue, type Tx } from '../db/db.js'

export interface PaperOwner {
  listingId: string | null
  objectionId: number | null
}

export interface SealedPaper extends PaperOwner {
  id: string
  about: PaperUse
  kind: DocumentKind | null
  type: PaperType
  bytes: number
  sha256: string
  /** Sealed; null when the sender named none. */
  fileName: string | null
  storedBy: string
  storedAt: Date
  releasedBy: string | null
  releasedAt: Date | null
  withdrawnBy: string | null
  withdrawnAt: Date | null
  erasedAt: Date | null
}

const COLUMNS = `id, listing_id as "listingId", objection_id::int as "objectionId", about, kind, media_type as type, bytes, sha256, file_name as "fileName",
  stored_by as "storedBy", stored_at as "storedAt", released_by as "releasedBy", released_at as "releasedAt",
  withdrawn_by as "withdrawnBy", withdrawn_at as "withdrawnAt", erased_at as "erasedAt"`

export type NewPaper = Pick<
  SealedPaper,
  | 'id'
  | 'listingId'
  | 'objectionId'
  | 'about'
  | 'kind'
  | 'type'
  | 'bytes'
  | 'sha256'
  | 'fileName'
  | 'storedBy'
  | 'storedAt'
> & { content: Buffer }

/** Serialises the papers of one case or objection, also their release. */
export const lockOwner = async (tx: Tx, { listingId, objectionId }: PaperOwner): Promise<void> => {
  await tx.raw(`select pg_advisory_xact_lock(hashtextextended('hub.papers ' || ?, 0)) /* papers.alone */`, [
    listingId ?? String(objectionId),
  ])
}

/** The same file again is kept once. */
export const add = (tx: Tx, made: NewPaper): Promise<SealedPaper> =>
  queryOne(
    tx,
    `with added as (
       insert into sealed_papers (id, listing_id, objection_id, about, kind, media_type, bytes, sha256, file_name, content, stored_by, stored_at)
       values (:id, :listingId, :objectionId, :about, :kind, :type, :bytes, :sha256, :fileName, :content, :storedBy, :storedAt)
       on conflict do nothing returning ${COLUMNS})
     select * from added union all select ${COLUMNS} from sealed_papers where about = :about and sha256 = :sha256
       and listing_id is not distinct from :listingId::uuid and objection_id is not distinct from :objectionId::bigint
       and kind is not distinct from :kind::text /* papers.add */`,
    { ...made },
  )

export const findPaper = (db: Db | Tx, id: string): Promise<SealedPaper | null> =>
  queryFirst(db, `select ${COLUMNS} from sealed_papers where id = ?::uuid /* papers.find */`, [id])

export const lockPaper = (tx: Tx, id: string): Promise<SealedPaper | null> =>
  queryFirst(tx, `select ${COLUMNS} from sealed_papers where id = ?::uuid for update /* papers.lock */`, [id])

export const readSealedContent = (db: Db, id: string): Promise<Buffer> =>
  queryValue(db, `select content from sealed_papers where id = ?::uuid /* papers.content */`, [id])

export const ofListings = (db: Db | Tx, ids: readonly string[]): Promise<(SealedPaper & { listingId: string })[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from sealed_papers where listing_id = any(?::uuid[]) order by stored_at, id /* papers.ofListings */`,
    [[...ids]],
  )

export const findLatestSigned = (
  db: Db | Tx,
  listingId: string,
  kind: DocumentKind | null,
): Promise<SealedPaper | null> =>
  queryFirst(
    db,
    `select ${COLUMNS} from sealed_papers where listing_id = ?::uuid and about = 'SIGNED' and kind = ?
     order by stored_at desc, id desc limit 1 /* papers.latestSigned */`,
    [listingId, kind],
  )

export const ofObjections = (db: Db, ids: readonly number[]): Promise<(SealedPaper & { objectionId: number })[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from sealed_papers where objection_id = any(?::bigint[]) order by stored_at, id /* papers.ofObjections */`,
    [[...ids]],
  )

export const measurePapers = (
  db: Db | Tx,
  { listingId, objectionId, about }: PaperOwner & { about: PaperUse },
): Promise<{ count: number; bytes: number }> =>
  queryOne(
    db,
    `select count(*)::int as count, coalesce(sum(bytes), 0)::float8 as bytes from sealed_papers
     where about = :about and (listing_id = :listingId::uuid or objection_id = :objectionId::bigint) /* papers.measure */`,
    { listingId, objectionId, about },
  )

export const release = (tx: Tx, id: string, made: { by: string; at: Date }): Promise<SealedPaper> =>
  queryOne(
    tx,
    `update sealed_papers set released_by = :by, released_at = :at where id = :id::uuid returning ${COLUMNS} /* papers.release */`,
    { id, ...made },
  )

export const withdrawReleased = async (
  tx: Tx,
  { listingId, kind }: Pick<SealedPaper, 'listingId' | 'kind'>,
  made: { by: string; at: Date },
): Promise<void> => {
  await tx.raw(
    `update sealed_papers set withdrawn_by = :by, withdrawn_at = :at where listing_id = :listingId::uuid and kind = :kind
       and released_at is not null and withdrawn_at is null /* papers.withdrawReleased */`,
    { listingId, kind, ...made } as never,
  )
}

export const withdraw = (tx: Tx, id: string, made: { by: string; at: Date }): Promise<SealedPaper> =>
  queryOne(
    tx,
    `update sealed_papers set withdrawn_by = :by, withdrawn_at = :at where id = :id::uuid returning ${COLUMNS} /* papers.withdraw */`,
    { id, ...made },
  )

export const findReleasedPaper = (db: Db, listingId: string, kind: DocumentKind): Promise<SealedPaper | null> =>
  queryFirst(
    db,
    `select ${COLUMNS} from sealed_papers where listing_id = ?::uuid and kind = ? and released_at is not null
       and withdrawn_at is null and erased_at is null order by released_at desc limit 1 /* papers.released */`,
    [listingId, kind],
  )

export const hasSignedCopy = (tx: Tx, listingId: string, kind: DocumentKind): Promise<boolean> =>
  hasRows(
    tx,
    `select 1 from sealed_papers where listing_id = ?::uuid and kind = ? and about = 'SIGNED' /* papers.hasSigned */`,
    [listingId, kind],
  )

/** Erases papers of cases that ended, and of objections decided, before `before`. */
export const eraseWindow = async (db: Db, window: { before: Date; rows: number; now: Date }): Promise<number> => {
  const answer = await db.raw(
    `update sealed_papers set content = ''::bytea, file_name = null, erased_at = :now::timestamptz where id in (
       select p.id from sealed_papers p left join listings l on l.id = p.listing_id left join objections b on b.id = p.objection_id
       where p.erased_at is null and p.stored_at < :before::timestamptz
         and (b.decided_at < :before::timestamptz or (l.state in ('REMOVED', 'NOT_LISTED')
           and not exists (select 1 from listing_events e where e.listing_id = l.id and e.recorded_at >= :before::timestamptz)))
       limit :rows) /* papers.erase */`,
    window as never,
  )
  return answer.rowCount ?? 0
}
