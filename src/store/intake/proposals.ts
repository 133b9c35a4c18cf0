import {
  type MatchProposal,
  type OperatorCandidate,
  proposeOperator,
  subjectDetails,
} from '../../domain/intake/matching.js'
import type { RecordBody, RecordSubject } from '../../domain/records/records.js'
import { queryColumn, queryRows, type Tx } from '../db/db.js'
import { withIndexLookups } from '../db/transaction.js'

const CHUNK_RECORDS = 1_000
/**
 * After a run with more than BROUGHT_MANY records, proposals are searched by unmatched names, if at most UNMATCHED_FEW.
 */
const UNMATCHED_FEW = 1_000
const BROUGHT_MANY = 5_000
const CANDIDATES_MOST = 100

interface UnmatchedName {
  id: number
  name: string
  hasEvidence: boolean
}

export const proposeForRun = (tx: Tx, run: number): Promise<void> =>
  withIndexLookups(tx, async () => weighAll(tx, await findAffectedNames(tx, run)))

const findAffectedNames = async (tx: Tx, run: number): Promise<UnmatchedName[]> => {
  const waits = await tx.raw(
    `select exists (select 1 from unmatched where state = 'OPEN' and name_key is not null) as any,
       (select reltuples from pg_class where oid = 'plan'::regclass) as brought /* proposals.offer waits */`,
  )
  if (!waits.rows[0].any) return []
  const few = waits.rows[0].brought > BROUGHT_MANY ? await fewNames(tx) : null
  if (few !== null) return findAffectedAmong(tx, run, few)
  return queryRows(
    tx,
    `with changed as materialized (
       select distinct p.operator_id as id from plan p join staged_drafts s using (item, part) join operators o on o.id = p.operator_id
       where p.effect in ('NEW', 'CHANGED') and (s.kind = 'registration' or o.first_run = :run)),
     names as materialized (
       select o.name_key from changed c join operators o on o.id = c.id
       union select n.name_key from changed c join operator_names n on n.operator_id = c.id and not n.claim)
     select u.id, u.name_key as name, u.evidence is not null as "hasEvidence" from plan p join runs r on r.id = :run cross join lateral (
       select * from unmatched u where u.feed = r.subject and u.record_key = p.record_key and u.state = 'OPEN' offset 0) u
       where p.effect = 'UNMATCHED' and u.name_key is not null
     union
     select u.id, u.name_key, u.evidence is not null from names n cross join lateral (
       select * from unmatched u where u.name_key = n.name_key and u.state = 'OPEN' offset 0) u
     order by name, id /* proposals.offer */`,
    { run },
  )
}

const fewNames = async (tx: Tx): Promise<string[] | null> => {
  const names = await queryColumn<string>(
    tx,
    `select name_key from unmatched where state = 'OPEN' and name_key is not null limit ? /* proposals.offer few names */`,
    [UNMATCHED_FEW + 1],
  )
  return names.length > UNMATCHED_FEW ? null : [...new Set(names)]
}

const findAffectedAmong = async (tx: Tx, run: number, names: readonly string[]): Promise<UnmatchedName[]> => {
  const bearers = await queryRows<{ id: number; name: string }>(
    tx,
    `select o.id, n.name from unnest(:names::text[]) n(name) join operators o on o.name_key = n.name
     union select f.operator_id, n.name from unnest(:names::text[]) n(name) join operator_names f on f.name_key = n.name and not f.claim
     /* proposals.offer bearers */`,
    { names },
  )
  return queryRows(
    tx,
    `with touched as materialized (
       select distinct p.operator_id as id, s.kind = 'registration' as registered from plan p join staged_drafts s using (item, part)
       where p.effect in ('NEW', 'CHANGED') and p.operator_id = any(:ids::int[])),
     changed as materialized (
       select b.name from jsonb_to_recordset(:bearers::jsonb) as b(id int, name text) join touched t on t.id = b.id
       join operators o on o.id = b.id where t.registered or o.first_run = :run)
     select u.id, u.name_key as name, u.evidence is not null as "hasEvidence" from unmatched u join runs r on r.id = :run
       where u.state = 'OPEN' and u.name_key = any(:names::text[]) and (u.name_key in (select name from changed)
         or (u.feed = r.subject and u.record_key in (select record_key from plan where effect = 'UNMATCHED')))
     order by name, id /* proposals.offer few */`,
    { run, names, ids: bearers.map(({ id }) => id), bearers: JSON.stringify(bearers) },
  )
}

export const proposeForRecords = (tx: Tx, ids: readonly number[]): Promise<void> =>
  withIndexLookups(tx, async () => {
    const named = await queryRows<UnmatchedName>(
      tx,
      `select id, name_key as name, true as "hasEvidence" from unmatched where id = any(?::bigint[]) and state = 'OPEN' and name_key is not null
     order by name_key, id /* proposals.offerTo */`,
      [ids],
    )
    await weighAll(tx, named)
  })

export const proposeForSameName = async (tx: Tx, operator: number): Promise<void> => {
  const ids = await queryColumn<number>(
    tx,
    `select u.id from unmatched u join operators o on o.name_key = u.name_key where o.id = ? and u.state = 'OPEN' /* proposals.offerNamed */`,
    [operator],
  )
  await proposeForRecords(tx, ids)
}

const weighAll = async (tx: Tx, named: readonly UnmatchedName[]): Promise<void> => {
  for (let from = 0; from < named.length; from += CHUNK_RECORDS)
    await weigh(tx, named.slice(from, from + CHUNK_RECORDS))
}

const weigh = async (tx: Tx, named: readonly UnmatchedName[]): Promise<void> => {
  const bearers = await bearersOf(tx, [...new Set(named.map(({ name }) => name))])
  const ids = named.filter(({ name, hasEvidence }) => hasEvidence || bearers.has(name)).map(({ id }) => id)
  if (ids.length === 0) return
  const rows = await queryRows<{ id: number; name: string; subject: RecordSubject; body: RecordBody }>(
    tx,
    'select id, name_key as name, subject, body from unmatched where id = any(?::bigint[]) /* proposals.weigh */',
    [ids],
  )
  const weighed = rows.map(({ id, name, subject, body }) => {
    const { operator, ...evidence } = proposalOf(bearers.get(name) ?? [], subject, body)
    return { id, operator, evidence }
  })
  await tx.raw(
    `update unmatched u set proposed_operator = w.operator, evidence = w.evidence
     from jsonb_to_recordset(?::jsonb) as w(id bigint, operator int, evidence jsonb)
     where u.id = w.id and (u.proposed_operator, u.evidence) is distinct from (w.operator, w.evidence) /* proposals.weigh store */`,
    [JSON.stringify(weighed)],
  )
}

const proposalOf = (bearers: Bearers, subject: RecordSubject, body: RecordBody): MatchProposal =>
  bearers === 'TOO_MANY'
    ? { operator: null, because: 'SEVERAL' }
    : proposeOperator(bearers, subjectDetails(subject, body))

type Bearers = OperatorCandidate[] | 'TOO_MANY'

const bearersOf = async (tx: Tx, names: readonly string[]): Promise<Map<string, Bearers>> => {
  const rows = await queryRows<OperatorCandidate & { key: string; tooMany: boolean }>(
    tx,
    `with borne as materialized (
       select a.name as key, b.* from unnest(:names::text[]) as a(name) cross join lateral (
         select n.operator, (array_agg(n.name order by n.former))[1] as name, bool_and(n.former) as former,
           sum(count(*)) over () > :most as "tooMany", row_number() over () as nth
         from (
           (select coalesce(o.merged_into, o.id) as operator, o.name, o.merged_into is not null as former from operators o
             where o.name_key = a.name and o.known_to is null limit :most + 1)
           union all
           (select coalesce(o.merged_into, o.id), n.name, true from operator_names n join operators o on o.id = n.operator_id
             where n.name_key = a.name and not n.claim and o.known_to is null limit :most + 1)) n
         group by n.operator) b)
     select b.key, b."tooMany", b.operator, b.name, b.former, o.uscc,
       coalesce((select array_agg(c.code) from operator_codes c where c.operator_id = o.id), '{}') as codes,
       array_remove(array[o.region, substr(o.uscc, 3, 6)] || r.regions, null) as regions,
       array_remove(r.representatives, null) as representatives
     from borne b join operators o on o.id = b.operator, lateral (
       select coalesce(array_agg(distinct v.body->>'region_code'), '{}') as regions,
         coalesce(array_agg(distinct v.body->>'representative'), '{}') as representatives
       from versions v where v.operator_id = o.id and v.kind = 'registration' and v.wrong_from is null) r
     where not b."tooMany" or b.nth = 1 order by b.key, b.operator /* proposals.bearersOf */`,
    { names, most: CANDIDATES_MOST },
  )
  const byKey = new Map<string, Bearers>()
  for (const { key, tooMany, ...candidate } of rows) {
    const others = byKey.get(key)
    if (tooMany) byKey.set(key, 'TOO_MANY')
    else if (Array.isArray(others)) others.push(candidate)
    else byKey.set(key, [candidate])
  }
  return byKey
}
