/**
 * Versions that the run opened become wrong, those it closed reopen. Temporary tables: `taken_back` (versions),
 * `affected_operators`.
 */
import type { RollbackCandidate } from '../../../domain/intake/rollback.js'
import { type Db, queryFirst, type Tx } from '../../db/db.js'

export interface RollbackRun {
  run: number
  by: number
  at: Date
}

export interface PulledRun extends RollbackCandidate {
  feed: string
}

export const rollbackCandidate = (db: Db | Tx, run: number): Promise<PulledRun | null> =>
  queryFirst(
    db,
    `select job, subject as feed, outcome, taken_back_at is not null as "rolledBack" from runs where id = ? /* rollback.candidate */`,
    [run],
  )

export const queueRescoringAndConcerns = async (tx: Tx, { by, at }: RollbackRun): Promise<number> => {
  const dirty = await tx.raw(
    `insert into dirty_operators (operator_id, since) select o.id, :at::timestamptz from operators o
     where o.known_to is null and o.merged_into is null and o.id in (select operator_id from affected_operators) /* rollback.question */`,
    { at },
  )
  await tx.raw(
    `insert into concerns (listing_id, cause, run_id, opened_at)
     select l.id, 'TAKEN_BACK', :by::bigint, :at::timestamptz from listings l join listing_events e on e.listing_id = l.id and e.number = 1
     where l.operator_id in (select operator_id from affected_operators) and l.wrong_from is null and l.published_on is null
       and l.state not in ('REMOVED', 'NOT_LISTED') and e.role = 'clock' and e.recorded_at >= (select min(known_from) from taken_back)
     on conflict (listing_id, cause) where settled_at is null do nothing /* rollback.question leads */`,
    { by, at },
  )
  return dirty.rowCount ?? 0
}

export const noteRollback = async (
  tx: Tx,
  { run, at }: RollbackRun,
  settlement: { by: string; reason: string; feed: string },
): Promise<void> => {
  await tx.raw(
    'update runs set taken_back_at = ?, taken_back_by = ?, taken_back_reason = ? where id = ? /* rollback.note */',
    [at, settlement.by, settlement.reason, run],
  )
  await tx.raw('delete from feed_states where feed = ? and run_id >= ? /* rollback.note state */', [
    settlement.feed,
    run,
  ])
}
