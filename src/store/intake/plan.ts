import { WITHDRAWN_RECORD_STATUS } from '../../domain/scoring/evidence.js'
import { queryMap, queryOne, type Tx } from '../db/db.js'
import type { StageContents } from './staged.js'

export type DraftEffect = 'NEW' | 'CHANGED' | 'UNCHANGED' | 'UNMATCHED'

const ownerBy = (scheme: string, code: string): string =>
  `select c.operator_id as owner, c.scheme || ':' || c.code as said from codes c
   where c.scheme = '${scheme}' and c.code = ${code} and c.known_to is null`

interface FilledPlan {
  feed: string
  whole: boolean
  needOperator: readonly string[]
  contents: StageContents
}

/**
 * Fills table `plan`: operator, version met and effect of each staged record. The operator is found by USCC or shop
 * code, else by other codes that lead to one operator, else by a person's decision, never by name.
 */
export const fillPlan = async (tx: Tx, { feed, whole, needOperator, contents }: FilledPlan): Promise<void> => {
  await tx.raw(
    `create temporary table plan on commit drop as
     select s.item, s.part, s.record_key, s.late, coalesce(o.operator_id, f.owner) as operator_id,
       f.said as found_by,
       -- True for a registration that may change its operator's present name, region or status.
       s.kind = 'registration' and (s.uscc is null or (u.merged_into is null and (u.name is distinct from coalesce(s.name, u.name)
         or u.region is distinct from coalesce(s.makes_region, u.region) or s.makes_status not in ('UNKNOWN', u.status)))) as teaches,
       -- True when the code belongs to one operator and the name to another.
       u.id is not null and s.kind <> 'registration' and s.name_key is distinct from u.name_key
         and exists (select 1 from operators n where n.name_key = s.name_key and n.known_to is null) as named_other,
       d.id as decision_id, v.id as version_id, v.operator_id as was_operator, v.partial as was_partial,
       case when d.verdict = 'NOT_OURS' then 'UNCHANGED'
         -- A record that its authority withdrew or removed stays so when a form without a status repeats it.
         when v.ended_on is null and case s.kind
             when 'penalty' then s.stated->>'status' is null and v.body->>'status' = :withdrawn
             when 'list_entry' then not :whole and s.stated->>'removed_on' is null and v.body->>'removed_on' is not null
               and s.stated->>'listed_on' is not distinct from v.body->>'listed_on' end
           and v.operator_id is not distinct from coalesce(o.operator_id, f.owner, d.operator_id) then 'UNCHANGED'
         when o.operator_id is null and f.owner is null and d.operator_id is null and s.kind = any(:need) then 'UNMATCHED'
         when v.id is null then 'NEW'
         when v.digest = s.digest and v.ended_on is null
           and v.operator_id is not distinct from coalesce(o.operator_id, f.owner, d.operator_id) then 'UNCHANGED'
         else 'CHANGED' end as effect
     from (select *, case when kind in ('penalty', 'list_entry') then body end as stated from staged_drafts offset 0) s
     left join operators u on u.uscc = s.uscc and u.known_to is null
     left join operators h on :shops and h.shop = s.shop and s.uscc is null and h.known_to is null
     cross join lateral (select coalesce(u.merged_into, u.id, h.merged_into, h.id) as operator_id) o
     cross join lateral (select case when s.uscc is null and h.id is null and num_nonnulls(s.org_code, s.reg_no) > 0 then (
       select case when count(distinct owner) = 1 then array[min(owner)::text, min(said)] end from (
         ${ownerBy('org_code', 's.org_code')} union all ${ownerBy('reg_no', 's.reg_no')}) c) end as by_code) l
     cross join lateral (select l.by_code[1]::int as owner, l.by_code[2] as said) f
     left join (select i.id, i.subject_key, i.verdict, coalesce(w.merged_into, w.id) as operator_id from identity_decisions i
       left join operators w on w.id = i.operator_id where i.feed = :feed and i.undone_at is null) d
       on o.operator_id is null and f.owner is null and d.subject_key = s.subject_key
     left join versions v on v.feed = :feed and v.record_key = s.record_key and v.known_to is null /* plan.decide */`,
    { feed, whole, shops: contents.shops, need: needOperator, withdrawn: WITHDRAWN_RECORD_STATUS },
  )
  await tx.raw(
    `update plan p set operator_id = coalesce(w.merged_into, w.id) from identity_decisions d join operators w on w.id = d.operator_id
     where d.id = p.decision_id and p.operator_id is null /* plan.decide decided */`,
  )
  await attachMergeDecisions(tx)
  if (contents.codes) await oneRegistration(tx, feed)
  // Without statistics the planner joins millions of pairs.
  await tx.raw('analyze plan /* plan.decide analyze */')
}

/** The merge decision's id is stored, so undoing it returns the records. */
const attachMergeDecisions = async (tx: Tx): Promise<void> => {
  const some = await tx.raw(
    `select exists (select 1 from identity_decisions where merged_id is not null and undone_at is null) as some /* plan.attachMergeDecisions */`,
  )
  if (!some.rows[0].some) return
  await tx.raw(
    `with merged as materialized (
       select c.code, m.id as decision_id, u.merged_into as operator_id from identity_decisions m
       join operators u on u.id = m.merged_id join codes c on c.own_id = u.id where m.undone_at is null),
     brought as materialized (
       select s.item, s.part, m.decision_id, m.operator_id from staged_drafts s join merged m on m.code = s.uscc
       union all
       select s.item, s.part, m.decision_id, m.operator_id from staged_drafts s
         cross join lateral (values (s.shop), (s.org_code), (s.reg_no)) a(code) join merged m on m.code = a.code where s.uscc is null)
     update plan p set decision_id = b.decision_id from brought b
     where p.item = b.item and p.part = b.part and p.operator_id = b.operator_id and p.decision_id is null /* plan.attachMergeDecisions */`,
  )
}

/** A registration found by its number replaces the one under the USCC only if its date is later. */
const oneRegistration = async (tx: Tx, feed: string): Promise<void> => {
  const some = await tx.raw(
    `select exists (select 1 from staged_drafts where kind = 'registration' and uscc is null and reg_no is not null) as some
     /* plan.oneRegistration */`,
  )
  if (!some.rows[0].some) return
  await tx.raw(
    `update plan p set record_key = own.uscc, version_id = v.id, was_operator = v.operator_id, was_partial = v.partial,
       effect = case when together.uscc is null and v.ended_on is null and s.valid_from > v.valid_from then 'CHANGED' else 'UNCHANGED' end
     from staged_drafts s join codes c on c.scheme = 'reg_no' and c.code = s.reg_no and c.known_to is null
     join operators own on own.id = c.own_id and own.uscc is not null
     left join versions v on v.feed = :feed and v.record_key = own.uscc and v.known_to is null
     left join (select distinct uscc from staged_drafts where kind = 'registration' and uscc is not null) together on together.uscc = own.uscc
     where s.item = p.item and s.part = p.part and s.kind = 'registration' and s.uscc is null and p.operator_id = c.operator_id
       and p.effect <> 'UNMATCHED' and (v.id is not null or together.uscc is not null) /* plan.oneRegistration */`,
    { feed },
  )
}

export type ItemCounts = Record<DraftEffect, number>

export const itemCounts = async (tx: Tx): Promise<ItemCounts> => {
  const several = await tx.raw('select exists (select 1 from plan where part > 0) as several /* plan.itemCounts */')
  const counts = await queryMap<DraftEffect, number>(
    tx,
    several.rows[0].several
      ? `select effect, count(*)::int as items from (
           select (array_agg(effect order by array_position(
             array['UNMATCHED', 'NEW', 'CHANGED', 'UNCHANGED'], effect)))[1] as effect
           from plan group by item) i group by effect /* plan.itemCounts */`
      : 'select effect, count(*)::int as items from plan group by effect /* plan.itemCounts */',
  )
  return { NEW: 0, CHANGED: 0, UNCHANGED: 0, UNMATCHED: 0, ...Object.fromEntries(counts) }
}

export const timelinessCounts = (tx: Tx): Promise<{ late: number; timely: number }> =>
  queryOne(
    tx,
    `select count(*) filter (where late)::int as late, count(*) filter (where not late)::int as timely from plan
     where late is not null and effect = 'NEW' /* plan.timeliness */`,
  )
