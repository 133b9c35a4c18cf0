/** Searches by the beginning of a document number, by index. */
import type { CaseState } from '../../domain/listing/case.js'
import { andIsWithinSightSql, type RegionSight } from '../access/sight.js'
import { type Db, queryRows } from '../db/db.js'
import { LAST_CODE_POINT } from './public-filter.js'

interface NumberQuestion {
  /** The number as typed, and as it is commonly written. */
  beginnings: readonly string[]
  sight: RegionSight
  first: number
}

export interface NumberedCase {
  id: string
  operatorId: number
  number: string
  move: string
}

export const findCasesByNumber = (
  db: Db,
  { states, ...query }: NumberQuestion & { states: readonly CaseState[] },
): Promise<NumberedCase[]> =>
  queryRows(
    db,
    `select * from (
       select distinct on (l.id) l.id, l.operator_id as "operatorId", e.act->>'documentNumber' as number, e.move, l.created_at
       from unnest(:beginnings::text[]) as b(beginning)
       join listing_events e on (e.act->>'documentNumber') collate "C" >= b.beginning
         and (e.act->>'documentNumber') collate "C" < b.beginning || :last::text and e.act->>'documentNumber' is not null
       join listings l on l.id = e.listing_id
       where l.wrong_from is null and l.state = any(:states::text[]) ${andIsWithinSightSql(query.sight, 'l.operator_id')}
       order by l.id, e.number) f
     order by f.created_at desc, f.id limit :first /* numberSearch.cases */`,
    { ...query, states: [...states], last: LAST_CODE_POINT },
  )

export interface NumberedPenalty {
  id: number
  operatorId: number
  number: string
}

/** `beginnings` are simplified numbers, as in the keys of facts. */
export const findPenaltiesByNumber = (db: Db, query: NumberQuestion): Promise<NumberedPenalty[]> =>
  queryRows(
    db,
    `select distinct on (v.operator_id, v.fact) v.id, v.operator_id as "operatorId", v.body->>'document_number' as number
     from unnest(:beginnings::text[]) as b(beginning)
     join versions v on v.fact >= b.beginning and v.fact < b.beginning || :last::text
       and v.kind = 'penalty' and v.known_to is null and v.fact is not null
     where v.operator_id is not null and v.wrong_from is null ${andIsWithinSightSql(query.sight, 'v.operator_id')}
     order by v.operator_id, v.fact, v.id limit :first /* numberSearch.penalties */`,
    { ...query, last: LAST_CODE_POINT },
  )
