/** Verifies the hash chain of the snapshots by the permanent rows alone (id, salted hash, from, to), without bodies or salts. */
import { createHash } from 'node:crypto'
import { HASH_BEFORE_FIRST, makeSnapshotHasher, type SnapshotMember } from '../../src/domain/publication/snapshot.js'
import type { Db } from '../../src/store/db/db.js'
import * as snapshots from '../../src/store/publication/snapshots.js'

const STEP_SNAPSHOTS = 100

/** `broken`: sequences whose hash or link is wrong. */
export const verifyChain = async (db: Db): Promise<{ verified: number; broken: number[] }> => {
  const broken: number[] = []
  const list = new Map<string, SnapshotMember>()
  let verified = 0
  let before = HASH_BEFORE_FIRST
  let form = 0
  for (let after = 0; ; ) {
    const some = await snapshots.listAfter(db, after, STEP_SNAPSHOTS)
    for (const snapshot of some) {
      // The first salted snapshot lists every entry again.
      if (snapshot.form !== form && form === 0) list.clear()
      form = snapshot.form
      for (const { id, change, hash, from, to } of await snapshots.changesOf(db, snapshot.sequence)) {
        if (change === 'REMOVED') list.delete(id)
        else list.set(id, { id, hash: hash ?? '', from: from ?? '', to })
      }
      const members = [...list.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
      const hash =
        form === 0 ? unsalted(snapshot.sequence, before, members) : salted(snapshot.sequence, before, members)
      if (hash !== snapshot.hash || snapshot.previousHash !== before) broken.push(snapshot.sequence)
      before = snapshot.hash
      after = snapshot.sequence
      verified += 1
    }
    if (some.length < STEP_SNAPSHOTS) return { verified, broken }
  }
}

const salted = (sequence: number, before: string, members: readonly SnapshotMember[]): string => {
  const chained = makeSnapshotHasher(sequence, before)
  for (const member of members) chained.add(member)
  return chained.end()
}

const unsalted = (sequence: number, before: string, members: readonly SnapshotMember[]): string => {
  const hash = createHash('sha256').update(`${sequence}\n${before}\n`)
  for (const { id, hash: body } of members) hash.update(`${id} ${body}\n`)
  return hash.digest('hex')
}
