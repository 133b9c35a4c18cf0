/**
 * Versions that the run opened become wrong, those it closed reopen. Temporary tables: `taken_back` (versions),
 * `concerned` (operators).
 */
import type { RollbackCandidate } from '../../domain/intake/rollback.js'
import { type Db, queryColumn, queryFirst, queryValue, type Tx } from '../db/db.js'
import { isRegistrationByNumberSql } from '../records/versions.js'

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

/**
 * A record that a later run ended stays ended until that run (`opened_by`) is rolled back. One that it reported
 * unmatched stays unmatched.
 */
export const restoreVersions = async (
  tx: Tx,
  { run, by, at }: RollbackRun,
): Promise<{ restored: number; foundBy: string[] }> => {
  await tx.raw('create temporary table concerned (operator_id integer) on commit drop /* rollback.restore */')
  await tx.raw(
    `create temporary table empty on commit drop as select t.feed, t.record_key from (
       select feed, record_key from taken_back
       union select u.feed, u.record_key from unmatched u join versions c on c.feed = u.feed and c.record_key = u.record_key
         join runs r on r.id = c.closed_by where u.last_run = :run and (r.id = :run or r.taken_back_at is not null)
       union select c.feed, c.record_key from taken_back n join versions c on c.operator_id = n.operator_id and c.feed = n.feed
         join runs r on r.id = c.closed_by where n.kind = 'registration' and c.kind = 'registration' and c.found_by like 'reg_no:%'
         and c.closed_as = 'CHANGED' and (r.id = :run or r.taken_back_at is not null)) t
     where not exists (select 1 from versions v where v.feed = t.feed and v.record_key = t.record_key and v.known_to is null)
       and not exists (select 1 from unmatched u where u.feed = t.feed and u.record_key = t.record_key and u.state in ('OPEN', 'NOT_OURS')
         and u.last_run > :run) /* rollback.restore empty */`,
    { run },
  )
  await tx.raw('analyze empty /* rollback.restore */')
  await tx.raw(
    `create temporary table again on commit drop as
     select p.id, coalesce(e.ended_on, p.ended_on) as ended_on, coalesce(e.opened_by, c.id) as opened_by
     from (select distinct on (v.record_key, v.feed) v.id, v.feed, v.record_key, v.ended_on, v.opened_by, v.held_by
       from empty k join versions v on v.feed = k.feed and v.record_key = k.record_key
       left join identity_decisions d on d.id = v.decision_id join runs s on s.id = v.run_id
       where d.undone_at is null and ((v.wrong_from is null and v.closed_as <> 'WRONG')
         or (v.closed_as = 'WRONG' and v.closed_by = :run and s.taken_back_at is null and s.id <> :run))
       order by v.record_key, v.feed, v.known_from desc, v.id desc) p
     left join runs c on c.id = p.opened_by and c.job = 'pull'
     left join (select distinct on (v.record_key, v.feed) v.id, v.feed, v.record_key, v.ended_on, v.opened_by
       from empty k join versions v on v.feed = k.feed and v.record_key = k.record_key join runs r on r.id = v.opened_by
       where v.ended_on is not null and v.wrong_from is not null and r.job = 'pull' and r.taken_back_at is null and r.id <> :run
       order by v.record_key, v.feed, v.id desc) e on e.feed = p.feed and e.record_key = p.record_key and e.id > p.id
       and p.held_by is distinct from :run
     /* rollback.restore again */`,
    { run },
  )
  await passOverNumbers(tx)
  await tx.raw('analyze again /* rollback.restore */')
  const restored = await tx.raw(
    `with opened as (
       insert into versions (feed, kind, record_key, operator_id, found_by, decision_id, fact, digest, body, findings, valid_from, valid_to,
         ended_on, known_from, run_id, opened_by, page, row_number, partial, held_by)
       select p.feed, p.kind, p.record_key, coalesce(o.merged_into, p.operator_id), p.found_by, coalesce(p.decision_id, m.id), p.fact, p.digest, p.body, p.findings,
         p.valid_from, p.valid_to, a.ended_on, :at::timestamptz, p.run_id, coalesce(a.opened_by, :by::bigint), p.page, p.row_number, p.partial, p.held_by
       from again a join versions p on p.id = a.id left join operators o on o.id = p.operator_id
       left join identity_decisions m on m.merged_id = p.operator_id and m.undone_at is null
       returning operator_id, found_by),
     concern as (insert into concerned select operator_id from opened where operator_id is not null)
     select count(*)::int as restored, coalesce(array_agg(distinct found_by) filter (where found_by is not null), '{}') as "foundBy"
     from opened /* rollback.restore */`,
    { by, at },
  )
  await tx.raw('update versions set partial = true, held_by = null where held_by = ? /* rollback.restore held */', [
    run,
  ])
  await tx.raw(
    `insert into concerned select operator_id from taken_back where operator_id is not null
     union select id from operators where first_run = :run
     union select operator_id from operator_codes where run_id = :run
     union select operator_id from operator_names where run_id = :run /* rollback.restore concerned */`,
    { run },
  )
  await tx.raw(
    `update operators o set known_to = null where o.known_to is not null and exists (
       select 1 from concerned c join versions v on v.operator_id = c.operator_id and v.known_to is null where c.operator_id = o.id)
     /* rollback.restore operators */`,
  )
  await tx.raw('analyze concerned /* rollback.restore */')
  return restored.rows[0]
}

const passOverNumbers = async (tx: Tx): Promise<void> => {
  await tx.raw(
    `delete from again a using versions v left join operators o on o.id = v.operator_id
     where v.id = a.id and v.kind = 'registration' and v.found_by like 'reg_no:%' and exists (
       select 1 from versions r where r.operator_id in (v.operator_id, o.merged_into) and r.feed = v.feed and r.kind = 'registration'
         and (r.known_to is null or r.id in (select id from again)) and ${isRegistrationByNumberSql('v', 'r.record_key')})
     /* rollback.passOverNumbers */`,
  )
}

/** Restores changed content. Records that the run matched are unmatched again. */
export const restoreUnmatched = async (tx: Tx, { run }: RollbackRun): Promise<void> => {
  await tx.raw(
    `update unmatched u set subject = b.subject, body = b.body, findings = b.findings, valid_from = b.valid_from, valid_to = b.valid_to,
       reason = b.reason, page = b.page, row_number = b.row_number, digest = b.digest, name_key = b.name_key, subject_key = b.subject_key,
       fact = b.fact, last_run = b.last_run, decision_id = b.decision_id, partial = coalesce(b.partial, true), state = case
         when b.state = 'MATCHED' and exists (select 1 from versions v where v.feed = u.feed and v.record_key = u.record_key
           and v.known_to is null) then b.state
         when b.state = 'NOT_OURS' and exists (select 1 from identity_decisions d where d.id = b.decision_id and d.undone_at is null)
           then b.state else u.state end, proposed_operator = null, evidence = null, before = null
     from unmatched w cross join lateral jsonb_populate_record(null::unmatched, w.before) b
     where w.id = u.id and u.state in ('OPEN', 'MATCHED', 'ENDED') and (w.before->>'changed_by')::bigint = :run /* rollback.returnWaiting before */`,
    { run },
  )
  await tx.raw(
    `update unmatched u set last_run = r.id, partial = u.partial or not r.whole from unmatched w join runs r
       on r.id = coalesce((w.before->>'changed_by')::bigint, w.first_run)
     where w.id = u.id and u.last_run = :run and u.first_run <> :run /* rollback.returnWaiting last */`,
    { run },
  )
  // Ends by the run stand only if a later full delivery exists.
  await tx.raw(
    `update unmatched u set ended_by = w.later, state = case when w.later is null then 'OPEN' else 'ENDED' end
     from (select u.id, (select min(r.id) from runs r where r.job = 'pull' and r.subject = u.feed and r.complete and r.outcome = 'DONE'
       and r.taken_back_at is null and r.id > :run) as later from unmatched u where u.ended_by = :run and u.state = 'ENDED') w
     where w.id = u.id /* rollback.returnWaiting ended */`,
    { run },
  )
  await tx.raw(
    `update unmatched u set decision_id = null, ended_by = e.run, state = case when e.run is null then 'OPEN' else 'ENDED' end
     from taken_back t cross join lateral (select max(v.opened_by) as run from versions v join runs r on r.id = v.opened_by
       where v.feed = t.feed and v.record_key = t.record_key and v.ended_on is not null and r.job = 'pull' and r.id <> :run
         and r.taken_back_at is null and v.run_id = (select last_run from unmatched l where l.feed = t.feed and l.record_key = t.record_key)) e
     where t.feed = u.feed and t.record_key = u.record_key and u.state = 'MATCHED'
       and not exists (select 1 from versions v where v.feed = u.feed and v.record_key = u.record_key and v.known_to is null)
     /* rollback.returnWaiting matched */`,
    { run },
  )
  await tx.raw(
    `update unmatched u set state = 'TAKEN_BACK', proposed_operator = null, evidence = null from runs r
     where r.id = u.last_run and u.state in ('OPEN', 'MATCHED') and (r.id = :run or r.taken_back_at is not null)
       and (u.state = 'OPEN' or not exists (select 1 from versions v where v.feed = u.feed and v.record_key = u.record_key and v.known_to is null))
     /* rollback.returnWaiting taken */`,
    { run },
  )
}

export const operatorsWithoutRecords = (tx: Tx, { run }: RollbackRun): Promise<number[]> =>
  queryColumn(
    tx,
    `select o.id from operators o join runs f on f.id = o.first_run
     where o.id in (select operator_id from concerned) and o.known_to is null and (f.id = :run or f.taken_back_at is not null)
       and not exists (select 1 from versions v where v.operator_id = o.id and v.known_to is null and v.found_by is null)
       and not exists (select 1 from operators m where m.merged_into = o.id)
       and not exists (select 1 from identity_decisions d where d.operator_id = o.id and d.undone_at is null)
       and not exists (select 1 from identity_decisions d where d.merged_id = o.id and d.undone_at is null)
       and not exists (select 1 from identity_decisions d where d.successor_id = o.id and d.undone_at is null)
     order by o.id /* rollback.unfounded */`,
    { run },
  )

export const forgetOperators = (tx: Tx, ids: readonly number[], { at }: Pick<RollbackRun, 'at'>): Promise<number> =>
  queryValue(
    tx,
    `with gone as (
       update operators o set known_to = :at where o.id = any(:ids::int[])
         and not exists (select 1 from listings l where l.operator_id = o.id and l.wrong_from is null) returning o.id),
     clean as (delete from dirty_operators d using gone g where d.operator_id = g.id),
     cleared as (update unmatched u set proposed_operator = null, evidence = null from gone g where u.proposed_operator = g.id)
     select count(*)::int as n from gone /* rollback.forget */`,
    { ids: [...ids], at },
  )

export const queueRescoringAndConcerns = async (tx: Tx, { by, at }: RollbackRun): Promise<number> => {
  const dirty = await tx.raw(
    `insert into dirty_operators (operator_id, since) select o.id, :at::timestamptz from operators o
     where o.known_to is null and o.merged_into is null and o.id in (select operator_id from concerned) /* rollback.question */`,
    { at },
  )
  await tx.raw(
    `insert into concerns (listing_id, cause, run_id, opened_at)
     select l.id, 'TAKEN_BACK', :by::bigint, :at::timestamptz from listings l join listing_events e on e.listing_id = l.id and e.number = 1
     where l.operator_id in (select operator_id from concerned) and l.wrong_from is null and l.published_on is null
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
