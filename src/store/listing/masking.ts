import { type Db, queryColumn, type Tx } from '../db/db.js'

export const entriesMaskedBefore = (db: Db, masks: number, after: string | null, limit: number): Promise<string[]> =>
  queryColumn(
    db,
    `select listing_id as id from public_entries where masks < :masks and (:after::uuid is null or listing_id > :after::uuid)
     order by listing_id limit :limit /* masking.before */`,
    { masks, after, limit },
  )

export const noteMaskingVersion = async (tx: Tx, id: string, masks: number): Promise<void> => {
  await tx.raw('update public_entries set masks = ? where listing_id = ? /* masking.note */', [masks, id])
}
