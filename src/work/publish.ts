/** Publish: the public list as a numbered snapshot, chained to the one before; the sequence is noted outside the database too. */
import { createHash } from 'node:crypto'
import { dateIn } from '../domain/dates.js'
import type { Db, Tx } from '../store/db.js'
import * as snapshots from '../store/snapshots.js'
import { alone, type Occasioned } from './run.js'

export interface Published {
  sequence: number
  entries: number
  added: number
  changed: number
  removed: number
  hash: string
  ms: number
}

export interface PublishOptions extends Occasioned {
  /** Writes the sequence where a database restored from a backup will find itself behind. */
  note: (published: { sequence: number; hash: string; publishedAt: string }) => void
}

const FIRST_HASH = '0'.repeat(64)

/** A list that did not change keeps its sequence. Null: another process has this occurrence of the timetable. */
export const publish = (db: Db, { note, ...options }: PublishOptions): Promise<Published | null> =>
  alone(db, { ...options, job: 'publish' }, async (run) => {
    const snapshot = await db.transaction((tx) => take(tx, run.id, run.startedAt))
    note({ sequence: snapshot.sequence, hash: snapshot.hash, publishedAt: snapshot.publishedAt.toISOString() })
    const { sequence, entries, added, changed, removed, hash } = snapshot
    Object.assign(run.counts, { sequence, entries, added, changed, removed })
    return { sequence, entries, added, changed, removed, hash, ms: run.elapsed() }
  })

const take = async (tx: Tx, run: number, now: Date): Promise<snapshots.Snapshot> => {
  const last = await snapshots.last(tx)
  const changes = await snapshots.changes(tx)
  if (last !== null && changes.length === 0) return { ...last, added: 0, changed: 0, removed: 0 }
  const members = await snapshots.members(tx)
  const sequence = (last?.sequence ?? 0) + 1
  const previousHash = last?.hash ?? FIRST_HASH
  const many = (change: snapshots.Change['change']) => changes.filter((row) => row.change === change).length
  const snapshot = {
    sequence,
    previousHash,
    hash: chained(sequence, previousHash, members),
    entries: members.length,
    added: many('ADDED'),
    changed: many('CHANGED'),
    removed: many('REMOVED'),
    publishedAt: now,
  }
  await snapshots.store(tx, snapshot, changes, run, dateIn(now))
  return snapshot
}

/** SHA-256 over the sequence, the hash before it, and (id, body hash) of every entry in order of id. */
export const chained = (
  sequence: number,
  previousHash: string,
  members: readonly { id: string; bodyHash: string }[],
): string => {
  const hash = createHash('sha256').update(`${sequence}\n${previousHash}\n`)
  for (const { id, bodyHash } of members) hash.update(`${id} ${bodyHash}\n`)
  return hash.digest('hex')
}
