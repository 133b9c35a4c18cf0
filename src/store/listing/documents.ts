import type { DocumentKind } from '../../domain/listing/documents.js'
import { type Db, queryOne, queryRows, type Tx } from '../db/db.js'

export interface IssuedDocument {
  id: number
  listingId: string
  kind: DocumentKind
  number: string
  sha256: string
  issuedOn: string
  enteredBy: string
  enteredAt: Date
}

const COLUMNS = `id::int, listing_id as "listingId", kind, number, sha256, issued_on as "issuedOn", entered_by as "enteredBy", entered_at as "enteredAt"`

/** An exact duplicate returns the stored row. */
export const add = (tx: Tx, made: Omit<IssuedDocument, 'id'>): Promise<IssuedDocument> =>
  queryOne(
    tx,
    `with added as (
       insert into listing_documents (listing_id, kind, number, sha256, issued_on, entered_by, entered_at)
       values (:listingId, :kind, :number, :sha256, :issuedOn, :enteredBy, :enteredAt)
       on conflict (listing_id, kind, number, sha256, issued_on) do nothing returning *)
     select ${COLUMNS} from (select * from added union all select * from listing_documents
       where listing_id = :listingId and kind = :kind and number = :number and sha256 = :sha256 and issued_on = :issuedOn
     ) d /* documents.add */`,
    { ...made },
  )

export const ofListings = (db: Db | Tx, listingIds: readonly string[]): Promise<IssuedDocument[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from listing_documents where listing_id = any(?::uuid[]) order by id /* documents.ofListings */`,
    [[...listingIds]],
  )
