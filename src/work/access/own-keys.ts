/**
 * Hubs with different keys would refuse each other's tokens and write unverifiable rows, so the second does not start.
 */
import { Refusal } from '../../foundation/errors.js'
import type { Db } from '../../store/db/db.js'
import * as store from '../../store/db/key-fingerprints.js'

/** Refusal KEYS_FOREIGN lists the kinds of keys unknown to the database. */
export const checkKeyFingerprints = (db: Db, fingerprints: store.KeyFingerprints): Promise<void> =>
  db.transaction(async (tx) => {
    const before = await store.fingerprintsByKey(tx)
    if (Object.entries(fingerprints).every(([key, each]) => each.every((one) => before.get(key)?.has(one)))) return
    await store.lockFingerprints(tx)
    const known = await store.fingerprintsByKey(tx)
    const foreign = Object.entries(fingerprints).flatMap(([key, each]) => {
      const stored = known.get(key)
      return stored === undefined || each.some((one) => stored.has(one)) ? [] : [key]
    })
    if (foreign.length > 0) throw new Refusal('KEYS_FOREIGN', { keys: foreign.join(', ') })
    await store.storeFingerprints(tx, fingerprints)
  })

export const storeKeyFingerprints = store.storeFingerprints

/** Data that only the previous keys could open is lost. */
export const replaceKeyFingerprints = (db: Db, fingerprints: store.KeyFingerprints): Promise<void> =>
  db.transaction(async (tx) => {
    await store.lockFingerprints(tx)
    await store.deleteFingerprints(tx)
    await store.storeFingerprints(tx, fingerprints)
  })
