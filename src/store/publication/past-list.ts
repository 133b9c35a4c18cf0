import { type Db, queryRows, queryValue } from '../db/db.js'
import { LISTING_COLUMNS, type Listing } from '../listing/listings.js'
import { filterBindings, type PublicFilter } from '../listing/public-filter.js'

/** SQL: day on which a move took effect; for a backdated removal, the day when it was entered. */
const ENTERED = `case when e.move = 'removeListing' and e.role <> 'clock'
  then greatest(e.made_on, (e.recorded_at at time zone 'Asia/Shanghai')::date) else e.made_on end`

/** True when listing `l` was public on :asOf, counting only moves in effect by then. */
const SHOWN_THEN = `l.wrong_from is null and l.published_on <= :asOf::date
  and (select e.state_after from listing_events e where e.listing_id = l.id and ${ENTERED} <= :asOf::date
    order by e.number desc limit 1) in ('PUBLISHED', 'REPAIR_APPLIED')
  and coalesce((select (e.act->>'endsOn')::date from listing_events e where e.listing_id = l.id and e.made_on <= :asOf::date
    and e.act->>'endsOn' is not null order by e.number desc limit 1), l.ends_on) >= :asOf::date
  and (:list::text is null or l.list = :list::text) and (:region::text is null or starts_with(o.region, :region::text))
  and (:name::text is null or strpos(o.name, :name::text) > 0 or o.uscc = :name::text)`

export const listShown = (
  db: Db,
  filter: PublicFilter,
  { first, after }: { first: number; after: { publishedOn: string; id: string } | null },
): Promise<Listing[]> =>
  queryRows(
    db,
    `select ${LISTING_COLUMNS} from listings l join operators o on o.id = l.operator_id
     where ${SHOWN_THEN} and (:afterId::uuid is null or (l.published_on, l.id) < (:afterOn::date, :afterId::uuid))
     order by l.published_on desc, l.id desc limit :first /* listings.shownOn */`,
    { ...filterBindings(filter), afterOn: after?.publishedOn ?? null, afterId: after?.id ?? null, first },
  )

export const countShown = (db: Db, filter: PublicFilter): Promise<number> =>
  queryValue(
    db,
    `select count(*)::int as n from listings l join operators o on o.id = l.operator_id where ${SHOWN_THEN} /* listings.shownCount */`,
    filterBindings(filter),
  )
