/** Proposals: to whom a waiting record may belong. The candidates are found here by name; which one, domain/matching says. */
import { type Candidate, type NoProposal, proposal, saidOf } from '../domain/matching.js'
import type { Body, Subject } from '../domain/records.js'
import type { Tx } from './db.js'

/** Waiting records weighed at once. */
const CHUNK_RECORDS = 1_000
/** Operators of one name that are looked at; of a name that more bear, nobody is proposed. */
const CANDIDATES_MOST = 100

/**
 * Weighs anew the waiting records that this run brought, and those whose name it gave to an operator. Costs what waits, not
 * what was brought: nothing where nothing waits.
 */
export const offer = async (tx: Tx, run: number): Promise<void> => {
  const { rows } = await tx.raw(
    `select u.id from unmatched u where u.state = 'OPEN' and u.name_key is not null and (
       (u.last_run = :run and (u.evidence is not null
         or exists (select 1 from operators o where o.name_key = u.name_key)
         or exists (select 1 from operator_names n where n.name_key = u.name_key)))
       or exists (select 1 from operators o where o.name_key = u.name_key and (o.first_run = :run
         or exists (select 1 from versions v where v.operator_id = o.id and v.kind = 'registration' and v.run_id = :run)))
       or exists (select 1 from operator_names n where n.name_key = u.name_key and (n.run_id = :run
         or exists (select 1 from versions v where v.operator_id = n.operator_id and v.kind = 'registration' and v.run_id = :run))))
     order by u.id /* proposals.offer */`,
    { run },
  )
  await offerTo(
    tx,
    rows.map((row: { id: number }) => row.id),
  )
}

/** Weighs these waiting records anew. */
export const offerTo = async (tx: Tx, ids: readonly number[]): Promise<void> => {
  for (let from = 0; from < ids.length; from += CHUNK_RECORDS) await weigh(tx, ids.slice(from, from + CHUNK_RECORDS))
}

interface Waiting {
  id: number
  name: string
  subject: Subject
  body: Body
}

const weigh = async (tx: Tx, ids: readonly number[]): Promise<void> => {
  const { rows } = await tx.raw(
    `select id, name_key as name, subject, body from unmatched where id = any(?::bigint[]) and state = 'OPEN' and name_key is not null
     /* proposals.weigh */`,
    [[...ids]],
  )
  const waiting: Waiting[] = rows
  const known = await candidates(tx, [...new Set(waiting.map(({ name }) => name))])
  const weighed = waiting.map(({ id, name, subject, body }) => {
    const found = known.get(name) ?? []
    const { operator, ...rest } =
      found.length > CANDIDATES_MOST
        ? { operator: null, because: 'SEVERAL' satisfies NoProposal }
        : proposal(found, saidOf(subject, body))
    return { id, operator, evidence: rest }
  })
  await tx.raw(
    `update unmatched u set proposed_operator = w.operator, evidence = w.evidence
     from jsonb_to_recordset(?::jsonb) as w(id bigint, operator int, evidence jsonb) where u.id = w.id /* proposals.weigh told */`,
    [JSON.stringify(weighed)],
  )
}

/**
 * Operators that bear or bore each name, as what they are now part of; what the registrations said of them, of all that was
 * not taken back.
 */
const candidates = async (tx: Tx, names: readonly string[]): Promise<Map<string, Candidate[]>> => {
  const { rows } = await tx.raw(
    `with borne as (
       select a.name as key, b.* from unnest(?::text[]) as a(name) cross join lateral (
         select distinct on (n.operator) n.* from (
           select coalesce(o.merged_into, o.id) as operator, o.name, o.merged_into is not null as former from operators o
           where o.name_key = a.name and o.known_to is null
           union all
           select coalesce(o.merged_into, o.id), n.name, true from operator_names n join operators o on o.id = n.operator_id
           where n.name_key = a.name and o.known_to is null) n
         order by n.operator, n.former limit ?) b)
     select b.key, b.operator, b.name, b.former, o.uscc,
       coalesce((select array_agg(c.code) from operator_codes c where c.operator_id = o.id), '{}') as codes,
       array_remove(array[o.region, substr(o.uscc, 3, 6)] || r.regions, null) as regions,
       array_remove(r.representatives, null) as representatives
     from borne b join operators o on o.id = b.operator, lateral (
       select coalesce(array_agg(distinct v.body->>'region_code'), '{}') as regions,
         coalesce(array_agg(distinct v.body->>'representative'), '{}') as representatives
       from versions v where v.operator_id = o.id and v.kind = 'registration' and v.wrong_from is null) r
     order by b.key, b.operator /* proposals.candidates */`,
    [[...names], CANDIDATES_MOST + 1],
  )
  const found = new Map<string, Candidate[]>()
  for (const { key, ...candidate } of rows as (Candidate & { key: string })[]) {
    const others = found.get(key)
    if (others === undefined) found.set(key, [candidate])
    else others.push(candidate)
  }
  return found
}
