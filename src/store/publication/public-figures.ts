/** Numbers of the public list: by place, by month, and of what has left it. They name nobody. */
import type { RemovalReason } from '../../domain/listing/lists.js'
import type { Db } from '../db/db.js'

export interface Figures {
  inForce: number
  contested: number
  /** By the first four digits of the division; null: no city is told. */
  places: { place: string | null; n: number }[]
  /** Entries in force by what their reason says; see domain/listing/reason-topics. */
  reasons: { reason: string; n: number }[]
  /** Of each month, YYYY-MM: how many were published in it, and how many left. */
  months: { month: string; published: number; removed: number }[]
  /** Why entries have left, since the first. */
  removals: { reason: RemovalReason; n: number }[]
}

/** Different reasons that are told apart; of a list with more the rarest are not looked at. */
const REASONS_MOST = 2_000

const SHOWN = `p.shown_from <= :day::date and (p.ends_on is null or p.ends_on >= :day::date)`

export const figures = async (db: Db, day: string): Promise<Figures> => {
  const ask = async <T>(text: string): Promise<T[]> => (await db.raw(text, { day, most: REASONS_MOST } as never)).rows
  const [totals, places, reasons, months, removals] = await Promise.all([
    ask<{ inForce: number; contested: number }>(
      `select count(*)::int as "inForce", count(*) filter (where listing_id in
         (select c.listing_id from public_entries c where c.body->>'contested' = 'true'))::int as contested
       from public_entries p where ${SHOWN} /* publicFigures.totals */`,
    ),
    ask<Figures['places'][number]>(
      `select case when length(region) >= 4 then left(region, 4) end as place, count(*)::int as n
       from public_entries p where ${SHOWN} group by 1 order by n desc, 1 /* publicFigures.places */`,
    ),
    ask<Figures['reasons'][number]>(
      `select reason, count(*)::int as n from public_entries p where ${SHOWN}
       group by reason order by n desc limit :most /* publicFigures.reasons */`,
    ),
    // An entry whose term is over has left, whether or not the clock has said so.
    ask<Figures['months'][number]>(
      `select to_char(day, 'YYYY-MM') as month, sum(published)::int as published, sum(removed)::int as removed
       from (select published_on as day, count(*) as published, 0 as removed from listings
             where published_on <= :day::date group by 1
           union all select least(removed_on, ends_on + 1), 0, count(*) from listings
             where published_on is not null and least(removed_on, ends_on + 1) <= :day::date group by 1) d
       group by 1 order by 1 /* publicFigures.months */`,
    ),
    ask<Figures['removals'][number]>(
      `select removal_reason as reason, count(*)::int as n from listings
       where published_on is not null and removed_on <= :day::date and removal_reason is not null
       group by 1 order by 1 /* publicFigures.removals */`,
    ),
  ])
  return { inForce: 0, contested: 0, ...totals[0], places, reasons, months, removals }
}
