import type { EntriesInForce } from '../../domain/matters/measures.js'
import { type Db, queryFirst, queryMap, queryRows, type Tx } from '../db/db.js'
import { type StoredMatter, selectMatters } from './matters.js'

export interface MeasuredEntry {
  id: string
  list: string
  operatorId: number
  authority: string
  authorityCode: string
  documentNumber: string | null
}

export type ChainedMatter = StoredMatter & { previousHash: string | null }

/** Some measure is not confirmed lifted (index matters_lifts). */
export const hasLiftDueSql = (listing: string): string =>
  `exists (select 1 from matters lift where lift.listing_id = ${listing} and lift.state in ('LIFT_DUE', 'CLOSE_PROPOSED'))`

export const LISTINGS_WITH_LIFT_DUE_SQL = `select lift.listing_id from matters lift where lift.state in ('LIFT_DUE', 'CLOSE_PROPOSED')`

/** Some measure of theirs is or was to be lifted (index matters_lifted). */
export const LISTINGS_WITH_LIFT_SQL = `select distinct lift.listing_id from matters lift
  where lift.listing_id is not null and lift.state in ('LIFT_DUE', 'CLOSE_PROPOSED', 'LIFTED', 'CONTESTED', 'CLOSED')`

/** A second statement reads the hashes: the locking one, if it waited, still sees earlier moves. */
const withHashes = async (tx: Tx, locked: readonly StoredMatter[]): Promise<ChainedMatter[]> => {
  if (locked.length === 0) return []
  const hashes = await queryMap<string, string>(
    tx,
    `select distinct on (matter_id) matter_id::text, hash from matter_moves where matter_id = any(?::uuid[])
     order by matter_id, sequence desc /* measures.hashes */`,
    [locked.map(({ id }) => id)],
  )
  return locked.map((row) => ({ ...row, previousHash: hashes.get(row.id) ?? null }))
}

export const lockOpenMeasures = async (tx: Tx, kind: string, listingIds: readonly string[]): Promise<ChainedMatter[]> =>
  withHashes(
    tx,
    await selectMatters(
      tx,
      `where m.listing_id = any(?::uuid[]) and m.kind = ? and m.closed_at is null order by m.id for update of m /* measures.lock */`,
      [[...listingIds], kind],
    ),
  )

const HELD_BY_AGENCY_SQL = `s.place = 'holder' and s.to_move is null and s.seat collate "C" >= :from and s.seat collate "C" < :until`

/** A measure still applied counts after its end too. */
export const lockMeasuresOfAgency = async (
  tx: Tx,
  { kind, agency, after, limit }: { kind: string; agency: string; after: string | null; limit: number },
): Promise<ChainedMatter[]> =>
  withHashes(
    tx,
    await selectMatters(
      tx,
      `where m.kind = :kind and (:after::uuid is null or m.id > :after::uuid) and m.id in (
         select s.matter_id from matter_seats s where ${HELD_BY_AGENCY_SQL} and s.queue <> 'ENDED'
         union all select e.id from matters e join matter_seats s on s.matter_id = e.id and ${HELD_BY_AGENCY_SQL}
           where e.listing_id is not null and e.state in ('CONTESTED', 'CLOSED'))
       order by m.id limit :limit for update of m skip locked /* measures.lockOfAgency */`,
      { kind, after, limit, from: `${agency}@`, until: `${agency}A` },
    ),
  )

export const measuresOfListings = (db: Db | Tx, kind: string, listingIds: readonly string[]): Promise<StoredMatter[]> =>
  selectMatters(
    db,
    `where m.listing_id = any(?::uuid[]) and m.kind = ? order by m.listing_id, m.opened_at, m.number /* measures.ofListings */`,
    [[...listingIds], kind],
  )

const ENTRY_COLUMNS = `l.id, l.list, l.operator_id as "operatorId", l.authority, l.authority_code as "authorityCode",
  l.document_number as "documentNumber"`

/** Null for what was never public, or is listed. */
export const lockRemovedEntry = (tx: Tx, id: string): Promise<MeasuredEntry | null> =>
  queryFirst(
    tx,
    `select ${ENTRY_COLUMNS} from listings l where l.id = ?::uuid and l.state = 'REMOVED' and l.published_on is not null
     for no key update /* measures.removedEntry */`,
    [id],
  )

export const countEntriesInForce = (db: Db, states: readonly string[]): Promise<EntriesInForce[]> =>
  queryRows(
    db,
    `select l.list, l.authority_code as "authorityCode", count(*)::int as entries from listings l
     where l.state = any(?) and l.wrong_from is null group by l.list, l.authority_code order by l.list, l.authority_code /* measures.inForce */`,
    [[...states]],
  )

export const countOpenMeasures = (db: Db, kind: string): Promise<{ seat: string; measures: number }[]> =>
  queryRows(
    db,
    `select s.seat, count(*)::int as measures from matters m join matter_seats s on s.matter_id = m.id and s.place = 'holder' and s.to_move is null
     where m.kind = ? and m.closed_at is null group by s.seat order by s.seat /* measures.open */`,
    [kind],
  )

export const lockEntriesWithoutMeasure = (
  tx: Tx,
  wanted: readonly { list: string; keys: readonly string[] }[],
  page: { kind: string; states: readonly string[]; standing: readonly string[]; after: string | null; limit: number },
): Promise<MeasuredEntry[]> =>
  queryRows(
    tx,
    `select ${ENTRY_COLUMNS} from listings l join jsonb_to_recordset(:wanted::jsonb) as w(list text, keys jsonb) on w.list = l.list
     where l.state = any(:states) and l.wrong_from is null and (:after::uuid is null or l.id > :after::uuid)
       and exists (select 1 from jsonb_array_elements_text(w.keys) k where not exists (select 1 from matters m
         where m.listing_id = l.id and m.kind = :kind and m.state = any(:standing) and starts_with(m.reference, k || '/')))
     order by l.id limit :limit for no key update of l skip locked /* measures.entriesWithout */`,
    { ...page, states: [...page.states], standing: [...page.standing], wanted: JSON.stringify(wanted) },
  )
