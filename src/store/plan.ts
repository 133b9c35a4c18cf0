/**
 * What a merge will do with each staged draft, decided in one pass over the stage: whose it is, which version it meets,
 * and its effect. A temporary table that goes with the transaction; the stage itself is only written and read.
 */
import type { Tx } from './db.js'

export type Effect = 'NEW' | 'CHANGED' | 'UNCHANGED' | 'UNMATCHED' | 'CONFLICT'

/**
 * Whose each draft is: its codes say it, the unified code first, then what a person decided of such a subject; a name
 * alone never does. Of an operator merged into another it is the other's. No operator where its kind needs one → UNMATCHED; the same key sent twice → UNCHANGED if identical,
 * else CONFLICT (the first stands, the other is set aside); against the current version → NEW, CHANGED, UNCHANGED.
 */
export const decide = async (
  tx: Tx,
  { feed, needOperator, repeats }: { feed: string; needOperator: readonly string[]; repeats: boolean },
): Promise<void> => {
  await tx.raw(
    `create temporary table plan on commit drop as
     select s.item, s.part, s.record_key, s.digest, s.late, o.operator_id, d.id as decision_id, v.id as version_id,
       v.operator_id as was_operator, v.partial as was_partial,
       case when d.verdict = 'NOT_OURS' then 'UNCHANGED'
         when o.operator_id is null and d.operator_id is null and s.kind = any(:need) then 'UNMATCHED'
         when v.id is null then 'NEW'
         when v.digest = s.digest and v.ended_on is null and v.operator_id is not distinct from coalesce(o.operator_id, d.operator_id)
           then 'UNCHANGED'
         else 'CHANGED' end as effect
     from staged_drafts s
     left join operators u on u.uscc = s.uscc and u.known_to is null
     cross join lateral (select case when s.uscc is not null then coalesce(u.merged_into, u.id) else coalesce(
       (select c.operator_id from codes c where c.scheme = 'shop' and c.code = s.shop and c.known_to is null limit 1),
       (select min(c.operator_id) from codes c where c.scheme = 'org_code' and c.code = s.org_code and c.known_to is null),
       (select c.operator_id from codes c where c.scheme = 'reg_no' and c.code = s.reg_no and c.known_to is null limit 1)) end
       as operator_id) o
     left join (select i.id, i.subject_key, i.verdict, coalesce(w.merged_into, w.id) as operator_id from identity_decisions i
       left join operators w on w.id = i.operator_id where i.feed = :feed and i.undone_at is null) d
       on o.operator_id is null and d.subject_key = s.subject_key
     left join versions v on v.feed = :feed and v.record_key = s.record_key and v.known_to is null /* plan.decide */`,
    { feed, need: needOperator },
  )
  await tx.raw(
    `update plan p set operator_id = coalesce(w.merged_into, w.id) from identity_decisions d join operators w on w.id = d.operator_id
     where d.id = p.decision_id and p.operator_id is null /* plan.decide decided */`,
  )
  await tellMergers(tx)
  if (repeats) await tellRepeats(tx)
  // Without this the planner takes every draft for one without an effect, and joins millions of pairs.
  await tx.raw('analyze plan /* plan.decide */')
}

/** What the codes of a merged operator bring is the other's by the decision that merged them: undone, it goes back. */
const tellMergers = async (tx: Tx): Promise<void> => {
  const some = await tx.raw(
    `select exists (select 1 from identity_decisions where merged_id is not null and undone_at is null) as some /* plan.tellMergers */`,
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
     where p.item = b.item and p.part = b.part and p.operator_id = b.operator_id and p.decision_id is null /* plan.tellMergers */`,
  )
}

const tellRepeats = async (tx: Tx): Promise<void> => {
  await tx.raw(
    `update plan p set effect = case when p.digest = r.first_digest then 'UNCHANGED' else 'CONFLICT' end
     from (select item, part, first_value(digest) over w as first_digest, row_number() over w as nth from plan
       where record_key in (select record_key from plan group by record_key having count(*) > 1)
       window w as (partition by record_key order by item, part)) r
     where r.nth > 1 and p.item = r.item and p.part = r.part and p.effect <> 'UNMATCHED' /* plan.tellRepeats */`,
  )
}

export type ItemCounts = Record<Effect, number>

/** One count an item, though it may have several drafts: the one that asks most of a person decides. */
export const itemCounts = async (tx: Tx): Promise<ItemCounts> => {
  const several = await tx.raw('select exists (select 1 from plan where part > 0) as several /* plan.itemCounts */')
  const answer = await tx.raw(
    several.rows[0].several
      ? `select effect, count(*)::int as items from (
           select (array_agg(effect order by array_position(
             array['CONFLICT', 'UNMATCHED', 'NEW', 'CHANGED', 'UNCHANGED'], effect)))[1] as effect
           from plan group by item) i group by effect /* plan.itemCounts */`
      : 'select effect, count(*)::int as items from plan group by effect /* plan.itemCounts */',
  )
  const counts: ItemCounts = { NEW: 0, CHANGED: 0, UNCHANGED: 0, UNMATCHED: 0, CONFLICT: 0 }
  for (const row of answer.rows as { effect: Effect; items: number }[]) counts[row.effect] = row.items
  return counts
}

/** New records sent after the day by which the agency had to send them, and those sent in time. */
export const lateness = async (tx: Tx): Promise<{ late: number; timely: number }> => {
  const answer = await tx.raw(
    `select count(*) filter (where late)::int as late, count(*) filter (where not late)::int as timely from plan
     where late is not null and effect = 'NEW' /* plan.lateness */`,
  )
  return answer.rows[0]
}

export interface Conflict {
  page: number | null
  row: number
  key: string
  body: unknown
}

/** Drafts that contradict an earlier one of the same delivery, to be set aside. */
export const conflicts = async (tx: Tx): Promise<Conflict[]> => {
  const answer = await tx.raw(
    `select s.page, s.row_number as row, s.record_key as key, s.body from staged_drafts s join plan p using (item, part)
     where p.effect = 'CONFLICT' order by s.item, s.part /* plan.conflicts */`,
  )
  return answer.rows
}

/** What will change, with the record as it stands. */
export const changed = async (
  tx: Tx,
): Promise<{ item: number; part: number; key: string; digest: string; body: unknown }[]> => {
  const answer = await tx.raw(
    `select p.item, p.part, p.record_key as key, v.digest, v.body from plan p join versions v on v.id = p.version_id
     where p.effect = 'CHANGED' /* plan.changed */`,
  )
  return answer.rows
}

export const setAside = async (tx: Tx, drafts: readonly { item: number; part: number }[]): Promise<void> => {
  if (drafts.length === 0) return
  await tx.raw(
    `update plan p set effect = 'CONFLICT' from unnest(?::int[], ?::smallint[]) as d(item, part)
     where p.item = d.item and p.part = d.part /* plan.setAside */`,
    [drafts.map(({ item }) => item), drafts.map(({ part }) => part)],
  )
}
