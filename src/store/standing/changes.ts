/** Triggers, `markGradeChanges` and `markNewDay` fill `change_marks`. One process at a time numbers its rows. */
import { type NumberedRange, numberedSql, rangesSql, SELLER_CHANGES } from '../db/change-ledger.js'
import { type Db, queryOne, queryRows, queryValue, type Tx } from '../db/db.js'
import { withLockTimeout } from '../db/transaction.js'

const OPENING = 'hub.changes.open'
const OPENING_WAIT_MS = 2_000

/** Fails with SQLSTATE 55P03 while a long transaction, begun before, would leave changes unrecorded. */
export const ensureMarking = async (tx: Tx): Promise<void> => {
  const answer = await tx.raw('select open from change_progress /* changes.openMarking */')
  if (answer.rows[0]?.open) return
  await withLockTimeout(tx, OPENING_WAIT_MS, () =>
    tx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0)) /* changes.openMarking */', [OPENING]),
  )
  await tx.raw(
    'insert into change_progress (open) values (true) on conflict (one) do update set open = true /* changes.openMarking */',
  )
}

export const markNewDay = async (tx: Tx, today: string): Promise<void> => {
  await tx.raw(
    `with d as (update change_progress p set day = :today::date from change_progress b
       where b.one = p.one and (b.day is null or b.day < :today::date) returning b.day as before)
     insert into change_marks (operator_id, what) select r.operator_id, 'GRADE' from d, overrules r
     where r.state = 'IN_FORCE' and r.ends_on >= coalesce(d.before, :today::date) and r.ends_on < :today::date /* changes.markDay */`,
    { today } as never,
  )
}

export const isNumberingDue = (db: Db, today: string): Promise<boolean> =>
  queryValue(
    db,
    `select exists (select 1 from change_marks) or exists (select 1 from change_progress where open and (day is null or day < ?::date))
       as waits /* changes.isWaiting */`,
    [today],
  )

/**
 * Removals come first. Operators on no seller list are dropped. A client that may not see a grade learns only public
 * changes.
 */
export const numberMarks = (
  tx: Tx,
  { marks, oldest, now }: { marks: number; oldest: string; now: Date },
): Promise<{ taken: number; numbered: NumberedRange[] }> =>
  queryOne(
    tx,
    `with taken as (delete from change_marks where id in (select id from change_marks order by id limit :marks) returning operator_id, what, listing_id),
     marked as (select coalesce(o.merged_into, o.id) as owner, t.what, t.listing_id from taken t join operators o on o.id = t.operator_id),
     owners as (select distinct owner from marked),
     parts as (select owner, owner as id from owners union all select w.owner, o.id from owners w join operators o on o.merged_into = w.owner),
     codes_of_operators as (
       select p.owner, c.scheme, c.code from parts p join operators o on o.id = p.id, lateral (values
         ('uscc' collate "C", o.uscc), ('shop', o.shop), ('org_code', substr(o.uscc, 9, 9))) as c(scheme, code) where c.code is not null
       union select p.owner, c.scheme, c.code from parts p join operator_codes c on c.operator_id = p.id),
     changes_by_reader as (
       select l.client, s.scheme, s.code, array_agg(distinct m.what) as what,
         array_agg(distinct m.listing_id) filter (where m.what = 'ENTRY_REMOVED') as removed
       from seller_lists l join codes_of_operators w on true join sellers s on s.list_id = l.id and s.scheme = w.scheme and s.code = w.code
         join marked m on m.owner = w.owner and (s.opens_grade or m.what not in ('GRADE', 'OBJECTION'))
       where l.current and l.dated >= :oldest::date group by l.client, s.scheme, s.code),
     ${numberedSql(SELLER_CHANGES, 'h.removed is null, h.scheme, h.code')},
     kept as (insert into changes (client, sequence, scheme, code, what, at) select client, sequence, scheme, code, what, :now::timestamptz from placed),
     ledger as (
       insert into seller_removals (client, sequence, listing_id, code, at)
       select p.client, p.sequence, r.id, p.code, :now::timestamptz from placed p cross join lateral unnest(p.removed) as r(id))
     select (select count(*)::int from taken) as taken,
       ${rangesSql(SELLER_CHANGES)} as numbered /* changes.number */`,
    { marks, oldest, now },
  )

export const addListReplacedChange = (tx: Tx, client: string, now: Date): Promise<number> =>
  queryValue(
    tx,
    `with counted as (insert into change_clients as c (client, last) values (:client, 1)
       on conflict (client) do update set last = c.last + 1 returning client, last)
     insert into changes (client, sequence, what, at) select client, last, '{SELLERS}', :now::timestamptz from counted
     returning sequence /* changes.listReplaced */`,
    { client, now },
  )

export interface ChangeRow {
  sequence: number
  scheme: string | null
  code: string | null
  what: string[]
  at: Date
}

const COLUMNS = 'sequence, scheme, code, what, at'

export const listChangesAfter = (db: Db, client: string, sequence: number, limit: number): Promise<ChangeRow[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from changes where client = ? and sequence > ? order by sequence limit ? /* changes.after */`,
    [client, sequence, limit],
  )

export const listChangesBySequence = (db: Db, client: string, sequences: readonly number[]): Promise<ChangeRow[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from changes where client = ? and sequence = any(?::bigint[]) order by sequence /* changes.bySequences */`,
    [client, [...sequences]],
  )

export const confirmChangesRead = async (tx: Tx, client: string, to: number, now: Date): Promise<void> => {
  await tx.raw(
    `update change_clients set read_to = :to, read_at = :now where client = :client and read_to < :to and last >= :to /* changes.read */`,
    { client, to, now } as never,
  )
  await tx.raw(
    `update seller_removals set confirmed_at = :now, confirmed_by = 'READ'
     where client = :client and sequence <= :to and told_at is not null and confirmed_at is null /* changes.read removals */`,
    { client, to, now } as never,
  )
}

export const noteRemovalsSent = async (
  db: Db,
  client: string,
  { from, to }: { from: number; to: number },
  now: Date,
): Promise<void> => {
  await db.raw(
    `update seller_removals set told_at = :now where client = :client and sequence between :from and :to and told_at is null
       and confirmed_at is null /* changes.told */`,
    { client, from, to, now } as never,
  )
}
