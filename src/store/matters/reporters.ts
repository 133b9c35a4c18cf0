import { type Db, queryFirst, queryMap, queryValue } from '../db/db.js'
import { MATTER_COLUMNS, reviveMatter, type StoredMatter } from './matters.js'

interface StoredReporter {
  matterId: string
  receiptMark: string
  contact: string | null
  likenesses: readonly string[]
  at: Date
}

const ALIKE_MOST = 20

/** A clue that is sent again gets a new receipt code. */
export const keepReporter = async (db: Db, reporter: StoredReporter): Promise<void> => {
  await db.raw(
    `insert into matter_reporters (matter_id, receipt_mark, contact, likenesses, received_at)
     values (:matterId, :receiptMark, :contact, :likenesses, :at)
     on conflict (matter_id) do update set receipt_mark = excluded.receipt_mark, contact = excluded.contact /* reporters.keep */`,
    { ...reporter } as never,
  )
}

export const matterByReceipt = async (db: Db, receiptMark: string): Promise<StoredMatter | null> =>
  reviveMatter(
    await queryFirst(
      db,
      `select ${MATTER_COLUMNS} from matter_reporters r join matters m on m.id = r.matter_id
       where r.receipt_mark = ? /* reporters.byReceipt */`,
      [receiptMark],
    ),
  )

export const findSealedContact = (db: Db, id: string): Promise<string | null> =>
  queryValue(
    db,
    `select (select contact from matter_reporters where matter_id = ?::uuid) as contact /* reporters.contact */`,
    [id],
  )

export interface ReportFacts {
  hasContact: boolean
  alike: readonly { id: string; number: string }[]
}

export const readReports = (db: Db, ids: readonly string[], days: number): Promise<Map<string, ReportFacts>> =>
  queryMap(
    db,
    `select r.matter_id::text, jsonb_build_object('hasContact', r.contact is not null, 'alike', (
       select coalesce(jsonb_agg(to_jsonb(a) order by a.at desc), '[]') from (
         select o.matter_id as id, m.number, o.received_at as at from matter_reporters o join matters m on m.id = o.matter_id
         where o.likenesses && r.likenesses and o.matter_id <> r.matter_id
           and o.received_at between r.received_at - make_interval(days => :days) and r.received_at + make_interval(days => :days)
           and exists (select 1 from matter_seats s join matter_seats h on h.seat = s.seat and h.place = s.place
             where s.matter_id = o.matter_id and h.matter_id = r.matter_id and s.place = 'holder'
               and s.to_move is null and h.to_move is null)
         order by o.received_at desc limit ${ALIKE_MOST}) a))
     from matter_reporters r where r.matter_id = any(:ids::uuid[]) /* reporters.facts */`,
    { ids: [...ids], days } as never,
  )

export const eraseContacts = (db: Db, { before, rows }: { before: Date; rows: number }): Promise<number> =>
  queryValue(
    db,
    `with due as materialized (select r.matter_id from matter_reporters r join matters m on m.id = r.matter_id
         where r.contact is not null and m.closed_at < :before limit :rows for update of r skip locked),
       erased as (update matter_reporters set contact = null where matter_id in (select matter_id from due) returning 1)
     select count(*)::int from erased /* reporters.erase */`,
    { before, rows } as never,
  )
