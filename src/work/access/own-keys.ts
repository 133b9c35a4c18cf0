/**
 * Checks that the hub's keys belong to its database. Two hubs with different keys on one database would refuse each
 * other's tokens, sign unverifiable lists and seal unverifiable audit rows. So the second does not start.
 */
import { Refusal } from '../../foundation/errors.js'
import type { Db } from '../../store/db/db.js'
import * as store from '../../store/db/key-fingerprints.js'

/**
 * Records the keys of the first hub, and further keys of a folder that the database knows. Refusal KEYS_FOREIGN names
 * the kinds of keys of which none is known.
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

/** Records a newly created key. */
export const noteKeys = store.note

/** Replaces the recorded keys by those of another folder. Anything only the previous keys could open is lost. */
export const adoptKeys = (db: Db, fingerprints: store.Fingerprints): Promise<void> =>
  db.transaction(async (tx) => {
    await store.hold(tx)
    await store.forget(tx)
    await store.note(tx, fingerprints)
  })
