import { MATTER_CHANGES, type NumberedRange, numberedSql, rangesSql } from '../db/change-ledger.js'
import { type Db, queryColumn, queryRows, queryValue, type Tx } from '../db/db.js'
import { type StoredMatter, selectMatters } from './matters.js'

export const hasMarks = (db: Db): Promise<boolean> =>
  queryValue(db, 'select exists (select 1 from matter_marks) as waits /* matter-changes.isWaiting */')

interface MarkedMove {
  id: number
  seats: readonly string[]
}

export const lockMarks = (tx: Tx, most: number): Promise<MarkedMove[]> =>
  queryRows(
    tx,
    `select k.id::float8 as id, array(select distinct s.seat from matter_seats s where s.matter_id = k.matter_id
       and s.from_move <= k.move and coalesce(s.to_move, k.move) >= k.move) as seats
     from matter_marks k order by k.id limit ? for update /* matter-changes.marks */`,
    [most],
  )

/** Replaces marks by a change for each of their readers. */
export const numberMarks = (
  tx: Tx,
  { marks, readers, now }: { marks: readonly number[]; readers: readonly { mark: number; seat: string }[]; now: Date },
): Promise<NumberedRange[]> =>
  queryValue(
    tx,
    `with taken as (delete from matter_marks where id = any(:marks::bigint[]) returning id, matter_id, move),
     changes_by_reader as (
       select n.seat, t.id as mark, t.matter_id, t.move, m.number, m.kind, v.state
       from jsonb_to_recordset(:readers::jsonb) as n(mark bigint, seat text) join taken t on t.id = n.mark
       join matters m on m.id = t.matter_id join matter_moves v on v.matter_id = t.matter_id and v.sequence = t.move),
     ${numberedSql(MATTER_CHANGES, 'h.mark')},
     kept as (
       insert into matter_changes (seat, sequence, matter_id, move, number, kind, state, at)
       select seat, sequence, matter_id, move, number, kind, state, :now::timestamptz from placed)
     select ${rangesSql(MATTER_CHANGES)} as numbered /* matter-changes.number */`,
    { marks: [...marks], readers: JSON.stringify(readers), now },
  )

export interface MatterChangeRow {
  sequence: number
  at: Date
  matterId: string
  number: string
  kind: string
  state: string
}

const COLUMNS = `sequence::float8 as sequence, at, matter_id as "matterId", number, kind, state`

export const listChangesAfter = (db: Db, seat: string, sequence: number, limit: number): Promise<MatterChangeRow[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from matter_changes where seat = ? and sequence > ? order by sequence limit ? /* matter-changes.after */`,
    [seat, sequence, limit],
  )

export const listChangesBySequence = (db: Db, seat: string, sequences: readonly number[]): Promise<MatterChangeRow[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from matter_changes where seat = ? and sequence = any(?::bigint[]) /* matter-changes.bySequences */`,
    [seat, [...sequences]],
  )

/** Matters of these changes that the seat holds, if it did when they changed. */
export const listHeldMatters = (db: Db, seat: string, sequences: readonly number[]): Promise<string[]> =>
  queryColumn(
    db,
    `select distinct c.matter_id from matter_changes c join matter_seats s on s.matter_id = c.matter_id and s.seat = c.seat
       and s.place = 'holder' and s.to_move is null and s.from_move <= c.move
     where c.seat = ? and c.sequence = any(?::bigint[]) /* matter-changes.held */`,
    [seat, [...sequences]],
  )

export interface FolderFile {
  matterId: string
  number: string
  isWhole: boolean
}

/** Files that were written and are not among those that are `there`. */
export const listTaken = (db: Db, seat: string, there: readonly string[]): Promise<FolderFile[]> =>
  queryRows(
    db,
    `select f.matter_id as "matterId", m.number, f.moves = m.moves as "isWhole" from matter_folder_files f join matters m on m.id = f.matter_id
     where f.seat = ? and f.taken_at is null and m.number <> all(?::text[]) order by f.written_at /* exchange.taken */`,
    [seat, [...there]],
  )

/** Counts the receipt, which the taking itself makes, as written. */
export const markTaken = async (db: Db, seat: string, id: string, at: Date): Promise<void> => {
  await db.raw(
    `update matter_folder_files f set taken_at = ?, moves = f.moves + (select count(*)::int from matter_moves v
       where v.matter_id = f.matter_id and v.sequence = f.moves + 1 and v.move = 'receive')
     where f.seat = ? and f.matter_id = ?::uuid /* exchange.markTaken */`,
    [at, seat, id],
  )
}

/** Matters moved since they were written; ended ones only if after `since`. */
export const listUnwritten = (
  db: Db,
  { seat, since, most }: { seat: string; since: Date; most: number },
): Promise<StoredMatter[]> =>
  selectMatters(
    db,
    `join (select distinct s.matter_id from matter_seats s where s.seat collate "C" = :seat and s.to_move is null
         and (s.queue in ('WAITING', 'OTHERS') or s.due_at >= :since)) o on o.matter_id = m.id
     left join matter_folder_files f on f.seat = :seat and f.matter_id = m.id
     where f.moves is distinct from m.moves order by m.opened_at, m.id limit :most /* exchange.unwritten */`,
    { seat, since, most },
  )

export const noteWritten = async (
  db: Db,
  { seat, id, moves, at }: { seat: string; id: string; moves: number; at: Date },
): Promise<void> => {
  await db.raw(
    `insert into matter_folder_files (seat, matter_id, moves, written_at) values (:seat, :id, :moves, :at)
     on conflict (seat, matter_id) do update set moves = excluded.moves, written_at = excluded.written_at, taken_at = null
     /* exchange.noteWritten */`,
    { seat, id, moves, at } as never,
  )
}
