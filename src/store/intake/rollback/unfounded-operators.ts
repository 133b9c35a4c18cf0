import { queryColumn, queryValue, type Tx } from '../../db/db.js'
import type { RollbackRun } from './rollback-run.js'

export const listOperatorsWithoutRecords = (tx: Tx, { run }: RollbackRun): Promise<number[]> =>
  queryColumn(
    tx,
    `select o.id from operators o join runs f on f.id = o.first_run
     where o.id in (select operator_id from affected_operators) and o.known_to is null and (f.id = :run or f.taken_back_at is not null)
       and not exists (select 1 from versions v where v.operator_id = o.id and v.known_to is null and v.found_by is null)
       and not exists (select 1 from operators m where m.merged_into = o.id)
       and not exists (select 1 from identity_decisions d where d.operator_id = o.id and d.undone_at is null)
       and not exists (select 1 from identity_decisions d where d.merged_id = o.id and d.undone_at is null)
       and not exists (select 1 from identity_decisions d where d.successor_id = o.id and d.undone_at is null)
     order by o.id /* rollback.unfounded */`,
    { run },
  )

export const forgetOperators = (tx: Tx, ids: readonly number[], { at }: Pick<RollbackRun, 'at'>): Promise<number> =>
  queryValue(
    tx,
    `with gone as (
       update operators o set known_to = :at where o.id = any(:ids::int[])
         and not exists (select 1 from listings l where l.operator_id = o.id and l.wrong_from is null) returning o.id),
     clean as (delete from dirty_operators d using gone g where d.operator_id = g.id),
     cleared as (update unmatched u set proposed_operator = null, evidence = null from gone g where u.proposed_operator = g.id)
     select count(*)::int as n from gone /* rollback.forget */`,
    { ids: [...ids], at },
  )
