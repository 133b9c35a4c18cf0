import type { RemovalReason } from '../../domain/listing/lists.js'
import type { RecordBody } from '../../domain/records/records.js'
import { type Db, queryRows, type Tx } from '../db/db.js'
import { MAY_PUBLISH_LIST_SQL } from '../db/restored.js'
import { LAST_CODE_POINT } from '../listing/public-filter.js'
import { IS_SHOWN_ON_DAY_SQL } from './public-list.js'

export interface PublicListFigures {
  inForce: number
  contested: number
  /** Four-digit division code. */
  places: { place: string | null; n: number }[]
  reasons: { reason: string; n: number }[]
  months: { month: string; published: number; removed: number }[]
  removals: { reason: RemovalReason; n: number }[]
}

const REASONS_MOST = 2_000

export const readPublicListFigures = async (db: Db, day: string): Promise<PublicListFigures> => {
  const ask = <T>(text: string): Promise<T[]> => queryRows(db, text, { day, most: REASONS_MOST })
  const [totals, places, reasons, months, removals] = await Promise.all([
    ask<{ inForce: number; contested: number }>(
      `select count(*)::int as "inForce", count(*) filter (where listing_id in
         (select c.listing_id from public_entries c where c.body->>'contested' = 'true'))::int as contested
       from public_entries p where ${IS_SHOWN_ON_DAY_SQL} /* publicFigures.totals */`,
    ),
    ask<PublicListFigures['places'][number]>(
      `select case when length(region) >= 4 then left(region, 4) end as place, count(*)::int as n
       from public_entries p where ${IS_SHOWN_ON_DAY_SQL} group by 1 order by n desc, 1 /* publicFigures.places */`,
    ),
    ask<PublicListFigures['reasons'][number]>(
      `select reason, count(*)::int as n from public_entries p where ${IS_SHOWN_ON_DAY_SQL}
       group by reason order by n desc limit :most /* publicFigures.reasons */`,
    ),
    // Expired entries count as removed even before the hub removes them; hidden ones do not count.
    ask<PublicListFigures['months'][number]>(
      `select to_char(day, 'YYYY-MM') as month, sum(published)::int as published, sum(removed)::int as removed
       from (select published_on as day, count(*) as published, 0 as removed from listings
             where published_on <= :day::date and state <> 'HIDDEN' group by 1
           union all select least(removed_on, ends_on + 1), 0, count(*) from listings
             where published_on is not null and state <> 'HIDDEN' and least(removed_on, ends_on + 1) <= :day::date group by 1) d
       group by 1 order by 1 /* publicFigures.months */`,
    ),
    ask<PublicListFigures['removals'][number]>(
      `select removal_reason as reason, count(*)::int as n from listings
       where published_on is not null and removed_on <= :day::date and removal_reason is not null
       group by 1 order by 1 /* publicFigures.removals */`,
    ),
  ])
  return { inForce: 0, contested: 0, ...totals[0], places, reasons, months, removals }
}

export interface PilotFigures {
  region: string
  /** Registered operators in being, without natural persons' shops. */
  registered: number
  listed: number
  committed: number
  checked: number
  /** Declared standards in force. */
  standards: number
}

const within = (region: string): string =>
  `${region} collate "C" >= p.prefix and ${region} collate "C" < p.prefix || '${LAST_CODE_POINT}'`
const PROMISES = `versions v join operators o on o.id = v.operator_id and ${within('o.region')}
  where v.known_to is null and v.ended_on is null`

export const readPilotFigures = (db: Db | Tx, regions: readonly string[], day: string): Promise<PilotFigures[]> =>
  queryRows(
    db,
    `select p.region,
       (select count(*)::int from operators o where ${within('o.region')} and o.kind <> 'SHOP' and o.status = 'ACTIVE'
         and o.known_to is null and o.merged_into is null) as registered,
       (select count(*)::int from public_entries p2 where p2.region >= p.prefix and p2.region < p.prefix || '${LAST_CODE_POINT}'
         and p2.listing_id in (select p.listing_id from public_entries p where ${IS_SHOWN_ON_DAY_SQL} and ${MAY_PUBLISH_LIST_SQL})) as listed,
       (select count(distinct v.operator_id)::int from ${PROMISES} and v.kind = 'commitment'
         and coalesce(v.body->>'valid_to', :day::text) >= :day::text) as committed,
       (select count(distinct v.operator_id)::int from ${PROMISES} and v.kind = 'commitment' and jsonb_array_length(v.body->'checks') > 0) as checked,
       (select count(*)::int from ${PROMISES} and v.kind = 'standard' and v.body->>'status' = 'IN_FORCE') as standards
     from (select r.region, r.n, regexp_replace(r.region, '(00)+$', '') as prefix
       from unnest(:regions::text[]) with ordinality r(region, n)) p order by p.n /* publicFigures.pilots */`,
    { regions: [...regions], day },
  )

export interface DeclaredStandard {
  id: number
  operatorId: number
  name: string | null
  body: RecordBody
}

export type StandardCursor = Pick<DeclaredStandard, 'id' | 'operatorId'>

export const listDeclaredStandards = (
  db: Db,
  region: string,
  { after, first }: { after: StandardCursor | null; first: number },
): Promise<DeclaredStandard[]> =>
  queryRows(
    db,
    `select v.id, v.operator_id as "operatorId", o.name, v.body
     from (select regexp_replace(:region::text, '(00)+$', '') as prefix) p cross join ${PROMISES} and v.kind = 'standard'
       and v.body->>'status' = 'IN_FORCE' and o.kind <> 'SHOP' and (v.operator_id, v.id) > (:operator::int, :id::bigint)
     order by v.operator_id, v.id limit :first /* publicFigures.standards */`,
    { region, operator: after?.operatorId ?? 0, id: after?.id ?? 0, first },
  )
