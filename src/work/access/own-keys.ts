/**
 * Whether the keys of this hub are those of its database. Two hubs with different keys refuse each other's tokens and access codes,
 * sign lists that the other's key set does not know, and seal rows of the audit log that the other cannot verify. The second does
 * not start.
 */
import { Refusal } from '../../foundation/errors.js'
import type { Db } from '../../store/db/db.js'
import * as store from '../../store/db/key-fingerprints.js'

/**
 * Notes the keys of the first hub of a database, and new keys of a folder that the database knows. Refusal KEYS_FOREIGN names
 * the kinds of keys of which the database knows none that is here.
 */
export const checkKeys = (db: Db, fingerprints: store.Fingerprints): Promise<void> =>
  db.transaction(async (tx) => {
    const before = await store.all(tx)
    if (Object.entries(fingerprints).every(([key, each]) => each.every((one) => before.get(key)?.has(one)))) return
    await store.hold(tx)
    const known = await store.all(tx)
    const foreign = Object.entries(fingerprints).flatMap(([key, each]) => {
      const noted = known.get(key)
      return noted === undefined || each.some((one) => noted.has(one)) ? [] : [key]
    })
    if (foreign.length > 0) throw new Refusal('KEYS_FOREIGN', { keys: foreign.join(', ') })
    await store.note(tx, fingerprints)
  })

/** Notes a key that was made just now. */
export const noteKeys = store.note

/** The keys of a folder that is to be used from now on; those of before are lost, and so is what only they opened. */
export const adoptKeys = (db: Db, fingerprints: store.Fingerprints): Promise<void> =>
  db.transaction(async (tx) => {
    await store.hold(tx)
    await store.forget(tx)
    await store.note(tx, fingerprints)
  })
