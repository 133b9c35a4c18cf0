/** An incremental feed never sends an ownerless record again, so its codes are matched later. */
import { queryColumn, type Tx } from '../db/db.js'
import { withIndexLookups } from '../db/transaction.js'
import { insertCopiesSql } from './versions.js'

export const keepOwnerlessCodes = async (tx: Tx, feed: string): Promise<void> => {
  await tx.raw(
    `insert into ownerless_codes (scheme, code, feed, record_key, digest)
     select distinct a.scheme, a.code, :feed::text, s.record_key, s.digest from plan p join staged_drafts s using (item, part)
     cross join lateral (values ('uscc', s.uscc), ('org_code', case when s.uscc is null then s.org_code end),
       ('reg_no', case when s.uscc is null then s.reg_no end)) a(scheme, code)
     where p.operator_id is null and p.decision_id is null and p.effect <> 'UNMATCHED' and a.code is not null
     on conflict do nothing /* ownerless.keepCodes */`,
    { feed },
  )
}

const NO_OPERATOR = { operator_id: 'null', found_by: 'null', decision_id: 'null' }
const NOW_BY = { known_from: ':now::timestamptz', opened_by: ':run::bigint' }

export const detachFromOperators = async (
  tx: Tx,
  ids: readonly number[],
  { by: run, at: now }: { by: number | null; at: Date },
): Promise<void> => {
  await tx.raw(
    `with alone as (
       ${insertCopiesSql('versions v where id = any(:ids::bigint[])', { ...NO_OPERATOR, ...NOW_BY })})
     insert into ownerless_codes (scheme, code, feed, record_key, digest)
     select split_part(found_by, ':', 1), substr(found_by, strpos(found_by, ':') + 1), feed, record_key, digest from versions
     where id = any(:ids::bigint[]) on conflict do nothing /* ownerless.standAlone */`,
    { ids, run, now },
  )
}

/** An operator holds a code in at most two rows of `codes`: a third shows a second operator. */
export const CODE_ROWS_READ = 3

/** With more ownerless records, only those with a code in the run are matched. */
export const OWNERLESS_FEW = 1_000
const CHUNK_OWNERLESS = 1_000

/** Version `v` has no operator, and row `k` holds a code of it. */
const CARRIED = `v.feed = k.feed and v.record_key = k.record_key and v.digest = k.digest and v.known_to is null
  and v.ended_on is null and v.operator_id is null`

export const matchOwnerless = (tx: Tx, run: number, now: Date): Promise<void> =>
  withIndexLookups(tx, async () => {
    const ids = await mayMatch(tx)
    for (let from = 0; from < ids.length; from += CHUNK_OWNERLESS)
      await matchThese(tx, ids.slice(from, from + CHUNK_OWNERLESS), run, now)
  })

const mayMatch = async (tx: Tx): Promise<number[]> => {
  const few = await queryColumn<number>(
    tx,
    `select v.id from ownerless_codes k join versions v on ${CARRIED} limit ? /* ownerless.mayMatch */`,
    [OWNERLESS_FEW + 1],
  )
  if (few.length <= OWNERLESS_FEW) return [...new Set(few)]
  const many = await queryColumn<number>(
    tx,
    `with staged as materialized (
       select distinct uscc, org_code, reg_no from staged_drafts where num_nonnulls(uscc, org_code, reg_no) > 0),
     said as materialized (
       select 'uscc' as scheme, uscc as code from staged union select 'org_code', substr(uscc, 9, 9) from staged
       union select 'org_code', org_code from staged union select 'reg_no', reg_no from staged
       union select c.scheme, c.code from staged s join operators o on o.uscc = s.uscc join operator_codes c on c.operator_id = o.id)
     select v.id from said c join ownerless_codes k on k.scheme = c.scheme and k.code = c.code join versions v on ${CARRIED}
     /* ownerless.mayMatch many */`,
  )
  return [...new Set(many)]
}

const FOUND_OPERATOR = { operator_id: 'owner', found_by: 'said', decision_id: 'merger' }

const matchThese = async (tx: Tx, ids: readonly number[], run: number, now: Date): Promise<void> => {
  await tx.raw(
    `with found as (
       select v.id, coalesce(w.merged_into, w.id) as owner, o.said, m.id as merger from versions v cross join lateral (
         select case when count(distinct c.own_id) = 1 then min(c.own_id) end as own_id,
           min(case when k.scheme <> 'uscc' then k.scheme || ':' || k.code end) as said
         from ownerless_codes k cross join lateral (
           select l.own_id from codes l where l.scheme = k.scheme and l.code = k.code and l.known_to is null limit ${CODE_ROWS_READ}) c
         where ${CARRIED}) o
       join operators w on w.id = o.own_id
       left join identity_decisions m on m.merged_id = o.own_id and m.undone_at is null
       where v.id = any(:ids::bigint[]) and v.known_from < :now),
     closed as (
       update versions v set known_to = :now, closed_as = 'CHANGED', closed_by = :run from found f
       where v.id = f.id and v.known_to is null returning v.*, f.owner, f.said, f.merger),
     made as (
       ${insertCopiesSql('closed v', { ...FOUND_OPERATOR, ...NOW_BY })} returning operator_id)
     insert into dirty_operators (operator_id, since) select distinct operator_id, :now::timestamptz from made
     /* ownerless.match */`,
    { ids, run, now },
  )
}
