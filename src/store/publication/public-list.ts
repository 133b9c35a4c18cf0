import { type Db, hasRows, queryColumn, queryOne, queryRows, queryValue, type Tx } from '../db/db.js'
import { MAY_PUBLISH_LIST_SQL } from '../db/restored.js'
import { POSITION_SQL } from '../db/standby/standby-lease.js'
import { raiseFloor } from '../db/standby/standby-pool.js'
import { LISTING_COLUMNS, type Listing, type PublicBody } from '../listing/listings.js'
import { LAST_CODE_POINT, makeFilterBindings, type PublicFilter } from '../listing/public-filter.js'

/** A null field matches all entries. */
export interface PublicSearch {
  day: string
  region: string | null
  authority: string | null
  /** Regular expression (domain/listing/reason-topics). */
  pattern: string | null
  /** `from` and `to` are inclusive. */
  from: string | null
  to: string | null
  contested: boolean
}

export const LIST_ORDERS = ['newest', 'oldest', 'ending'] as const
export type ListOrder = (typeof LIST_ORDERS)[number]

export interface ListCursor {
  on: string
  id: string
}

/** PostgreSQL's text for entries without an end. */
export const ENDLESS_DATE = 'infinity'
const ENDING = `coalesce(p.ends_on, '${ENDLESS_DATE}')`

const SORTED: Record<ListOrder, { by: string; way: 'asc' | 'desc'; past: '>' | '<' }> = {
  newest: { by: 'p.published_on', way: 'desc', past: '<' },
  oldest: { by: 'p.published_on', way: 'asc', past: '>' },
  ending: { by: ENDING, way: 'asc', past: '>' },
}

export const IS_SHOWN_ON_DAY_SQL = 'p.shown_from <= :day::date and (p.ends_on is null or p.ends_on >= :day::date)'

const where = ({ region, authority, pattern, from, to, contested }: PublicSearch): string =>
  [
    IS_SHOWN_ON_DAY_SQL,
    MAY_PUBLISH_LIST_SQL,
    region !== null && 'p.region >= :region::text and p.region < :regionEnd::text',
    authority !== null && 'p.authority = left(:authority::text, 200)',
    pattern !== null && 'p.reason ~ :pattern::text',
    from !== null && 'p.published_on >= :from::date',
    to !== null && 'p.published_on <= :to::date',
    contested && `p.body->>'contested' = 'true'`,
  ]
    .filter((each) => each !== false)
    .join(' and ')

const bindingsOf = ({ contested, ...sought }: PublicSearch) => ({
  ...sought,
  regionEnd: `${sought.region ?? ''}${LAST_CODE_POINT}`,
})

export const readListPage = async (
  db: Db,
  sought: PublicSearch,
  { order, first, after }: { order: ListOrder; first: number; after: ListCursor | null },
): Promise<{ body: PublicBody; on: string }[]> => {
  const { by, way, past } = SORTED[order]
  return queryRows(
    db,
    `select p.body, ${by}::text as "on" from public_entries p
     where ${where(sought)} ${after ? `and (${by}, p.listing_id) ${past} (:on::date, :id::uuid)` : ''}
     order by ${by} ${way}, p.listing_id ${way} limit :first /* publicList.page */`,
    { ...bindingsOf(sought), on: after?.on ?? null, id: after?.id ?? null, first },
  )
}

export const countEntries = (db: Db, sought: PublicSearch): Promise<number> =>
  queryValue(
    db,
    `select count(*)::int as n from public_entries p where ${where(sought)} /* publicList.count */`,
    bindingsOf(sought),
  )

export interface PlacedEntry {
  operator: number
  id: string
  publishedOn: string
  endsOn: string | null
}

export const listEntriesOfOperators = async (
  db: Db,
  operators: readonly number[],
  sought: PublicSearch,
): Promise<PlacedEntry[]> => {
  if (operators.length === 0) return []
  return queryRows(
    db,
    `select w.id as operator, p.listing_id as id, p.published_on as "publishedOn", p.ends_on as "endsOn"
     from (select a.id, coalesce(m.merged_into, a.id) as own from unnest(:operators::int[]) a(id)
       left join operators m on m.id = a.id and m.merged_into is not null
       where not exists (select 1 from operators g where g.id = a.id and g.known_to is not null)) w
     join listings l on l.operator_id = w.own join public_entries p on p.listing_id = l.id
     where ${where(sought)} /* publicList.ofOperators */`,
    { ...bindingsOf(sought), operators: [...operators] },
  )
}

export const readBodies = async (db: Db, ids: readonly string[]): Promise<PublicBody[]> => {
  if (ids.length === 0) return []
  return queryColumn(
    db,
    `select p.body from unnest(?::uuid[]) with ordinality a(id, place) join public_entries p on p.listing_id = a.id
     where ${MAY_PUBLISH_LIST_SQL} order by a.place /* publicList.bodies */`,
    [ids],
  )
}

export interface ListStamp {
  changes: string
  sequence: number
  listed: boolean
}

/**
 * Equal stamps mean an unchanged list. `forgetChanges` deletes only in large batches, so late commits cannot restore
 * an earlier count.
 */
export const readListStamp = async (db: Db): Promise<ListStamp> => {
  const { position, ...stamp } = await queryOne<ListStamp & { position: number }>(
    db,
    `select (select count(*) || '.' || coalesce((select c.xid::text from public_changes c order by c.xid desc limit 1), '') from public_changes) as changes,
       coalesce((select max(sequence) from snapshots), ?::int) as sequence, ${MAY_PUBLISH_LIST_SQL} as listed, ${POSITION_SQL} as position /* publicList.stamp */`, // A binding makes it a prepared statement.
    [0],
  )
  return { ...stamp, changes: stamp.changes + raiseFloor(db, position) }
}

const CHANGES_MOST = 2_000

/** Deletes rows older than every running transaction, except the newest. */
export const forgetChanges = async (tx: Tx, most = CHANGES_MOST): Promise<void> => {
  await tx.raw(
    `with old as (select c.xid from public_changes c where c.xid < pg_snapshot_xmin(pg_current_snapshot())
       and c.xid < (select l.xid from public_changes l order by l.xid desc limit 1))
     delete from public_changes where xid in (select xid from old) and (select count(*) from old) > :most /* publicList.forgetChanges */`,
    { most },
  )
}

export const countByAuthority = (db: Db, day: string, most: number): Promise<{ authority: string; n: number }[]> =>
  queryRows(
    db,
    `select authority, count(*)::int as n from public_entries p
     where ${IS_SHOWN_ON_DAY_SQL} and ${MAY_PUBLISH_LIST_SQL}
     group by authority order by n desc, authority limit :most /* publicList.authorities */`,
    { day, most },
  )

export interface SignedEntry {
  body: PublicBody
  salt: string
  line: string | null
  hash: string | null
  sequence: number | null
  validUntil: Date | null
  /** Kinds of document of which a masked copy was released. */
  papers: string[]
}

export const readSignedEntries = async (db: Db, ids: readonly string[]): Promise<Map<string, SignedEntry>> => {
  const rows = await queryRows<SignedEntry & { id: string }>(
    db,
    `select p.listing_id as id, p.body, p.salt, e.line, e.hash, m.sequence, m.valid_until as "validUntil",
       array(select distinct s.kind from sealed_papers s where s.listing_id = p.listing_id and s.released_at is not null
         and s.withdrawn_at is null) as papers
     from public_entries p
     left join lateral (select line, hash from published_entries where listing_id = p.listing_id and to_sequence is null limit 1) e on true
     left join manifests m on m.sequence = (select max(sequence) from snapshots)
     where p.listing_id = any(?::uuid[]) and ${MAY_PUBLISH_LIST_SQL} /* publicList.signed */`,
    [ids],
  )
  return new Map(rows.map(({ id, ...entry }) => [id, entry]))
}

export const isEntryShown = (db: Db, id: string, day: string): Promise<boolean> =>
  hasRows(
    db,
    `select 1 from public_entries p where p.listing_id = :id::uuid and ${IS_SHOWN_ON_DAY_SQL} and ${MAY_PUBLISH_LIST_SQL} /* publicList.isShown */`,
    { id, day },
  )

/** Day when a move took effect; for a backdated removal, when it was entered. */
const ENTERED = `case when e.move = 'removeListing' and e.role <> 'clock'
  then greatest(e.made_on, (e.recorded_at at time zone 'Asia/Shanghai')::date) else e.made_on end`

const SHOWN_THEN = `l.wrong_from is null and l.published_on <= :asOf::date
  and (select e.state_after from listing_events e where e.listing_id = l.id and ${ENTERED} <= :asOf::date
    order by e.number desc limit 1) in ('PUBLISHED', 'REPAIR_APPLIED')
  and coalesce((select (e.act->>'endsOn')::date from listing_events e where e.listing_id = l.id and e.made_on <= :asOf::date
    and e.act->>'endsOn' is not null order by e.number desc limit 1), l.ends_on) >= :asOf::date
  and (:list::text is null or l.list = :list::text) and (:region::text is null or starts_with(o.region, :region::text))
  and (:name::text is null or strpos(o.name, :name::text) > 0 or o.uscc = :name::text)`

export const listCasesShown = (
  db: Db,
  filter: PublicFilter,
  { first, after }: { first: number; after: { publishedOn: string; id: string } | null },
): Promise<Listing[]> =>
  queryRows(
    db,
    `select ${LISTING_COLUMNS} from listings l join operators o on o.id = l.operator_id
     where ${SHOWN_THEN} and (:afterId::uuid is null or (l.published_on, l.id) < (:afterOn::date, :afterId::uuid))
     order by l.published_on desc, l.id desc limit :first /* listings.shownOn */`,
    { ...makeFilterBindings(filter), afterOn: after?.publishedOn ?? null, afterId: after?.id ?? null, first },
  )

export const countCasesShown = (db: Db, filter: PublicFilter): Promise<number> =>
  queryValue(
    db,
    `select count(*)::int as n from listings l join operators o on o.id = l.operator_id where ${SHOWN_THEN} /* listings.shownCount */`,
    makeFilterBindings(filter),
  )
