/** Drafts of a running pull, on their way into `versions`: written in chunks while the feed is read, merged in one transaction. */
import type { Draft } from '../domain/records.js'
import type { Db, Tx } from './db.js'

export interface Staged {
  item: number
  part: number
  page: number | null
  row: number
  draft: Draft
  digest: string
  /** The check digit of the subject's USCC holds. */
  usccValid: boolean
}

/** Leftovers of pulls that died are nobody's: the caller holds the feed's lock. */
export const clear = async (db: Db | Tx, runIds: readonly number[]): Promise<void> => {
  await db('staged_drafts').whereIn('run_id', runIds).delete()
}

/** Runs of this feed that ended without emptying their stage. */
export const leftovers = async (db: Db, feed: string): Promise<number[]> => {
  const answer = await db.raw(
    `select distinct s.run_id as id from staged_drafts s join runs r on r.id = s.run_id
     where r.job = 'pull' and r.subject = ? /* staged.leftovers */`,
    [feed],
  )
  return answer.rows.map((row: { id: number }) => row.id)
}

export const add = async (db: Db, runId: number, rows: readonly Staged[]): Promise<void> => {
  if (rows.length === 0) return
  const payload = rows.map(({ item, part, page, row, draft, digest, usccValid }) => ({
    item,
    part,
    page,
    row_number: row,
    kind: draft.kind,
    record_key: draft.key,
    uscc: draft.subject.uscc,
    uscc_valid: usccValid,
    org_code: draft.subject.orgCode,
    reg_no: draft.subject.regNo,
    shop: draft.subject.shop,
    name: draft.subject.name,
    digest,
    body: draft.body,
    findings: draft.findings,
    valid_from: draft.validFrom,
    valid_to: draft.validTo,
  }))
  await db.raw(
    `insert into staged_drafts (run_id, item, part, page, row_number, kind, record_key, uscc, uscc_valid, org_code, reg_no,
       shop, name, digest, body, findings, valid_from, valid_to)
     select ?::bigint, r.* from jsonb_to_recordset(?::jsonb) as r(item int, part smallint, page int, row_number int, kind text,
       record_key text, uscc text, uscc_valid boolean, org_code text, reg_no text, shop text, name text, digest text,
       body jsonb, findings jsonb, valid_from date, valid_to date) /* staged.add */`,
    [runId, JSON.stringify(payload)],
  )
}

export const count = async (tx: Tx, runId: number): Promise<number> => {
  const answer = await tx.raw('select count(*)::int as n from staged_drafts where run_id = ? /* staged.count */', [
    runId,
  ])
  return answer.rows[0].n
}

/** Finds each draft's operator by its codes, the unified code first; name alone is never enough. */
export const resolve = async (tx: Tx, runId: number): Promise<void> => {
  await tx.raw('analyze staged_drafts /* staged.resolve */')
  await tx.raw(
    `update staged_drafts s set operator_id = coalesce(
       (select c.operator_id from operator_codes c where c.scheme = 'uscc' and c.code = s.uscc),
       (select c.operator_id from operator_codes c where c.scheme = 'shop' and c.code = s.shop),
       case when s.uscc is null then coalesce(
         (select c.operator_id from operator_codes c where c.scheme = 'org_code' and c.code = s.org_code),
         (select c.operator_id from operator_codes c where c.scheme = 'reg_no' and c.code = s.reg_no)) end)
     where s.run_id = ? /* staged.resolve */`,
    [runId],
  )
}

export interface NewOperator {
  uscc: string | null
  shop: string | null
  name: string | null
}

/** Subjects without an operator that have a code to make one by: a valid USCC, one the registry says, or a shop's. */
export const unknownSubjects = async (tx: Tx, runId: number): Promise<NewOperator[]> => {
  const answer = await tx.raw(
    `select distinct on (uscc, shop) uscc, shop, name from (
       select case when uscc_valid or kind = 'registration' then uscc end as uscc,
         case when uscc is null then shop end as shop, name, item
       from staged_drafts where run_id = ? and operator_id is null) s
     where uscc is not null or shop is not null order by uscc, shop, item desc /* staged.unknownSubjects */`,
    [runId],
  )
  return answer.rows
}

/** How many different records are staged: a few keys sent often are not a feed. */
export const countKeys = async (db: Db, runId: number): Promise<number> => {
  const answer = await db.raw(
    'select count(distinct record_key)::int as n from staged_drafts where run_id = ? /* staged.countKeys */',
    [runId],
  )
  return answer.rows[0].n
}

export type Effect = 'NEW' | 'CHANGED' | 'UNCHANGED' | 'UNMATCHED' | 'CONFLICT'

/**
 * Decides what each draft does: no operator where its kind needs one → UNMATCHED; the same key sent twice → UNCHANGED if
 * identical, else CONFLICT (the first stands, the other is set aside); against the current version → NEW, CHANGED, UNCHANGED.
 */
export const decide = async (tx: Tx, runId: number, feed: string, needOperator: readonly string[]): Promise<void> => {
  await tx.raw(
    `with ranked as (
       select item, part, record_key, first_value(digest) over w as first_digest, row_number() over w as nth
       from staged_drafts where run_id = :run
       window w as (partition by record_key order by item, part))
     update staged_drafts s set version_id = v.id, effect = case
         when s.operator_id is null and s.kind = any(:need) then 'UNMATCHED'
         when r.nth > 1 then case when s.digest = r.first_digest then 'UNCHANGED' else 'CONFLICT' end
         when v.id is null then 'NEW'
         when v.digest = s.digest and v.ended_on is null and v.operator_id is not distinct from s.operator_id then 'UNCHANGED'
         else 'CHANGED' end
     from ranked r left join versions v on v.feed = :feed and v.record_key = r.record_key and v.known_to is null
     where s.run_id = :run and s.item = r.item and s.part = r.part /* staged.decide */`,
    { run: runId, feed, need: needOperator },
  )
  // Without this the planner takes every draft for one without an effect, and joins millions of pairs.
  await tx.raw('analyze staged_drafts /* staged.decide */')
}

export type ItemCounts = Record<Effect, number>

/** One count an item, though it may have several drafts: the one that asks most of a person decides. */
export const itemCounts = async (tx: Tx, runId: number): Promise<ItemCounts> => {
  const answer = await tx.raw(
    `select effect, count(*)::int as items from (
       select item, (array_agg(effect order by array_position(
         array['CONFLICT', 'UNMATCHED', 'NEW', 'CHANGED', 'UNCHANGED'], effect)))[1] as effect
       from staged_drafts where run_id = ? group by item) i group by effect /* staged.itemCounts */`,
    [runId],
  )
  const counts: ItemCounts = { NEW: 0, CHANGED: 0, UNCHANGED: 0, UNMATCHED: 0, CONFLICT: 0 }
  for (const row of answer.rows as { effect: Effect; items: number }[]) counts[row.effect] = row.items
  return counts
}

/** Drafts that contradict an earlier one of the same delivery, to be set aside. */
export const conflicts = async (
  tx: Tx,
  runId: number,
): Promise<{ page: number | null; row: number; key: string; body: unknown }[]> => {
  const answer = await tx.raw(
    `select page, row_number as row, record_key as key, body from staged_drafts
     where run_id = ? and effect = 'CONFLICT' order by item, part /* staged.conflicts */`,
    [runId],
  )
  return answer.rows
}
