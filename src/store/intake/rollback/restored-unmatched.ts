import type { Tx } from '../../db/db.js'
import type { RollbackRun } from './rollback-run.js'

export const restoreUnmatched = async (tx: Tx, { run }: RollbackRun): Promise<void> => {
  // Changed content returns from `before`.
  await tx.raw(
    `update unmatched u set subject = b.subject, body = b.body, findings = b.findings, valid_from = b.valid_from, valid_to = b.valid_to,
       reason = b.reason, page = b.page, row_number = b.row_number, digest = b.digest, name_key = b.name_key, subject_key = b.subject_key,
       fact = b.fact, last_run = b.last_run, decision_id = b.decision_id, partial = coalesce(b.partial, true), state = case
         when b.state = 'MATCHED' and exists (select 1 from versions v where v.feed = u.feed and v.record_key = u.record_key
           and v.known_to is null) then b.state
         when b.state = 'NOT_OURS' and exists (select 1 from identity_decisions d where d.id = b.decision_id and d.undone_at is null)
           then b.state else u.state end, proposed_operator = null, evidence = null, before = null
     from unmatched w cross join lateral jsonb_populate_record(null::unmatched, w.before) b
     where w.id = u.id and u.state in ('OPEN', 'MATCHED', 'ENDED') and (w.before->>'changed_by')::bigint = :run /* rollback.restoreUnmatched before */`,
    { run },
  )
  // Rows that the run only repeated: an earlier run sent them last.
  await tx.raw(
    `update unmatched u set last_run = r.id, partial = u.partial or not r.whole from unmatched w join runs r
       on r.id = coalesce((w.before->>'changed_by')::bigint, w.first_run)
     where w.id = u.id and u.last_run = :run and u.first_run <> :run /* rollback.restoreUnmatched last */`,
    { run },
  )
  // Ends by the run stand only if a later full delivery exists.
  await tx.raw(
    `update unmatched u set ended_by = w.later, state = case when w.later is null then 'OPEN' else 'ENDED' end
     from (select u.id, (select min(r.id) from runs r where r.job = 'pull' and r.subject = u.feed and r.complete and r.outcome = 'DONE'
       and r.taken_back_at is null and r.id > :run) as later from unmatched u where u.ended_by = :run and u.state = 'ENDED') w
     where w.id = u.id /* rollback.restoreUnmatched ended */`,
    { run },
  )
  // Rows whose matched version is wrong open again or stay ended.
  await tx.raw(
    `update unmatched u set decision_id = null, ended_by = e.run, state = case when e.run is null then 'OPEN' else 'ENDED' end
     from taken_back t cross join lateral (select max(v.opened_by) as run from versions v join runs r on r.id = v.opened_by
       where v.feed = t.feed and v.record_key = t.record_key and v.ended_on is not null and r.job = 'pull' and r.id <> :run
         and r.taken_back_at is null and v.run_id = (select last_run from unmatched l where l.feed = t.feed and l.record_key = t.record_key)) e
     where t.feed = u.feed and t.record_key = u.record_key and u.state = 'MATCHED'
       and not exists (select 1 from versions v where v.feed = u.feed and v.record_key = u.record_key and v.known_to is null)
     /* rollback.restoreUnmatched matched */`,
    { run },
  )
  // Rows last sent by a rolled-back run are withdrawn.
  await tx.raw(
    `update unmatched u set state = 'TAKEN_BACK', proposed_operator = null, evidence = null from runs r
     where r.id = u.last_run and u.state in ('OPEN', 'MATCHED') and (r.id = :run or r.taken_back_at is not null)
       and (u.state = 'OPEN' or not exists (select 1 from versions v where v.feed = u.feed and v.record_key = u.record_key and v.known_to is null))
     /* rollback.restoreUnmatched taken */`,
    { run },
  )
}
