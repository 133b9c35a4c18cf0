import type { RemovalReason } from '../../domain/listing/lists.js'
import { type Db, queryRows } from '../db/db.js'
import { IS_SHOWN_ON_DAY_SQL } from './public-list.js'

export interface PublicListFigures {
  inForce: number
  contested: number
  /** Four-digit division code. */
  places: { place: string | null; n: number }[]
  reasons: { reason: string; n: number }[]
  /** Months are YYYY-MM. */
  months: { month: string; published: number; removed: number }[]
  removals: { reason: RemovalReason; n: number }[]
}

/** The rarest reasons are left out. */
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
    // Expired entries count as removed even before the hub removes them; hidden ones are not counted, as on the list.
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
