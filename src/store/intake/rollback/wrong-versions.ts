import type { Tx } from '../../db/db.js'
import type { RollbackRun } from './rollback-run.js'

const VERSION = 'v.id, v.feed, v.record_key, v.kind, v.operator_id, v.run_id, v.ended_on, v.known_from, v.body'

/**
 * Marks as wrong the versions that the run opened, their copies, and the end of each record that only this full
 * delivery contained.
 */
export const closeWrongVersions = async (tx: Tx, { run, by, at }: RollbackRun): Promise<number> => {
  await tx.raw(
    `create temporary table taken_back on commit drop as select ${VERSION} from versions v
     where v.wrong_from is null and (v.run_id = :run or v.opened_by = :run) /* rollback.close */`,
    { run },
  )
  await tx.raw(
    `insert into taken_back select ${VERSION} from versions v
     where v.wrong_from is null and v.run_id <> :run and v.decision_id is null and not exists (select 1 from taken_back t where t.id = v.id)
       and (v.feed, v.record_key) in (select feed, record_key from taken_back where run_id <> :run and ended_on is null)
       and exists (select 1 from taken_back m where m.feed = v.feed and m.record_key = v.record_key and m.run_id = v.run_id
         and m.ended_on is null and m.id < v.id) /* rollback.close matched */`,
    { run },
  )
  await tx.raw(
    `insert into taken_back select ${VERSION} from versions v
     where v.wrong_from is null and v.held_by = :run and v.ended_on is not null and not exists (select 1 from taken_back t where t.id = v.id)
     /* rollback.close held */`,
    { run },
  )
  await tx.raw('analyze taken_back /* rollback.close */')
  const closed = await tx.raw(
    `update versions v set wrong_from = :at, known_to = coalesce(v.known_to, :at), closed_as = coalesce(v.closed_as, 'WRONG'),
       closed_by = case when v.known_to is null then :by::bigint else v.closed_by end
     from taken_back t where v.id = t.id /* rollback.close wrong */`,
    { by, at },
  )
  return closed.rowCount ?? 0
}
