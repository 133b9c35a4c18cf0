import type { Tx } from '../../db/db.js'
import { isRegistrationByNumberSql } from '../../records/versions.js'
import type { RollbackRun } from './rollback-run.js'

/**
 * A record that a later run ended stays ended until that run (`opened_by`) is rolled back. One that it reported
 * unmatched stays unmatched.
 */
export const reopenVersions = async (
  tx: Tx,
  { run, by, at }: RollbackRun,
): Promise<{ restored: number; foundBy: string[] }> => {
  await tx.raw('create temporary table affected_operators (operator_id integer) on commit drop /* rollback.reopen */')
  await collectVersionsToReopen(tx, run)
  await passOverRegistrationsByNumber(tx)
  await tx.raw('analyze versions_to_reopen /* rollback.reopen */')
  const restored = await tx.raw(
    `with opened as (
       insert into versions (feed, kind, record_key, operator_id, found_by, decision_id, fact, digest, body, findings, valid_from, valid_to,
         ended_on, known_from, run_id, opened_by, page, row_number, partial, held_by)
       select p.feed, p.kind, p.record_key, coalesce(o.merged_into, p.operator_id), p.found_by, coalesce(p.decision_id, m.id), p.fact, p.digest, p.body, p.findings,
         p.valid_from, p.valid_to, a.ended_on, :at::timestamptz, p.run_id, coalesce(a.opened_by, :by::bigint), p.page, p.row_number, p.partial, p.held_by
       from versions_to_reopen a join versions p on p.id = a.id left join operators o on o.id = p.operator_id
       left join identity_decisions m on m.merged_id = p.operator_id and m.undone_at is null
       returning operator_id, found_by),
     affected as (insert into affected_operators select operator_id from opened where operator_id is not null)
     select count(*)::int as restored, coalesce(array_agg(distinct found_by) filter (where found_by is not null), '{}') as "foundBy"
     from opened /* rollback.reopen */`,
    { by, at },
  )
  await tx.raw('update versions set partial = true, held_by = null where held_by = ? /* rollback.reopen held */', [run])
  await tx.raw(
    `insert into affected_operators select operator_id from taken_back where operator_id is not null
     union select id from operators where first_run = :run
     union select operator_id from operator_codes where run_id = :run
     union select operator_id from operator_names where run_id = :run /* rollback.reopen affected_operators */`,
    { run },
  )
  await tx.raw(
    `update operators o set known_to = null where o.known_to is not null and exists (
       select 1 from affected_operators c join versions v on v.operator_id = c.operator_id and v.known_to is null where c.operator_id = o.id)
     /* rollback.reopen operators */`,
  )
  await tx.raw('analyze affected_operators /* rollback.reopen */')
  return restored.rows[0]
}

const collectVersionsToReopen = async (tx: Tx, run: number): Promise<void> => {
  await tx.raw(
    `create temporary table keys_without_version on commit drop as select t.feed, t.record_key from (
       select feed, record_key from taken_back
       union select u.feed, u.record_key from unmatched u join versions c on c.feed = u.feed and c.record_key = u.record_key
         join runs r on r.id = c.closed_by where u.last_run = :run and (r.id = :run or r.taken_back_at is not null)
       union select c.feed, c.record_key from taken_back n join versions c on c.operator_id = n.operator_id and c.feed = n.feed
         join runs r on r.id = c.closed_by where n.kind = 'registration' and c.kind = 'registration' and c.found_by like 'reg_no:%'
         and c.closed_as = 'CHANGED' and (r.id = :run or r.taken_back_at is not null)) t
     where not exists (select 1 from versions v where v.feed = t.feed and v.record_key = t.record_key and v.known_to is null)
       and not exists (select 1 from unmatched u where u.feed = t.feed and u.record_key = t.record_key and u.state in ('OPEN', 'NOT_OURS')
         and u.last_run > :run) /* rollback.reopen keys */`,
    { run },
  )
  await tx.raw('analyze keys_without_version /* rollback.reopen */')
  await tx.raw(
    `create temporary table versions_to_reopen on commit drop as
     select p.id, coalesce(e.ended_on, p.ended_on) as ended_on, coalesce(e.opened_by, c.id) as opened_by
     from (select distinct on (v.record_key, v.feed) v.id, v.feed, v.record_key, v.ended_on, v.opened_by, v.held_by
       from keys_without_version k join versions v on v.feed = k.feed and v.record_key = k.record_key
       left join identity_decisions d on d.id = v.decision_id join runs s on s.id = v.run_id
       where d.undone_at is null and ((v.wrong_from is null and v.closed_as <> 'WRONG')
         or (v.closed_as = 'WRONG' and v.closed_by = :run and s.taken_back_at is null and s.id <> :run))
       order by v.record_key, v.feed, v.known_from desc, v.id desc) p
     left join runs c on c.id = p.opened_by and c.job = 'pull'
     left join (select distinct on (v.record_key, v.feed) v.id, v.feed, v.record_key, v.ended_on, v.opened_by
       from keys_without_version k join versions v on v.feed = k.feed and v.record_key = k.record_key join runs r on r.id = v.opened_by
       where v.ended_on is not null and v.wrong_from is not null and r.job = 'pull' and r.taken_back_at is null and r.id <> :run
       order by v.record_key, v.feed, v.id desc) e on e.feed = p.feed and e.record_key = p.record_key and e.id > p.id
       and p.held_by is distinct from :run
     /* rollback.reopen candidates */`,
    { run },
  )
}

const passOverRegistrationsByNumber = async (tx: Tx): Promise<void> => {
  await tx.raw(
    `delete from versions_to_reopen a using versions v left join operators o on o.id = v.operator_id
     where v.id = a.id and v.kind = 'registration' and v.found_by like 'reg_no:%' and exists (
       select 1 from versions r where r.operator_id in (v.operator_id, o.merged_into) and r.feed = v.feed and r.kind = 'registration'
         and (r.known_to is null or r.id in (select id from versions_to_reopen)) and ${isRegistrationByNumberSql('v', 'r.record_key')})
     /* rollback.passOverRegistrationsByNumber */`,
  )
}
