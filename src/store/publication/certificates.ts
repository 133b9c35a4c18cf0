import { type Db, queryFirst, queryOne } from '../db/db.js'

export interface IssuedCertificate {
  code: string
  listingId: string
  contentSha256: string
  jws: string
  issuedAt: Date
}

const COLUMNS = `code, listing_id as "listingId", content_sha256 as "contentSha256", jws, issued_at as "issuedAt"`

export const findByContent = (db: Db, listingId: string, contentSha256: string): Promise<IssuedCertificate | null> =>
  queryFirst(
    db,
    `select ${COLUMNS} from removal_certificates where listing_id = ?::uuid and content_sha256 = ? /* certificates.byContent */`,
    [listingId, contentSha256],
  )

/** The first of two issued at once with the same content stands. */
export const add = (db: Db, made: IssuedCertificate): Promise<IssuedCertificate> =>
  queryOne(
    db,
    `insert into removal_certificates (code, listing_id, content_sha256, jws, issued_at)
     values (:code, :listingId, :contentSha256, :jws, :issuedAt)
     on conflict (listing_id, content_sha256) do update set code = removal_certificates.code
     returning ${COLUMNS} /* certificates.add */`,
    { ...made },
  )

export const findByCode = (db: Db, code: string): Promise<IssuedCertificate | null> =>
  queryFirst(db, `select ${COLUMNS} from removal_certificates where code = ? /* certificates.byCode */`, [code])
