/** The later of two records of one decision and authority code adopts the earlier fact (`makeDecisionFactKey`). */
import type { Tx } from '../db/db.js'

const NUMBER_IN = (fact: string): string => `regexp_replace(${fact}, '/[^/]*$', '')`

const STANDS = (v: string): string =>
  `${v}.kind = 'penalty' and ${v}.known_to is null and ${v}.fact is not null and ${v}.operator_id is not null`

/** Versions with the fact to adopt: the first of the same operator, kind, number and authority code. */
export const selectEarlierFactsSql = (those: string): string => `
  with requested as materialized (
    select v.id, v.operator_id from versions v where ${STANDS('v')} and v.id in (${those})),
  several as materialized (
    select v.operator_id from versions v where ${STANDS('v')} and v.operator_id in (select operator_id from requested)
    group by v.operator_id having count(*) > 1),
  known as materialized (
    select v.id, v.run_id, v.operator_id, v.kind, v.fact, ${NUMBER_IN('v.fact')} as number, v.body->>'authority_code' as code
    from versions v where ${STANDS('v')} and v.body->>'authority_code' is not null and v.operator_id in (select operator_id from several)),
  first as materialized (
    select distinct on (operator_id, kind, number, code) operator_id, kind, number, code, fact from known
    order by operator_id, kind, number, code, run_id, id)
  select k.id, f.fact from requested a join known k using (id) join first f using (kind, number, code)
  where f.operator_id = k.operator_id and f.fact <> k.fact`

export const shareFacts = async (tx: Tx, by: { run: number } | { decision: number }, at: Date): Promise<void> => {
  const opened =
    'run' in by
      ? 'select id from versions where (run_id = :run or opened_by = :run) and known_from = :at and fact is not null'
      : 'select id from versions where decision_id = :decision and known_from = :at and fact is not null'
  await tx.raw(
    `update versions v set fact = o.fact from (${selectEarlierFactsSql(opened)}) o where v.id = o.id /* sameFacts.join */`,
    { ...by, at },
  )
}
