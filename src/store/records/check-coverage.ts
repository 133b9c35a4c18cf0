import { type Db, queryRows } from '../db/db.js'

export interface CheckCoverage {
  /** Division code of a prefecture; null where an operator's region is unknown. */
  prefecture: string | null
  /** Operators with a commitment in force on some day of the year. */
  committed: number
  /** Committed operators whose commitment was checked in the year. */
  checked: number
}

/** Counts records, not matters: who checked without an order counts too. */
export const coverageOfChecks = (db: Db, year: number): Promise<CheckCoverage[]> =>
  queryRows(
    db,
    `select prefecture, count(*)::int as committed, (count(*) filter (where checked))::int as checked from (
       select rpad(left(o.region, 4), 6, '0') as prefecture, v.operator_id, bool_or(exists (
         select 1 from jsonb_array_elements(v.body->'checks') c
         where c->>'checked_on' >= :from and c->>'checked_on' <= :until)) as checked
       from versions v join operators o on o.id = v.operator_id
       where v.kind = 'commitment' and v.known_to is null and v.body->>'made_on' <= :until
         and coalesce(v.body->>'valid_to', :until) >= :from
       group by 1, 2) n
     group by prefecture order by prefecture /* check-coverage.ofYear */`,
    { from: `${year}-01-01`, until: `${year}-12-31` },
  )
