/** Matters are stored with their seats, newest moves and clocks in one statement. */
import type { Matter } from '../../domain/matters/matter.js'
import { RECEIPT_SEAT } from '../../domain/matters/seats.js'
import { type Db, queryColumn, queryFirst, queryOne, queryRows, queryValue, type Tx } from '../db/db.js'
import { runPrepared } from '../db/own-connection.js'

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
  matter: Matter
  sealedFields: string | null
  closedAt: Date | null
  waiting: string | null
  /** At least one; they follow those that are kept. */
  moves: readonly NewMatterMove[]
  seats: readonly SeatRow[]
  clocks: readonly MatterClockColumns[]
  files: readonly { seat: string; sha256: string }[]
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
  clocks: content.clocks.map((clock) => ({
    ...clock,
    startsAt: instantOf(clock.startsAt),
    due: clock.due && { ...clock.due, at: instantOf(clock.due.at) },
    ended: clock.ended && { ...clock.ended, at: instantOf(clock.ended.at) },
  })),
})

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

/** SQL: hash of the newest move of `m`. */
export const LAST_HASH_SQL = `(select h.hash from matter_moves h where h.matter_id = m.id order by h.sequence desc limit 1) as "previousHash"`

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

const selectMatter = async (...asked: Parameters<typeof selectMatters>): Promise<StoredMatter | null> =>
  (await selectMatters(...asked))[0] ?? null

export const matterById = (db: Db | Tx, id: string): Promise<StoredMatter | null> =>
  selectMatter(db, 'where m.id = ?::uuid /* matters.byId */', [id])

export const mattersByIds = (db: Db | Tx, ids: readonly string[]): Promise<StoredMatter[]> =>
  selectMatters(db, 'where m.id = any(?::uuid[]) /* matters.byIds */', [[...ids]])

export const matterByNumber = (db: Db, number: string): Promise<StoredMatter | null> =>
  selectMatter(db, 'where m.number = ? /* matters.byNumber */', [number])

export const listMattersAbout = (
  db: Db,
  operatorId: number,
  { kinds, most }: { kinds: readonly string[]; most: number },
): Promise<StoredMatter[]> =>
  selectMatters(
    db,
    `where m.operator_id = ? and m.kind = any(?::text[]) and (m.content->>'handed')::boolean
     order by m.opened_at desc, m.number desc limit ? /* matters.about */`,
    [operatorId, [...kinds], most],
  )

/** `previousHash`: of its newest move. */
export type LockedMatter = StoredMatter & { previousHash: string }

export const lockMatter = async (tx: Tx, id: string): Promise<LockedMatter | null> =>
  reviveMatter(
    await queryFirst(
      tx,
      `select ${MATTER_COLUMNS}, ${LAST_HASH_SQL} from matters m where m.id = ?::uuid for update /* matters.lock */`,
      [id],
    ),
  )

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
  tx: Tx,
  { openedBy, kind, reference }: Pick<MatterHead, 'openedBy' | 'kind' | 'reference'>,
): Promise<{ known: StoredMatter; next: null } | { known: null; next: number }> => {
  const { next, ...known } = await queryOne<StoredMatter & { next: number | null }>(
    tx,
    `select ${MATTER_COLUMNS}, case when m.id is null then nextval('matter_numbers')::int end as next
     from (values (1)) one left join matters m on m.opened_by = ? and m.kind = ? and m.reference = ? /* matters.orNumber */`,
    [openedBy, kind, reference],
  )
  return next === null ? { known: reviveMatter(known), next } : { known: null, next }
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

const findNextDue = (clocks: readonly Pick<MatterClockColumns, 'running' | 'dueAt'>[]): string =>
  clocks.flatMap(({ running, dueAt }) => (running && dueAt !== null ? [dueAt.toISOString()] : [])).sort()[0] ?? NEVER

/**
 * Each matter at most once. The recount alone confirms a clock, so moves leave `confirmed` as it is. Prepared, because
 * planning takes longer than writing one matter.
 */
export const writeMatters = async (tx: Tx, written: readonly MatterWriting[]): Promise<void> => {
  if (written.length === 0) return
  await runPrepared(
    tx,
    `with w as materialized (
       select * from jsonb_to_recordset(?::jsonb) as w(id uuid, kind text, "kindVersion" text, number text, "openedBy" text, reference text,
         "requestSha256" text, "operatorId" int, "listingId" uuid, "parentId" uuid, state text, waiting text, content jsonb, "sealedFields" text,
         sequence int, "openedAt" timestamptz, "receivedAt" timestamptz, "closedAt" timestamptz, "dueAt" timestamptz, mover text,
         moves jsonb, seats jsonb, clocks jsonb, files jsonb)),
     kept as (
       insert into matters (id, kind, kind_version, number, opened_by, reference, request_sha256, operator_id, listing_id, parent_id,
         state, waiting, content, sealed_fields, moves, opened_at, received_at, closed_at)
       select id, kind, "kindVersion", number, "openedBy", reference, "requestSha256", "operatorId", "listingId", "parentId",
         state, waiting, content, "sealedFields", sequence, "openedAt", "receivedAt", "closedAt" from w
       on conflict (id) do update set state = excluded.state, waiting = excluded.waiting, content = excluded.content,
         sealed_fields = excluded.sealed_fields, moves = excluded.moves, received_at = excluded.received_at, closed_at = excluded.closed_at),
     moved as (
       insert into matter_moves (matter_id, sequence, move, state_before, state, by_sub, by_seat, on_day, at, input, sealed_input, previous_hash, hash)
       select w.id, v.sequence, v.move, v."stateBefore", v.state, v.by, v.seat, v."on", v.at, v.input, v."sealedInput", v."previousHash", v.hash
       from w, jsonb_to_recordset(w.moves) as v(sequence int, move text, "stateBefore" text, state text, by text, seat text, "on" date,
         at timestamptz, input jsonb, "sealedInput" text, "previousHash" text, hash text)),
     seen as (select w.id, w.sequence, w."closedAt", w."dueAt", w.waiting, w.mover, s.seat, s.place
       from w, jsonb_to_recordset(w.seats) as s(seat text, place text)),
     entered as (
       insert into matter_seats as s (matter_id, seat, place, from_move, queue, due_at)
       select id, seat, place, sequence, case when "closedAt" is null then case when seat = waiting then 'WAITING' else 'OTHERS' end
         when place = 'sender' and seat <> mover then 'ANSWERED' else 'ENDED' end, "dueAt" from seen
       on conflict (matter_id, seat, place) do update set queue = excluded.queue, due_at = excluded.due_at, to_move = null),
     left_place as (
       update matter_seats s set queue = case when w."closedAt" is not null then 'ENDED' else 'OTHERS' end, due_at = w."dueAt",
         to_move = coalesce(s.to_move, w.sequence)
       from w where s.matter_id = w.id
         and not exists (select 1 from seen n where n.id = s.matter_id and n.seat = s.seat and n.place = s.place)),
     named as (
       insert into matter_attachments (matter_id, seat, sha256)
       select w.id, f.seat, f.sha256 from w, jsonb_to_recordset(w.files) as f(seat text, sha256 text) on conflict do nothing)
     insert into matter_clocks as c (matter_id, place, clock, seat, due_on, due_at, confirmed, running)
     select w.id, k.place, k.clock, k.seat, k."dueOn", k."dueAt", k.confirmed, k.running from w, jsonb_to_recordset(w.clocks)
       as k(place int, clock text, seat text, "dueOn" date, "dueAt" timestamptz, confirmed boolean, running boolean)
     on conflict (matter_id, place) do update set seat = excluded.seat, due_on = excluded.due_on, due_at = excluded.due_at,
       running = excluded.running /* matters.write */`,
    [JSON.stringify(written.map(columnsOf))],
  )
}

const columnsOf = ({ head, matter, closedAt, ...written }: MatterWriting) => {
  const { state, receivedAt } = matter
  const dueAt = closedAt ?? findNextDue(written.clocks)
  const sequence = written.moves.at(-1)?.sequence
  const mover = matter.moves.findLast(({ seat }) => seat !== RECEIPT_SEAT)?.seat
  const own = { state: state ?? '', sequence, receivedAt, closedAt, dueAt, mover }
  // A stored matter as its own head carries its former content.
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
  const moved = recounted.flatMap(({ id, content, clocks }) =>
    content === null ? [] : [{ id, clocks: content, dueAt: findNextDue(clocks) }],
  )
  const { rowCount } = await tx.raw(
    `with moved as (select * from jsonb_to_recordset(:moved) as m(id uuid, clocks jsonb, "dueAt" timestamptz)),
     content as (update matters m set content = jsonb_set(m.content, '{clocks}', n.clocks) from moved n where m.id = n.id),
     seats as (update matter_seats s set due_at = n."dueAt" from moved n where s.matter_id = n.id)
     update matter_clocks c set due_on = n."dueOn", due_at = n."dueAt", confirmed = n.confirmed, counted_by = :counting
     from jsonb_to_recordset(:clocks) as n(id uuid, place int, "dueOn" date, "dueAt" timestamptz, confirmed boolean)
     where c.matter_id = n.id and c.place = n.place and c.running and c.counted_by <> :counting /* recount.keep */`,
    { moved: JSON.stringify(moved), clocks: JSON.stringify(clocks), counting } as never,
  )
  return rowCount ?? 0
}
