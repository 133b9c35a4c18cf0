/** Publication: numbered snapshots of the public list, each chained to the one before, each with what changed. */
import type { Db, Tx } from './db.js'

export interface Snapshot {
  sequence: number
  previousHash: string
  hash: string
  entries: number
  added: number
  changed: number
  removed: number
  publishedAt: Date
}

export const last = async (db: Db | Tx): Promise<Snapshot | null> => {
  const answer = await db.raw(
    `select sequence, previous_hash as "previousHash", hash, entries, added, changed, removed, published_at as "publishedAt"
     from snapshots order by sequence desc limit 1 /* snapshots.last */`,
  )
  return answer.rows[0] ?? null
}

export interface Change {
  listingId: string
  change: 'ADDED' | 'CHANGED' | 'REMOVED'
  bodyHash: string | null
}

/** What the public list holds now against what the last snapshot held. */
export const changes = async (tx: Tx): Promise<Change[]> => {
  const answer = await tx.raw(
    `with held as (
       select listing_id, body_hash from (
         select distinct on (listing_id) listing_id, change, body_hash from snapshot_changes order by listing_id, sequence desc) l
       where change <> 'REMOVED')
     select coalesce(p.listing_id, h.listing_id) as "listingId", p.body_hash as "bodyHash",
       case when h.listing_id is null then 'ADDED' when p.listing_id is null then 'REMOVED' else 'CHANGED' end as change
     from public_entries p full join held h on h.listing_id = p.listing_id
     where p.body_hash is distinct from h.body_hash order by 1 /* snapshots.changes */`,
  )
  return answer.rows
}

/** (id, body hash) of every entry that is public now, in order of id. */
export const members = async (tx: Tx): Promise<{ id: string; bodyHash: string }[]> => {
  const answer = await tx.raw(
    'select listing_id as id, body_hash as "bodyHash" from public_entries order by listing_id /* snapshots.members */',
  )
  return answer.rows
}

export const store = async (
  tx: Tx,
  snapshot: Snapshot,
  changed: readonly Change[],
  runId: number,
  today: string,
): Promise<void> => {
  await tx('snapshots').insert({
    sequence: snapshot.sequence,
    previous_hash: snapshot.previousHash,
    hash: snapshot.hash,
    entries: snapshot.entries,
    added: snapshot.added,
    changed: snapshot.changed,
    removed: snapshot.removed,
    published_at: snapshot.publishedAt,
    run_id: runId,
  })
  await tx.raw(
    `insert into snapshot_changes (sequence, listing_id, change, body_hash, changed_on)
     select ?::int, r."listingId", r.change, r."bodyHash", ?::date
     from jsonb_to_recordset(?::jsonb) as r("listingId" uuid, change text, "bodyHash" text) /* snapshots.store */`,
    [snapshot.sequence, today, JSON.stringify(changed)],
  )
}
