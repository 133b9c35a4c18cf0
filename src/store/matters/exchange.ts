/** Which matters lie in the exchange folder of a seat. */
import { type Db, queryRows } from '../db/db.js'
import { MATTER_COLUMNS, reviveMatter, type StoredMatter } from './matters.js'

export interface FolderFile {
  matterId: string
  number: string
}

/** Files that were written and are not among those that are `there`. */
export const listTaken = (db: Db, seat: string, there: readonly string[]): Promise<FolderFile[]> =>
  queryRows(
    db,
    `select f.matter_id as "matterId", m.number from matter_folder_files f join matters m on m.id = f.matter_id
     where f.seat = ? and f.taken_at is null and m.number <> all(?::text[]) order by f.written_at /* exchange.taken */`,
    [seat, [...there]],
  )

/** The receipt that follows the taking tells the seat nothing new. */
export const markTaken = async (db: Db, seat: string, id: string, at: Date): Promise<void> => {
  await db.raw(
    `update matter_folder_files f set taken_at = ?, moves = f.moves + (select count(*)::int from matter_moves v
       where v.matter_id = f.matter_id and v.sequence = f.moves + 1 and v.move = 'receive')
     where f.seat = ? and f.matter_id = ?::uuid /* exchange.markTaken */`,
    [at, seat, id],
  )
}

/** Matters moved since they were written; ended ones only if after `since`. */
export const listUnwritten = async (
  db: Db,
  { seat, since, most }: { seat: string; since: Date; most: number },
): Promise<StoredMatter[]> =>
  (
    await queryRows<StoredMatter>(
      db,
      `with own as (
         select distinct s.matter_id from matter_seats s
         where s.seat collate "C" = :seat and s.to_move is null and (s.queue in ('WAITING', 'OTHERS') or s.due_at >= :since))
       select ${MATTER_COLUMNS} from own o join matters m on m.id = o.matter_id
       left join matter_folder_files f on f.seat = :seat and f.matter_id = m.id
       where f.moves is distinct from m.moves order by m.opened_at, m.id limit :most /* exchange.unwritten */`,
      { seat, since, most },
    )
  ).map(reviveMatter)

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
