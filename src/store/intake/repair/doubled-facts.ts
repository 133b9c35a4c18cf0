import { queryRows, type Tx } from '../../db/db.js'
import { selectEarlierFactsSql } from '../../records/same-decision.js'
import { insertCopiesSql, isRegistrationByNumberSql } from '../../records/versions.js'
import type { RepairedRecord, RepairRun } from './unended-records.js'

export const closeDoubledRegistrations = (tx: Tx, { run, at }: RepairRun): Promise<RepairedRecord[]> =>
  queryRows(
    tx,
    `update versions v set known_to = :at, closed_as = 'CHANGED', closed_by = :run from versions r
     where r.feed = v.feed and r.kind = 'registration' and r.known_to is null and r.operator_id = v.operator_id and r.id <> v.id
       and v.kind = 'registration' and v.known_to is null and ${isRegistrationByNumberSql('v', 'r.record_key')}
     returning v.feed, v.record_key as key, v.operator_id as operator /* repair.closeDoubledRegistrations */`,
    { run, at },
  )

const RESPELT = `regexp_replace(v.fact, '([^省市县区州盟旗会/ -~])市场监督管理局$', '\\1市市场监督管理局')`

export const shareFactsOfPenalties = async (tx: Tx, of: RepairRun): Promise<RepairedRecord[]> => {
  await tx.raw(
    `create temporary table repair_facts on commit drop as
     select v.id, ${RESPELT} as fact from versions v where v.kind = 'penalty' and v.known_to is null and v.fact ~ '市场监督管理局$'
       and ${RESPELT} <> v.fact /* repair.joinPenalties respelt */`,
  )
  await tx.raw(
    `insert into repair_facts select o.id, o.fact from (${selectEarlierFactsSql(
      `select id from versions where kind = 'penalty' and known_to is null and fact is not null`,
    )}) o where not exists (select 1 from repair_facts r where r.id = o.id) /* repair.joinPenalties named */`,
  )
  return openVersionsWithFacts(tx, of)
}

const FACT_OF = (
  v: string,
): string => `case ${v}.kind when 'standard' then ${v}.body->>'number' when 'list_entry' then case ${v}.body->>'list'
  when 'abnormal' then concat_ws('/', 'abnormal', ${v}.body->>'listed_on', ${v}.body->>'reason')
  when 'ecommerce-2018' then concat_ws('/', 'ecommerce-2018', ${v}.body->>'reason')
  when 'defaulters' then concat_ws('/', 'defaulters', split_part(${v}.record_key, '/', 1), split_part(${v}.record_key, '/', 2)) end end`

export const shareFactsOfKeylessRecords = async (tx: Tx, of: RepairRun): Promise<RepairedRecord[]> => {
  await tx.raw(
    `create temporary table repair_facts on commit drop as
     select v.id, ${FACT_OF('v')} as fact from versions v where v.kind in ('standard', 'list_entry') and v.known_to is null
       and v.ended_on is null and v.fact is null and exists (
         select 1 from versions o where o.operator_id = v.operator_id and o.id <> v.id and o.kind = v.kind and o.known_to is null
           and o.ended_on is null and ${FACT_OF('o')} = ${FACT_OF('v')}) /* repair.joinKeys */`,
  )
  return openVersionsWithFacts(tx, of)
}

const openVersionsWithFacts = async (tx: Tx, { run, at }: RepairRun): Promise<RepairedRecord[]> => {
  const answer = await tx.raw(
    `with old as (
       update versions v set known_to = :at, closed_as = 'CHANGED', closed_by = :run from repair_facts f
       where v.id = f.id and v.known_to is null returning v.*, f.fact as one_fact)
     ${insertCopiesSql('old v', { fact: 'one_fact', known_from: ':at::timestamptz', opened_by: ':run::bigint' })}
     returning feed, record_key as key, operator_id as operator /* repair.tellAnew */`,
    { run, at },
  )
  await tx.raw('drop table repair_facts /* repair.tellAnew */')
  return answer.rows
}

export interface MirroredEntry extends RepairedRecord {
  operator: number
  body: { document_number: string; authority: string | null }
  own: { documentNumber: string | null; authority: string | null }[]
}

export const findMirroredEntriesBesideOwn = (tx: Tx): Promise<MirroredEntry[]> =>
  queryRows(
    tx,
    `select v.feed, v.record_key as key, v.operator_id as operator, v.body,
       (select jsonb_agg(jsonb_build_object('documentNumber', l.document_number, 'authority', l.authority)) from listings l
         where l.operator_id = v.operator_id and l.published_on is not null) as own
     from versions v join standing_rows n on n.operator_id = v.operator_id join scores s on s.id = n.score_id
     where v.kind = 'list_entry' and v.known_to is null and v.ended_on is null and v.body->>'document_number' is not null
       and v.operator_id in (select operator_id from listings where published_on is not null)
       and s.reasons::jsonb @> jsonb_build_array(jsonb_build_object('records', jsonb_build_array(v.id)))
     order by v.id /* repair.mirroredBesideOwn */`,
  )
