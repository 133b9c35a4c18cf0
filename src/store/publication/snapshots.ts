import type { ManifestFile, SnapshotMember } from '../../domain/publication/snapshot.js'
import { copyIntoTable } from '../db/copy.js'
import { type Db, queryColumn, queryFirst, queryRows, querySet, queryValue, type Tx } from '../db/db.js'

export interface Snapshot {
  sequence: number
  previousHash: string
  hash: string
  entries: number
  added: number
  changed: number
  removed: number
  publishedAt: Date
  form: number
  origin: string | null
  feedId: string
  /** Missing in a snapshot made before files existed. */
  files: ManifestFile[] | null
  firstEnd: string | null
  comparedOn: string | null
}

export interface SignedManifest {
  kid: string
  jws: string
  validUntil: Date
}

const COLUMNS = `s.sequence, s.previous_hash as "previousHash", s.hash, s.entries, s.added, s.changed, s.removed,
  s.published_at as "publishedAt", s.form, s.origin, s.feed_id as "feedId", s.files, s.first_end::date as "firstEnd",
  s.compared_on as "comparedOn"`

const forgottenOf = (held: string): string =>
  `forgotten f, lateral (select listing_id from published_entries p where p.listing_id = f.listing_id and ${held} limit 1) p`

const HELD_STILL = `(exists (select 1 from published_entries where to_sequence is null and line is null)
  or exists (select 1 from ${forgottenOf('to_sequence is null')}))`

export const readLastSnapshot = (db: Db): Promise<Snapshot | null> =>
  queryFirst(db, `select ${COLUMNS} from snapshots s order by s.sequence desc limit 1 /* snapshots.last */`)

/** `forgotten`: the snapshot holds an entry no longer public. */
export const readLastWithManifest = async (
  db: Db,
): Promise<{ snapshot: Snapshot; signed: SignedManifest | null; forgotten: boolean } | null> => {
  const row = await queryFirst<Snapshot & SignedManifest & { forgotten: boolean }>(
    db,
    `select ${COLUMNS}, m.kid, m.jws, m.valid_until as "validUntil", ${HELD_STILL} as forgotten
     from snapshots s left join manifests m on m.sequence = s.sequence order by s.sequence desc limit 1 /* snapshots.current */`,
  )
  if (row === null) return null
  const { kid, jws, validUntil, forgotten, ...snapshot } = row
  return { snapshot, signed: jws === null ? null : { kid, jws, validUntil }, forgotten }
}

export interface SnapshotChange {
  listingId: string
  change: 'ADDED' | 'CHANGED' | 'REMOVED'
  removedOn: string | null
  isForgotten: boolean
}

export const findEntriesGoneSince = (db: Db, sequence: number, today: string): Promise<string[]> => {
  const held = 'p.from_sequence <= :sequence and p.to_sequence is null'
  return queryColumn(
    db,
    `select p.listing_id as id from published_entries p where ${held} and p.line is null
     union select p.listing_id from ${forgottenOf(held)}
     union select p.listing_id from published_entries p where ${held} and p.to_on < :today::date
     union select c.listing_id from snapshot_changes c where c.sequence > :sequence and c.change = 'REMOVED' /* snapshots.gone */`,
    { sequence, today },
  )
}

export const findChangesSinceLast = (
  tx: Tx,
  today: string,
  of: readonly string[] | null,
): Promise<SnapshotChange[]> => {
  const only = of === null ? '' : 'and listing_id = any(:of::uuid[])'
  return queryRows(
    tx,
    `with shown as (
       select listing_id, body_hash || ':' || salt as source from public_entries
       where published_on <= :today::date and (ends_on is null or ends_on >= :today::date) ${only}),
     held as (select listing_id, source, to_on from published_entries where to_sequence is null ${only})
     select coalesce(p.listing_id, h.listing_id) as "listingId",
       case when h.listing_id is null then 'ADDED' when p.listing_id is null then 'REMOVED' else 'CHANGED' end as change,
       case when p.listing_id is null
         then least(coalesce(l.removed_on, h.to_on + 1, :today::date), :today::date) end as "removedOn",
       coalesce(h.source = '' or h.listing_id in (select f.listing_id from forgotten f), false) as "isForgotten"
     from shown p full join held h on h.listing_id = p.listing_id
     left join listings l on l.id = h.listing_id and p.listing_id is null
     where p.source is distinct from h.source order by 1 /* snapshots.changes */`,
    { today, ...(of !== null && { of }) },
  )
}

export const openSnapshot = async (tx: Tx, snapshot: Snapshot, runId: number): Promise<void> => {
  await tx.raw(
    `insert into snapshots (sequence, previous_hash, hash, entries, added, changed, removed, published_at, form, origin, feed_id, run_id, compared_on)
     values (:sequence, :previousHash, :hash, :entries, :added, :changed, :removed, :publishedAt, :form, :origin, :feedId, :runId, :comparedOn) /* snapshots.open */`,
    { ...snapshot, runId },
  )
}

export const closeSnapshot = async (tx: Tx, snapshot: Snapshot): Promise<void> => {
  await tx.raw(
    'update snapshots set hash = :hash, entries = :entries, files = :files, first_end = :firstEnd where sequence = :sequence /* snapshots.close */',
    { ...snapshot, files: JSON.stringify(snapshot.files) },
  )
}

export const findTouchedEntries = (tx: Tx, most: number): Promise<string[]> =>
  queryColumn(tx, 'select distinct listing_id as id from touched_entries limit ? /* snapshots.touched */', [most])

export const forgetTouchedEntries = async (tx: Tx): Promise<void> => {
  await tx.raw('delete from touched_entries /* snapshots.forgetTouched */')
}

export const noteComparison = async (tx: Tx, sequence: number, on: string): Promise<void> => {
  await tx.raw('update snapshots set compared_on = ? where sequence = ? /* snapshots.compared */', [on, sequence])
}

export interface EntrySource extends Omit<SnapshotMember, 'hash'> {
  body: Record<string, unknown>
  salt: string
  source: string
}

export const readEntrySources = (tx: Tx, ids: readonly string[]): Promise<EntrySource[]> =>
  queryRows(
    tx,
    `select listing_id as id, body, salt, body_hash || ':' || salt as source, published_on as "from", ends_on as "to"
     from public_entries where listing_id = any(?::uuid[]) /* snapshots.sources */`,
    [ids],
  )

export interface SnapshotEntry extends SnapshotMember {
  line: string
  csv: string
  source: string
  replaces: boolean
}

export const putEntries = async (tx: Tx, sequence: number, entries: readonly SnapshotEntry[]): Promise<void> => {
  const replaced = entries.flatMap(({ id, replaces }) => (replaces ? [id] : []))
  if (replaced.length > 0)
    await tx.raw(
      `update published_entries set to_sequence = ? where to_sequence is null and listing_id = any(?::uuid[]) /* snapshots.put */`,
      [sequence, replaced],
    )
  const texts = entries.map(
    ({ id, hash, source, from, to, line, csv }) =>
      `${[id, sequence, hash, source, from, to ?? NULL, escaped(line), escaped(csv)].join('\t')}\n`,
  )
  const columns = 'listing_id, from_sequence, hash, source, from_on, to_on, line, csv'
  await copyIntoTable(tx, `published_entries (${columns})`, [texts.join('')])
}

const NULL = '\\N'
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }
const escaped = (text: string): string => text.replace(/[\\\t\n\r]/g, (sign) => ESCAPES[sign] ?? sign)

export interface CsvPage {
  /** False: only entries without a row, written by a previous release. */
  anew: boolean
  after: string | null
  atATime: number
}

export const readEntriesToForm = (db: Db, { anew, after, atATime }: CsvPage): Promise<{ id: string; line: string }[]> =>
  queryRows(
    db,
    `select listing_id as id, line from published_entries
     where ${anew ? '' : 'csv is null and'} line is not null and to_sequence is null and (:after::uuid is null or listing_id > :after::uuid)
     order by listing_id limit :atATime /* snapshots.toForm */`,
    { after, atATime },
  )

/** The ids written. Skips entries being removed, to avoid deadlocks, unless it waits for them. */
export const putCsvRows = (
  db: Db,
  rows: readonly { id: string; csv: string }[],
  { waits = false } = {},
): Promise<Set<string>> =>
  querySet(
    db,
    `with free as materialized (select listing_id, from_sequence from published_entries
       where listing_id = any(:ids::uuid[]) and line is not null and to_sequence is null for update ${waits ? '' : 'skip locked'})
     update published_entries p set csv = r.csv from free f join unnest(:ids::uuid[], :csv::text[]) r(id, csv) on r.id = f.listing_id
     where p.listing_id = f.listing_id and p.from_sequence = f.from_sequence returning p.listing_id as id /* snapshots.putCsv */`,
    { ids: rows.map(({ id }) => id), csv: rows.map(({ csv }) => csv) },
  )

export const noteChanges = async (tx: Tx, sequence: number, today: string): Promise<void> => {
  await tx.raw(
    `insert into snapshot_changes (sequence, listing_id, change, body_hash, from_on, to_on, changed_on)
     select p.from_sequence, p.listing_id, case when r.listing_id is null then 'ADDED' else 'CHANGED' end, p.hash, p.from_on, p.to_on, :today::date
     from published_entries p left join published_entries r on r.listing_id = p.listing_id and r.to_sequence = :sequence
     where p.from_sequence = :sequence /* snapshots.note */`,
    { sequence, today },
  )
}

/** Without fresh statistics `readLastWithManifest` and `findEntriesGoneSince` would scan the whole list. */
export const analyzeTables = async (tx: Tx): Promise<void> => {
  await tx.raw('analyze published_entries, snapshot_changes /* snapshots.analyze */')
}

/** Rows of `snapshot_changes` stay. */
export const dropTexts = async (
  tx: Tx,
  sequence: number,
  gone: readonly { listingId: string; removedOn: string }[],
): Promise<void> => {
  const ids = gone.map(({ listingId }) => listingId)
  await tx.raw('delete from published_entries where listing_id = any(?::uuid[]) /* snapshots.drop */', [ids])
  await tx.raw(
    `insert into snapshot_changes (sequence, listing_id, change, changed_on)
     select ?::int, e.id, 'REMOVED', e.day from unnest(?::uuid[], ?::date[]) as e(id, day) /* snapshots.drop */`,
    [sequence, ids, gone.map(({ removedOn }) => removedOn)],
  )
}

export const deleteEndedEntriesAndManifests = async (tx: Tx, sequence: number): Promise<void> => {
  await tx.raw('delete from published_entries where to_sequence < ? /* snapshots.tidy */', [sequence])
  await tx.raw('delete from forgotten /* snapshots.tidy */')
  await tx.raw('delete from manifests /* snapshots.tidy */')
}

export const addManifest = async (
  tx: Tx,
  sequence: number,
  { kid, jws, validUntil }: SignedManifest,
): Promise<void> => {
  await tx.raw(
    `insert into manifests (sequence, kid, jws, valid_until) values (?, ?, ?, ?)
     on conflict (sequence) do update set kid = excluded.kid, jws = excluded.jws, valid_until = excluded.valid_until /* snapshots.addManifest */`,
    [sequence, kid, jws, validUntil],
  )
}

export type SnapshotLine = SnapshotMember & { line: string | null }

export const IN_SNAPSHOT_SQL = 'from_sequence <= :sequence and (to_sequence is null or to_sequence > :sequence)'

export const readLinesOf = (db: Db, sequence: number, ids: readonly string[]): Promise<SnapshotLine[]> =>
  queryRows(
    db,
    `select listing_id as id, hash, from_on as "from", to_on as "to", line from published_entries
     where ${IN_SNAPSHOT_SQL} and listing_id = any(:ids::uuid[]) order by listing_id /* snapshots.linesOf */`,
    { sequence, ids },
  )

export const findEntriesChangedBetween = (db: Db, from: number, to: number, most: number): Promise<string[]> =>
  queryColumn(
    db,
    `select distinct listing_id as id from snapshot_changes where sequence > :from and sequence <= :to
     order by 1 limit :most /* snapshots.changedBetween */`,
    { from, to, most },
  )

export const findEarliestEnd = (tx: Tx): Promise<string | null> =>
  queryValue(tx, 'select min(to_on) as first from published_entries where to_sequence is null /* snapshots.firstEnd */')

export const listLatestChanges = (
  db: Db,
  sequence: number,
  most: number,
): Promise<{ id: string; at: Date; line: string | null }[]> =>
  queryRows(
    db,
    `select c.listing_id as id, s.published_at as at, p.line
     from snapshot_changes c join snapshots s on s.sequence = c.sequence and s.form > 0
     left join published_entries p on p.listing_id = c.listing_id and p.from_sequence <= :sequence
       and (p.to_sequence is null or p.to_sequence > :sequence)
     where c.sequence <= :sequence and not exists (
       select 1 from snapshot_changes n where n.listing_id = c.listing_id and n.sequence > c.sequence and n.sequence <= :sequence)
     order by c.sequence desc, c.listing_id limit :most /* snapshots.latestChanges */`,
    { sequence, most },
  )

export interface NetChange {
  id: string
  before: string | null
  after: string | null
  line: string | null
  removedOn: string
}

/** Lines come from the later snapshot. */
export const findNetChanges = (db: Db, from: number, to: number, most: number): Promise<NetChange[]> =>
  queryRows(
    db,
    `select t.listing_id as id, case when b.change <> 'REMOVED' then b.body_hash end as before, p.hash as after, p.line,
       r.changed_on as "removedOn"
     from (select distinct listing_id from snapshot_changes where sequence > :from and sequence <= :to) t
     left join lateral (select change, body_hash from snapshot_changes c where c.listing_id = t.listing_id and c.sequence <= :from
       order by c.sequence desc limit 1) b on true
     left join lateral (select changed_on from snapshot_changes c where c.listing_id = t.listing_id and c.sequence <= :to
       order by c.sequence desc limit 1) r on true
     left join published_entries p on p.listing_id = t.listing_id and p.from_sequence <= :to
       and (p.to_sequence is null or p.to_sequence > :to)
     where (case when b.change <> 'REMOVED' then b.body_hash end) is distinct from p.hash
     order by 1 limit :most /* snapshots.net */`,
    { from, to, most },
  )

export const countSnapshotEntries = (db: Db, sequence: number): Promise<number | null> =>
  queryValue(db, 'select (select entries from snapshots where sequence = ?) as entries /* snapshots.entriesOf */', [
    sequence,
  ])

export const findFirstSaltedSequence = (db: Db): Promise<number | null> =>
  queryValue(db, 'select min(sequence) as first from snapshots where form > 0 /* snapshots.firstSalted */')
