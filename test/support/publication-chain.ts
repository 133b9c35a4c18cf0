/** Verifies the hash chain of the snapshots by the permanent rows alone (id, salted hash, from, to), without bodies or salts. */
import { createHash } from 'node:crypto'
import {
  HASH_BEFORE_FIRST,
  type SnapshotMember,
  writeChainHead,
  writeChainLine,
} from '../../src/domain/publication/snapshot.js'
import type { Db } from '../../src/store/db/db.js'

/** `broken`: sequences whose hash or link is wrong. */
export const verifyChain = async (db: Db): Promise<{ verified: number; broken: number[] }> => {
  const broken: number[] = []
  const list = new Map<string, SnapshotMember>()
  let verified = 0
  let before = HASH_BEFORE_FIRST
  let form = 0
  const all = await db.raw('select sequence, hash, previous_hash, form from snapshots order by sequence')
  for (const snapshot of all.rows) {
    // The first salted snapshot lists every entry again.
    if (snapshot.form !== form && form === 0) list.clear()
    form = snapshot.form
    const { rows } = await db.raw('select * from snapshot_changes where sequence = ?', [snapshot.sequence])
    for (const { listing_id: id, change, body_hash: hash, from_on: from, to_on: to } of rows) {
      if (change === 'REMOVED') list.delete(id)
      else list.set(id, { id, hash: hash ?? '', from: from ?? '', to })
    }
    const members = [...list.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
    const hash = (form === 0 ? unsalted : snapshotHash)(snapshot.sequence, before, members)
    if (hash !== snapshot.hash || snapshot.previous_hash !== before) broken.push(snapshot.sequence)
    before = snapshot.hash
    verified += 1
  }
  return { verified, broken }
}

/** Hash of a salted snapshot that holds `members`, in order of id. */
export const snapshotHash = (sequence: number, before: string, members: readonly SnapshotMember[]): string => {
  const hash = createHash('sha256').update(writeChainHead(sequence, before))
  for (const member of members) hash.update(writeChainLine(member))
  return hash.digest('hex')
}

const unsalted = (sequence: number, before: string, members: readonly SnapshotMember[]): string => {
  const hash = createHash('sha256').update(`${sequence}\n${before}\n`)
  for (const { id, hash: body } of members) hash.update(`${id} ${body}\n`)
  return hash.digest('hex')
}
