import type { UnreadableRecords } from '../../domain/records/records.js'
import { queryColumn, type Tx } from '../db/db.js'
import { withIndexLookups } from '../db/transaction.js'
import { CODE_ROWS_READ } from '../records/ownerless.js'
import {
  earlierEndDaySql,
  isNotUnreadableByKeySql,
  KINDS_ENDED_BY_ABSENCE,
  SELECT_UNCORRECTED_RUNS_SQL,
} from './absence.js'

const REASON = `case when uscc is not null then 'code.digit'
         when num_nonnulls(org_code, reg_no) > 0 then case when exists (select 1 from codes c where c.known_to is null
           and c.scheme = 'org_code' and c.code = org_code) or exists (select 1 from codes c where c.known_to is null
           and c.scheme = 'reg_no' and c.code = reg_no) then 'code.ambiguous' else 'code.unknown' end
         when name is not null then 'name.only' else 'subject.none' end`

const CONTENT_COLUMNS =
  'subject, name_key, subject_key, fact, body, findings, valid_from, valid_to, digest, reason, page, row_number, last_run'
const UPDATE_CONTENT = CONTENT_COLUMNS.replace(/\w+/g, '$& = excluded.$&')

const insertUnmatchedSql = (more: string, values: string, drafts: string): string =>
  `insert into unmatched (feed, record_key, kind, first_run, ${CONTENT_COLUMNS}, ${more})
   select distinct on (s.record_key) :feed::text, s.record_key, s.kind, :run::bigint,
     jsonb_build_object('uscc', uscc, 'orgCode', org_code, 'regNo', reg_no, 'shop', shop, 'name', name), name_key, s.subject_key, fact, body,
     findings, valid_from, valid_to, s.digest, ${REASON}, page, row_number, :run::bigint, ${values}
   from staged_drafts s join plan p using (item, part) ${drafts} order by s.record_key, s.item
   on conflict (feed, record_key) do update set ${UPDATE_CONTENT}`

/** A record that a full delivery once contained is never marked partial. */
export const keepUnmatched = async (
  tx: Tx,
  { id: run, feed, partial }: { id: number; feed: string; partial: boolean },
): Promise<void> => {
  await tx.raw(
    `${insertUnmatchedSql('partial', ':partial::boolean', `where p.effect = 'UNMATCHED'`)},
       before = case when unmatched.digest = excluded.digest then unmatched.before
         else to_jsonb(unmatched) - 'before' || jsonb_build_object('changed_by', excluded.last_run) end,
       state = 'OPEN', decision_id = null, ended_by = null,
       partial = excluded.partial and (unmatched.partial or unmatched.state = 'TAKEN_BACK') /* unmatched.keep */`,
    { run, feed, partial },
  )
  await tx.raw(
    `${insertUnmatchedSql(
      'state, decision_id',
      `'NOT_OURS', p.decision_id`,
      `join identity_decisions d on d.id = p.decision_id where d.verdict = 'NOT_OURS'`,
    )}, state = 'NOT_OURS', decision_id = excluded.decision_id
     where unmatched.digest <> excluded.digest or unmatched.state <> 'NOT_OURS' /* unmatched.keep not ours */`,
    { run, feed },
  )
  await tx.raw(
    `update unmatched u set state = 'MATCHED', last_run = :run, ended_by = null from plan p
     where u.feed = :feed and u.record_key = p.record_key and u.state in ('OPEN', 'ENDED') and p.effect <> 'UNMATCHED'
     /* unmatched.keep matched */`,
    { run, feed },
  )
}

/** Ends unmatched records missing from a full delivery. No later code can match them. */
export const endAbsentUnmatched = async (
  tx: Tx,
  { id: run, feed, unreadable }: { id: number; feed: string; unreadable: UnreadableRecords },
): Promise<void> => {
  await tx.raw(
    `update unmatched u set state = 'ENDED', ended_by = :run, proposed_operator = null, evidence = null
     where u.feed = :feed and u.state = 'OPEN' and u.last_run < :run and not u.partial and u.kind = any(:kinds)
       and ${isNotUnreadableByKeySql('u')}
       and not exists (select 1 from unnest(:codes::text[]) k(code)
         where k.code in (u.subject->>'uscc', u.subject->>'orgCode', u.subject->>'regNo', u.subject->>'shop'))
       and u.last_run not in (${SELECT_UNCORRECTED_RUNS_SQL}) /* unmatched.endAbsent */`,
    { run, feed, kinds: KINDS_ENDED_BY_ABSENCE, ...unreadable } as never,
  )
}

/** With more unmatched records, only those with a code in the run are matched. */
const UNMATCHED_FEW = 1_000
const CHUNK_UNMATCHED = 1_000

/** Worded exactly as in the indexes. */
const CARRIES = [
  { scheme: 'uscc', code: `(u.subject->>'uscc')`, where: `u.state = 'OPEN' and u.subject->>'uscc' is not null` },
  ...['orgCode', 'regNo'].map((field) => ({
    scheme: field === 'orgCode' ? 'org_code' : 'reg_no',
    code: `(u.subject->>'${field}')`,
    where: `u.state = 'OPEN' and u.subject->>'uscc' is null and u.subject->>'${field}' is not null`,
  })),
]

/** An incremental feed never sends an unmatched record again. */
export const matchUnmatched = (tx: Tx, runId: number, now: Date): Promise<void> =>
  withIndexLookups(tx, async () => {
    const ids = await mayMatch(tx)
    for (let from = 0; from < ids.length; from += CHUNK_UNMATCHED)
      await match(tx, ids.slice(from, from + CHUNK_UNMATCHED), runId, now)
  })

const mayMatch = async (tx: Tx): Promise<number[]> => {
  const few = await queryColumn<number>(
    tx,
    `${CARRIES.map(
      ({ code, where }) => `(select u.id from unmatched u where ${where} order by ${code} collate "C" limit :most)`,
    ).join(' union all ')} /* unmatched.mayMatch */`,
    { most: UNMATCHED_FEW + 1 },
  )
  if (few.length <= UNMATCHED_FEW) return [...new Set(few)]
  const many = await queryColumn<number>(
    tx,
    `with staged as materialized (
       select distinct uscc, org_code, reg_no from staged_drafts where num_nonnulls(uscc, org_code, reg_no) > 0),
     said as materialized (
       select 'uscc' as scheme, uscc as code from staged union select 'org_code', substr(uscc, 9, 9) from staged
       union select 'org_code', org_code from staged union select 'reg_no', reg_no from staged
       union select c.scheme, c.code from staged s join operators o on o.uscc = s.uscc join operator_codes c on c.operator_id = o.id)
     ${CARRIES.map(
       ({ scheme, code, where }) =>
         `select f.id from said c cross join lateral (select u.id from unmatched u where ${code} = c.code and ${where} offset 0) f
           where c.scheme = '${scheme}'`,
     ).join(' union all ')} /* unmatched.mayMatch many */`,
  )
  return [...new Set(many)]
}

const leadsBy = (scheme: string, code: string): string =>
  `(select c.own_id, c.scheme || ':' || c.code from codes c where u.subject->>'uscc' is null and c.known_to is null
     and c.scheme = '${scheme}' and c.code = ${code} limit ${CODE_ROWS_READ})`

/**
 * A registration found by number is closed at once when its operator has one under the USCC. A roll-back makes it
 * unmatched again.
 */
const match = async (tx: Tx, ids: readonly number[], runId: number, now: Date): Promise<void> => {
  await tx.raw(
    `with found as (
       select u.*, coalesce(w.merged_into, w.id) as owner, m.id as merger, o.found_by,
         u.kind = 'registration' and exists (select 1 from versions r where r.feed = u.feed and r.kind = 'registration'
           and r.known_to is null and r.operator_id = coalesce(w.merged_into, w.id) and r.record_key = w.uscc) as is_older
       from unmatched u cross join lateral (
         select case when count(distinct own_id) = 1 then min(own_id) end as own_id, min(said) as found_by from (
           (select c.own_id, null as said from codes c where c.scheme = 'uscc' and c.code = u.subject->>'uscc' and c.known_to is null limit ${CODE_ROWS_READ})
           union all ${leadsBy('org_code', `u.subject->>'orgCode'`)}
           union all ${leadsBy('reg_no', `u.subject->>'regNo'`)}) f) o
       join operators w on w.id = o.own_id
       left join identity_decisions m on m.merged_id = o.own_id and m.undone_at is null
       where u.id = any(:ids::bigint[]) and u.state = 'OPEN' and u.last_run <> :run),
     matched as (update unmatched u set state = 'MATCHED' from found f where u.id = f.id),
     made as (
       insert into versions (feed, kind, record_key, operator_id, found_by, decision_id, fact, digest, body, findings, valid_from, valid_to,
         ended_on, known_from, run_id, opened_by, page, row_number, partial, known_to, closed_as, closed_by)
       select feed, kind, record_key, owner, found_by, merger, fact, digest, body, findings, valid_from, valid_to,
         ${earlierEndDaySql('found')}, :now::timestamptz, last_run, :run::bigint, page, row_number, partial,
         case when is_older then :now::timestamptz end, case when is_older then 'CHANGED' end, case when is_older then :run::bigint end from found
       on conflict do nothing returning operator_id)
     insert into dirty_operators (operator_id, since) select distinct operator_id, :now::timestamptz from made
     /* unmatched.match */`,
    { ids: [...ids], run: runId, now } as never,
  )
}
