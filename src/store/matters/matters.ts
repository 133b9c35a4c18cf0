/** Matters are stored with their seats, newest moves and clocks in one statement. */
import type { CalendarAmendments } from '../../domain/calendar/calendar.js'
import type { Matter } from '../../domain/matters/matter.js'
import { RECEIPT_SEAT } from '../../domain/matters/seats.js'
import { AMENDMENT_COLUMNS } from '../calendar/calendars.js'
import { type Db, queryColumn, queryRows, queryValue, type Tx } from '../db/db.js'
import { queryPrepared } from '../db/own-connection.js'
import { isInTransaction, LOCK_WAIT_MS, refuseLockTimeout } from '../db/transaction.js'

export interface MatterHead {
  id: string
  kind: string
  kindVersion: string
  number: string
  openedBy: string
  /** The sender's own number. */
  reference: string
  requestSha256: string
  operatorId: number | null
  listingId: string | null
  parentId: string | null
  openedAt: Date
}

export interface StoredMatter extends MatterHead {
  matter: Matter
  sealedFields: string | null
  closedAt: Date | null
}

export interface NewMatterMove {
  sequence: number
  move: string
  stateBefore: string | null
  state: string
  by: string
  seat: string
  on: string
  at: Date
  input: object | null
  sealedInput: string | null
  previousHash: string | null
  hash: string
}

export interface StoredMatterMove extends NewMatterMove {
  matterId: string
}

interface SeatRow {
  seat: string
  place: 'sender' | 'holder' | 'copied'
}

export interface MatterClockColumns {
  place: number
  clock: string
  seat: string | null
  dueOn: string | null
  dueAt: Date | null
  confirmed: boolean
  running: boolean
}

export interface MatterWriting {
  head: MatterHead
  /** The `xmin` of the matter as it was read; null for one that is new or locked. */
  version: string | null
  matter: Matter
  sealedFields: string | null
  closedAt: Date | null
  waiting: string | null
  /** At least one; they follow those that are kept. */
  moves: readonly NewMatterMove[]
  seats: readonly SeatRow[]
  clocks: readonly MatterClockColumns[]
  files: readonly { seat: string; sha256: string; bytes: number }[]
}

const NEVER = 'infinity'

export const MATTER_COLUMNS = `m.id, m.kind, m.kind_version as "kindVersion", m.number, m.opened_by as "openedBy", m.reference,
  m.request_sha256 as "requestSha256", m.operator_id as "operatorId", m.listing_id as "listingId", m.parent_id as "parentId",
  m.opened_at as "openedAt", m.content as matter, m.sealed_fields as "sealedFields", m.closed_at as "closedAt"`

export const reviveMatter = <R extends { matter: Matter } | null>(row: R): R =>
  row && { ...row, matter: readStoredMatter(row.matter) }

const instantOf = <T extends Date | null>(value: T): T => (value === null ? value : new Date(value)) as T

/** JSON has no instants: they are read again from their texts. */
const readStoredMatter = (content: Matter): Matter => ({
  ...content,
  receivedAt: instantOf(content.receivedAt),
  clocks: reviveClocks(content.clocks),
})

export const reviveClocks = (clocks: Matter['clocks']): Matter['clocks'] =>
  clocks.map((clock) => ({
    ...clock,
    startsAt: instantOf(clock.startsAt),
    due: clock.due && { ...clock.due, at: instantOf(clock.due.at) },
    ended: clock.ended && { ...clock.ended, at: instantOf(clock.ended.at) },
  }))

export const nextNumbers = (tx: Tx, count: number): Promise<number[]> =>
  queryColumn(tx, `select nextval('matter_numbers')::int from generate_series(1, ?) /* matters.nextNumbers */`, [count])

export const noteKind = async (
  tx: Db | Tx,
  { kind, version, content, now }: { kind: string; version: string; content: object; now: Date },
): Promise<void> => {
  await tx.raw(
    `insert into matter_kinds (kind, version, content, first_used_at) values (?, ?, ?, ?) on conflict do nothing /* matters.noteKind */`,
    [kind, version, JSON.stringify(content), now],
  )
}

export const kindContent = (db: Db | Tx, kind: string, version: string): Promise<object | null> =>
  queryValue(
    db,
    `select (select content from matter_kinds where kind = ? and version = ?) as content /* matters.kindContent */`,
    [kind, version],
  )

const LAST_HASH_SQL = `(select h.hash from matter_moves h where h.matter_id = m.id order by h.sequence desc limit 1) as "previousHash"`

/** `rest` follows `from matters m`. */
export const selectMatters = async <M extends StoredMatter = StoredMatter>(
  db: Db | Tx,
  rest: string,
  bindings: Parameters<typeof queryRows>[2],
  columns = MATTER_COLUMNS,
): Promise<M[]> => {
  const rows = await queryRows<M>(db, `select ${columns} from matters m ${rest}`, bindings)
  return rows.map(reviveMatter)
}

const selectMatter = async (...query: Parameters<typeof selectMatters>): Promise<StoredMatter | null> =>
  (await selectMatters(...query))[0] ?? null

export const matterById = (db: Db | Tx, id: string): Promise<StoredMatter | null> =>
  selectMatter(db, 'where m.id = ?::uuid /* matters.byId */', [id])

export const mattersByIds = (db: Db | Tx, ids: readonly string[]): Promise<StoredMatter[]> =>
  selectMatters(db, 'where m.id = any(?::uuid[]) /* matters.byIds */', [[...ids]])

export const matterByNumber = (db: Db, number: string): Promise<StoredMatter | null> =>
  selectMatter(db, 'where m.number = ? /* matters.byNumber */', [number])

export const listMattersAbout = (
  db: Db,
  operators: readonly number[],
  { kinds, most }: { kinds: readonly string[]; most: number },
): Promise<StoredMatter[]> =>
  selectMatters(
    db,
    `where m.operator_id = any(?::int[]) and m.kind = any(?::text[]) and (m.content->>'handed')::boolean
     order by m.opened_at desc, m.number desc limit ? /* matters.about */`,
    [[...operators], [...kinds], most],
  )

/** `version` changes with every write of the matter. */
export type ReadMatter = StoredMatter & { previousHash: string; version: string }

/** One snapshot with the calendar's amendments. `writeMatters` compares the versions. */
export const readMattersToMove = async (
  db: Db | Tx,
  ids: readonly string[],
): Promise<{ matters: ReadMatter[]; amendments: CalendarAmendments }> => {
  const rows = await queryPrepared<ReadMatter & CalendarAmendments>(
    db,
    `select ${MATTER_COLUMNS}, m.xmin::text as version, ${AMENDMENT_COLUMNS},
       ${LAST_HASH_SQL}
     from matters m where m.id = any(?::uuid[]) order by m.id /* matters.toMove */`,
    [[...ids]],
  )
  const { days = [], knownUntil = null } = rows[0] ?? {}
  return {
    matters: rows.map(({ days: _, knownUntil: __, ...row }) => reviveMatter(row)),
    amendments: { days, knownUntil },
  }
}

export const matterByReference = (
  db: Db | Tx,
  { openedBy, kind, reference }: Pick<MatterHead, 'openedBy' | 'kind' | 'reference'>,
): Promise<StoredMatter | null> =>
  selectMatter(db, 'where m.opened_by = ? and m.kind = ? and m.reference = ? /* matters.byReference */', [
    ...[openedBy, kind, reference],
  ])

/** At most two: a second one makes the reference ambiguous. */
export const mattersOfReference = (
  db: Db,
  { openedBy, kinds, reference }: { openedBy: string; kinds: readonly string[]; reference: string },
): Promise<StoredMatter[]> =>
  selectMatters(db, 'where m.opened_by = ? and m.kind = any(?) and m.reference = ? limit 2 /* matters.ofReference */', [
    ...[openedBy, [...kinds], reference],
  ])

export const matterOrNumber = async (
  db: Db | Tx,
  { openedBy, kind, reference }: Pick<MatterHead, 'openedBy' | 'kind' | 'reference'>,
): Promise<
  { amendments: CalendarAmendments } & ({ known: StoredMatter; next: null } | { known: null; next: number })
> => {
  const [row] = await queryPrepared<StoredMatter & CalendarAmendments & { next: number | null }>(
    db,
    `select ${MATTER_COLUMNS}, case when m.id is null then nextval('matter_numbers')::int end as next, ${AMENDMENT_COLUMNS}
     from (values (1)) one left join matters m on m.opened_by = ? and m.kind = ? and m.reference = ? /* matters.orNumber */`,
    [openedBy, kind, reference],
  )
  if (row === undefined) throw new Error('neither a matter nor a number')
  const { next, days, knownUntil, ...known } = row
  const amendments = { days, knownUntil }
  return next === null ? { known: reviveMatter(known), next, amendments } : { known: null, next, amendments }
}

export const movesOfMatters = (db: Db | Tx, ids: readonly string[]): Promise<StoredMatterMove[]> =>
  queryRows(
    db,
    `select matter_id as "matterId", sequence, move, state_before as "stateBefore", state, by_sub as by, by_seat as seat,
       on_day as "on", at, input, sealed_input as "sealedInput", previous_hash as "previousHash", hash
     from matter_moves where matter_id = any(?::uuid[]) order by matter_id, sequence /* matters.moves */`,
    [[...ids]],
  )

/** The matter leaves the queue of answers that its sender has not opened. */
export const noteAnswerOpened = async (db: Db, id: string, seat: string): Promise<void> => {
  await db.raw(
    `update matter_seats set queue = 'ENDED' where matter_id = ?::uuid and seat = ? and queue = 'ANSWERED' /* matters.noteOpened */`,
    [id, seat],
  )
}

const findNextDue = (clocks: readonly Pick<MatterClockColumns, 'running' | 'dueAt'>[]): string | undefined =>
  clocks.flatMap(({ running, dueAt }) => (running && dueAt !== null ? [dueAt.toISOString()] : [])).sort()[0]

/**
 * Each matter at most once. Returns the ids written: a changed version or a taken reference writes nothing. Only the
 * recount confirms clocks, so moves leave `confirmed`.
 */
export const writeMatters = async (db: Db | Tx, written: readonly MatterWriting[]): Promise<Set<string>> => {
  if (written.length === 0) return new Set()
  const waits = isInTransaction(db) ? null : String(LOCK_WAIT_MS)
  const write = () => queryPrepared<{ id: string }>(db, WRITE_SQL, [waits, JSON.stringify(written.map(columnsOf))])
  const rows = await (waits === null ? write() : refuseLockTimeout('move', write))
  return new Set(rows.map(({ id }) => id))
}

const WRITE_SQL = `with bounded as materialized (select set_config('lock_timeout', coalesce(?, current_setting('lock_timeout')), true)),
     sent as materialized (
       select w.* from bounded, jsonb_to_recordset(?::jsonb) as w(id uuid, version text, kind text, "kindVersion" text, number text, "openedBy" text, reference text,
         "requestSha256" text, "operatorId" int, "listingId" uuid, "parentId" uuid, state text, waiting text, content jsonb, "sealedFields" text,
         "isNew" boolean, sequence int, "openedAt" timestamptz, "receivedAt" timestamptz, "closedAt" timestamptz, "dueAt" timestamptz, mover text,
         moves jsonb, seats jsonb, clocks jsonb, files jsonb)),
     opened as (
       insert into matters (id, kind, kind_version, number, opened_by, reference, request_sha256, operator_id, listing_id, parent_id,
         state, waiting, content, sealed_fields, moves, opened_at, received_at, closed_at)
       select id, kind, "kindVersion", number, "openedBy", reference, "requestSha256", "operatorId", "listingId", "parentId",
         state, waiting, content, "sealedFields", sequence, "openedAt", "receivedAt", "closedAt" from sent where "isNew"
       on conflict (opened_by, kind, reference) do nothing returning id),
     changed as (
       update matters m set state = n.state, waiting = n.waiting, content = n.content, sealed_fields = n."sealedFields", moves = n.sequence,
         received_at = n."receivedAt", closed_at = n."closedAt"
       from sent n where m.id = n.id and not n."isNew" and (n.version is null or m.xmin::text = n.version) returning m.id),
     w as materialized (select sent.* from sent where id in (select id from opened union all select id from changed)),
     moved as (
       insert into matter_moves (matter_id, sequence, move, state_before, state, by_sub, by_seat, on_day, at, input, sealed_input, previous_hash, hash)
       select w.id, v.sequence, v.move, v."stateBefore", v.state, v.by, v.seat, v."on", v.at, v.input, v."sealedInput", v."previousHash", v.hash
       from w, jsonb_to_recordset(w.moves) as v(sequence int, move text, "stateBefore" text, state text, by text, seat text, "on" date,
         at timestamptz, input jsonb, "sealedInput" text, "previousHash" text, hash text)),
     seen as (select w.id, w.sequence, w."closedAt", w."dueAt", l."lateAt", w.waiting, w.mover, s.seat, s.place
       from w cross join lateral (select min(k."dueAt") as "lateAt"
         from jsonb_to_recordset(w.clocks) as k(place int, "dueAt" timestamptz, confirmed boolean, running boolean)
         where k.running and case when k.confirmed then true else
           (select c.confirmed from matter_clocks c where c.matter_id = w.id and c.place = k.place) end) l,
         jsonb_to_recordset(w.seats) as s(seat text, place text)),
     entered as (
       insert into matter_seats as s (matter_id, seat, place, from_move, queue, due_at, late_at)
       select id, seat, place, sequence, case when "closedAt" is null then case when seat = waiting then 'WAITING' else 'OTHERS' end
         when place = 'sender' and seat <> mover then 'ANSWERED' else 'ENDED' end, "dueAt", "lateAt" from seen
       on conflict (matter_id, seat, place) do update set queue = excluded.queue, due_at = excluded.due_at, late_at = excluded.late_at, to_move = null),
     left_place as (
       update matter_seats s set queue = case when w."closedAt" is not null then 'ENDED' else 'OTHERS' end, due_at = w."dueAt",
         to_move = coalesce(s.to_move, w.sequence)
       from w where s.matter_id = w.id
         and not exists (select 1 from seen n where n.id = s.matter_id and n.seat = s.seat and n.place = s.place)),
     named as (
       insert into matter_attachments (matter_id, seat, sha256, bytes)
       select w.id, f.seat, f.sha256, max(f.bytes) from w, jsonb_to_recordset(w.files) as f(seat text, sha256 text, bytes int) group by 1, 2, 3
       on conflict (matter_id, sha256, seat) do update set bytes = excluded.bytes),
     clocked as (
     insert into matter_clocks as c (matter_id, place, clock, seat, due_on, due_at, confirmed, running)
     select w.id, k.place, k.clock, k.seat, k."dueOn", k."dueAt", k.confirmed, k.running from w, jsonb_to_recordset(w.clocks)
       as k(place int, clock text, seat text, "dueOn" date, "dueAt" timestamptz, confirmed boolean, running boolean)
     on conflict (matter_id, place) do update set seat = excluded.seat, due_on = excluded.due_on, due_at = excluded.due_at,
       running = excluded.running, counted_by = case when excluded.due_at is distinct from c.due_at then '' else c.counted_by end)
     select id from w /* matters.write */`

const columnsOf = ({ head, matter, closedAt, ...written }: MatterWriting) => {
  const { state, receivedAt } = matter
  const dueAt = closedAt ?? findNextDue(written.clocks) ?? NEVER
  const sequence = written.moves.at(-1)?.sequence
  const mover = matter.moves.findLast(({ seat }) => seat !== RECEIPT_SEAT)?.seat
  const isNew = written.moves[0]?.previousHash === null
  const own = { state: state ?? '', isNew, sequence, receivedAt, closedAt, dueAt, mover }
  // `head` may be the stored matter, whose former content must not be kept.
  return { ...head, matter: undefined, ...written, content: matter, ...own }
}

export type ClockedMatter = Pick<StoredMatter, 'id' | 'kind' | 'kindVersion' | 'matter'>

/** Two index ranges; `<>` would read all running clocks. */
export const lockCountedOtherwise = async (tx: Tx, counting: string, most: number): Promise<ClockedMatter[]> =>
  (
    await queryRows<ClockedMatter>(
      tx,
      `select m.id, m.kind, m.kind_version as "kindVersion", m.content as matter from matters m where m.id = any(array(
         (select matter_id from matter_clocks where running and counted_by < :counting order by counted_by limit :most) union all
         (select matter_id from matter_clocks where running and counted_by > :counting order by counted_by limit :most)))
       order by m.id for update /* recount.lock */`,
      { counting, most },
    )
  ).map(reviveMatter)

export interface RecountedMatter {
  id: string
  clocks: readonly MatterClockColumns[]
  /** Null where no day has moved. */
  content: Matter['clocks'] | null
}

export const keepRecount = async (tx: Tx, counting: string, recounted: readonly RecountedMatter[]): Promise<number> => {
  const clocks = recounted.flatMap(({ id, clocks }) => clocks.map((clock) => ({ id, ...clock })))
  const moved = recounted.flatMap(({ id, content }) => (content === null ? [] : [{ id, clocks: content }]))
  const dues = recounted.map(({ id, clocks }) => {
    const lateAt = findNextDue(clocks.filter(({ confirmed }) => confirmed))
    return { id, dueAt: findNextDue(clocks) ?? NEVER, lateAt }
  })
  const { rowCount } = await tx.raw(
    `with content as (update matters m set content = jsonb_set(m.content, '{clocks}', n.clocks)
       from jsonb_to_recordset(:moved) as n(id uuid, clocks jsonb) where m.id = n.id),
     seats as (update matter_seats s set due_at = n."dueAt", late_at = n."lateAt"
       from jsonb_to_recordset(:dues) as n(id uuid, "dueAt" timestamptz, "lateAt" timestamptz)
       where s.matter_id = n.id and (s.due_at, s.late_at) is distinct from (n."dueAt", n."lateAt"))
     update matter_clocks c set due_on = n."dueOn", due_at = n."dueAt", confirmed = n.confirmed, counted_by = :counting
     from jsonb_to_recordset(:clocks) as n(id uuid, place int, "dueOn" date, "dueAt" timestamptz, confirmed boolean)
     where c.matter_id = n.id and c.place = n.place and c.running and c.counted_by <> :counting /* recount.keep */`,
    { moved: JSON.stringify(moved), dues: JSON.stringify(dues), clocks: JSON.stringify(clocks), counting } as never,
  )
  return rowCount ?? 0
}
