/** The trail: rows added in the order of their chain, read in pages, and found by operator; content past its time erased. */

import {
  type Content,
  contentIn,
  FORM,
  type Head,
  type Row,
  type Sealed,
  type TrailKind,
} from '../../domain/audit/audit-log.js'
import type { Server } from '../../domain/audit/loss.js'
import type { Db, Tx } from '../db/db.js'

/** SQLSTATE: another process has written a row of that number. */
const UNIQUE_VIOLATION = '23505'
/** Held by whoever writes while several processes do. */
const LOCK = 'hub.trail'

/** Null: there is no row yet. */
export const head = async (db: Db | Tx): Promise<Head | null> => {
  const answer = await db.raw('select number, hash from trail order by number desc limit 1 /* trail.head */')
  return headOf(answer.rows[0])
}

const headOf = (row: { number: number; hash: Buffer } | undefined): Head | null =>
  row === undefined ? null : { number: row.number, hash: row.hash.toString('hex') }

/** TAKEN: another process has written a row of one of these numbers. GONE: the row before them is not there. Neither wrote anything. */
export type Added = { server: Server } | 'TAKEN' | 'GONE'

/**
 * Durable when it returns, whatever the server's settings say of commits; and on which server. The row before them must be there:
 * the connection may lead to another server than the one that wrote it.
 */
export const add = async (db: Db | Tx, rows: readonly Sealed[]): Promise<Added> => {
  const [first] = rows
  if (first === undefined) throw new Error('no row to add')
  try {
    const answer = await db.raw(
      `with durable as materialized (select set_config('synchronous_commit', 'on', true)),
       before as materialized (select 1 from durable
         where ?::bigint = 1 or exists (select 1 from trail where number = ?::bigint - 1 and hash = decode(?, 'hex'))),
       written as (
         insert into trail (form, key_id, number, at, kind, count, content_hash, previous, hash, client, role, request, body)
         select ${FORM}, ?, r.number, r.at, r.kind, r.count, decode(r.content_hash, 'hex'), decode(r.previous, 'hex'), decode(r.hash, 'hex'),
           r.client, r.role, r.request, r.body
         from before, rows from (unnest(?::bigint[], ?::timestamptz[], ?::text[], ?::int[], ?::text[], ?::text[], ?::text[], ?::text[],
           ?::text[], ?::text[]), string_to_table(?, E'\\n'))
           as r(number, at, kind, count, content_hash, previous, hash, client, role, request, body)
         returning 1)
       select count(*)::int as written, ${SERVER} from written /* trail.add */`,
      [
        first.number,
        first.number,
        first.previous,
        first.keyId,
        numbers(rows.map((r) => r.number)),
        plain(rows.map((r) => r.at.toISOString())),
        plain(rows.map((r) => r.kind)),
        numbers(rows.map((r) => r.count)),
        plain(rows.map((r) => r.contentHash)),
        plain(rows.map((r) => r.previous)),
        plain(rows.map((r) => r.hash)),
        texts(rows.map((r) => r.content.client)),
        texts(rows.map((r) => r.content.role)),
        texts(rows.map((r) => r.content.request)),
        // JSON has no line end in it.
        rows.map((r) => r.body).join('\n'),
      ] as never,
    )
    const { written, timeline, system } = answer.rows[0]
    return written === rows.length ? { server: { timeline, system } } : 'GONE'
  } catch (error) {
    if ((error as { code?: unknown }).code === UNIQUE_VIOLATION) return 'TAKEN'
    throw error
  }
}

/** The timeline as the server writes it now: what its last checkpoint said may be older than its promotion. */
const SERVER = `('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int as timeline,
  (select system_identifier::text from pg_control_system()) as system`

/** Null: it is a standby that follows another. */
export const server = async (db: Db | Tx): Promise<Server | null> => {
  const answer = await db.raw(
    `select case when pg_is_in_recovery() then null else pg_current_wal_insert_lsn() end as lsn /* trail.server */`,
  )
  if (answer.rows[0].lsn === null) return null
  return (await db.raw(`select ${SERVER} /* trail.server */`)).rows[0]
}

// Arrays as PostgreSQL reads them, in the few forms that rows have: a third of the time that the driver takes for any.

const numbers = (members: readonly number[]): string => `{${members.join(',')}}`

const texts = (members: readonly string[]): string =>
  `{${members.map((text) => `"${ESCAPED.test(text) ? text.replace(EACH_ESCAPED, '\\$&') : text}"`).join(',')}}`
const ESCAPED = /["\\]/
const EACH_ESCAPED = /["\\]/g

/** Of letters, digits and signs that need no quotes: hashes, kinds, instants. */
const plain = (members: readonly string[]): string => `{${members.join(',')}}`

/**
 * The head, under a lock that to the end of the transaction only one of those who take it has. Two statements of one message: the
 * second looks once the lock is had, and sees what the one before has written.
 */
export const lockedHead = async (tx: Tx): Promise<Head | null> => {
  const [, answer] = (await tx.raw(
    `select pg_advisory_xact_lock(hashtextextended('${LOCK}', 0)) /* trail.lockedHead */;
     select number, hash from trail order by number desc limit 1 /* trail.lockedHead */`,
  )) as unknown as { rows: { number: number; hash: Buffer }[] }[]
  return headOf(answer?.rows[0])
}

const COLUMNS = `number, at, kind, count, content_hash as "contentHash", previous, hash, salt, client, role, agency, purpose, request, asked,
  outcome, shown, digest, form, key_id as "keyId", body`

type Bytes = Record<'contentHash' | 'previous' | 'hash', Buffer> & Record<'salt' | 'shown' | 'digest', Buffer | null>
type Flat = Omit<Row, 'content' | keyof Bytes> & Omit<Content, keyof Bytes> & Bytes & { body: string | null }

const rowOf = (flat: Flat): Row => {
  const { number, at, kind, count, contentHash, previous, hash, form, keyId } = flat
  return {
    form,
    keyId,
    number,
    at,
    kind,
    count,
    contentHash: contentHash.toString('hex'),
    previous: previous.toString('hex'),
    hash: hash.toString('hex'),
    body: flat.body,
    content: form === 0 ? columnsOf(flat) : bodyIn(flat),
  }
}

/** Of a row of form 0. */
const columnsOf = ({
  salt,
  shown,
  digest,
  client,
  role,
  agency,
  purpose,
  request,
  asked,
  outcome,
}: Flat): Content | null =>
  salt === null
    ? null
    : {
        ...{ client, role, agency, purpose, request, asked, outcome },
        salt: salt.toString('base64'),
        shown: shown?.toString('base64') ?? null,
        digest: digest?.toString('base64') ?? null,
      }

/** Rows are found by columns of their own, which count as content: one that was altered makes it another than its body. */
const bodyIn = ({ body, client, role, request }: Flat): Content | null => {
  const content = body === null ? null : contentIn(body)
  return content && { ...content, client, role, request }
}

/** In the order of the chain. */
export const after = async (db: Db | Tx, number: number, limit: number): Promise<Row[]> => {
  const answer = await db.raw(
    `select ${COLUMNS} from trail where number > ? order by number limit ? /* trail.after */`,
    [number, limit],
  )
  return answer.rows.map(rowOf)
}

export const ofKind = async (db: Db | Tx, kind: Exclude<TrailKind, 'ANSWER'>): Promise<Row[]> => {
  // Said twice, since few rows are of another kind than answers, and these have an index.
  const answer = await db.raw(
    `select ${COLUMNS} from trail where kind = ? and kind <> 'ANSWER' order by number /* trail.ofKind */`,
    [kind],
  )
  return answer.rows.map(rowOf)
}

export interface Filter {
  client: string | null
  role: string | null
  kind: TrailKind | null
  request: string | null
  /** Operators, one of which was shown; null: whichever. */
  operators: readonly number[] | null
  /** First instant, and the first that is past it. */
  from: Date | null
  until: Date | null
}

const MATCHES = `(:client::text is null or t.client = :client) and (:role::text is null or t.role = :role)
  and (:kind::text is null or t.kind = :kind) and (:request::text is null or t.request = :request)
  and (:from::timestamptz is null or t.at >= :from) and (:until::timestamptz is null or t.at < :until)`
const OF_OPERATORS =
  't.number in (select o.number from trail_operators o where o.operator_id = any(:operators::bigint[]))'

const where = ({ operators }: Filter): string => (operators === null ? MATCHES : `${MATCHES} and ${OF_OPERATORS}`)

/** Newest first. */
export const list = async (
  db: Db,
  filter: Filter,
  { first, before }: { first: number; before: number | null },
): Promise<Row[]> => {
  const answer = await db.raw(
    `select ${COLUMNS} from trail t where ${where(filter)} and (:before::bigint is null or t.number < :before)
     order by t.number desc limit :first /* trail.list */`,
    { ...filter, first, before } as never,
  )
  return answer.rows.map(rowOf)
}

export const count = async (db: Db, filter: Filter): Promise<number> => {
  // Numbers have no gap.
  if (Object.values(filter).every((one) => one === null)) return (await head(db))?.number ?? 0
  const answer = await db.raw(`select count(*)::int as n from trail t where ${where(filter)} /* trail.count */`, {
    ...filter,
  } as never)
  return answer.rows[0].n
}

export interface Asking {
  number: number
  at: Date
  kind: TrailKind
  client: string
  role: string
  agency: string | null
  purpose: string | null
}

export interface AskingsOf {
  roles: readonly string[]
  first: number
  before: number | null
}

/** Who was shown one of the operators of each group, of these roles alone; a page for each, newest first. */
export const askings = async (
  db: Db,
  groups: readonly (readonly number[])[],
  { roles, first, before }: AskingsOf,
): Promise<Asking[][]> => {
  const asked = JSON.stringify(groups.map((operators, place) => ({ place, operators })))
  const answer = await db.raw(
    `select g.place, t.* from jsonb_to_recordset(:asked::jsonb) as g(place int, operators bigint[])
     cross join lateral (
       select t.number, t.at, t.kind, t.client, t.role, coalesce(t.agency, t.body::json ->> 3) as agency,
         coalesce(t.purpose, t.body::json ->> 4) as purpose from trail t
       where t.number in (select o.number from trail_operators o where o.operator_id = any(g.operators))
         and t.role = any(:roles::text[]) and t.client is not null and (:before::bigint is null or t.number < :before)
       order by t.number desc limit :first) t
     order by g.place, t.number desc /* trail.askings */`,
    { asked, roles, first, before } as never,
  )
  const pages: Asking[][] = groups.map(() => [])
  for (const { place, ...asking } of answer.rows as (Asking & { place: number })[]) pages[place]?.push(asking)
  return pages
}

/** Codes of operators known by their number, or by the listing or told record that is about them. Operators without one have none. */
export const codesOf = async (
  db: Db,
  { operators, subjects }: { operators: readonly number[]; subjects: readonly string[] },
): Promise<string[]> => {
  const answer = await db.raw(
    `select coalesce(uscc, shop) as code from operators where coalesce(uscc, shop) is not null and id in (
       select unnest(?::int[]) union select operator_id from listings where id = any(?::uuid[])
       union select operator_id from told_records where id = any(?::uuid[])) /* trail.codesOf */`,
    [operators, subjects, subjects] as never,
  )
  return answer.rows.map(({ code }: { code: string }) => code)
}

export interface Progress {
  indexed: number
  erased: number
}

/** Locked to the end of the transaction. */
export const progress = async (tx: Tx): Promise<Progress> => {
  await tx.raw('insert into trail_progress default values on conflict do nothing /* trail.progress */')
  const answer = await tx.raw('select indexed, erased from trail_progress for update /* trail.progress */')
  return answer.rows[0]
}

/** The instant of the last row that is in the index; null: none is. */
export const indexedUntil = async (db: Db): Promise<Date | null> => {
  const answer = await db.raw(
    `select t.at from trail_progress p join trail t on t.number = p.indexed /* trail.indexedUntil */`,
  )
  return answer.rows[0]?.at ?? null
}

export interface ToIndex {
  number: number
  /** How many codes were shown. */
  codes: number
  /** Packed, as base64. */
  shown: string | null
}

/** At most so many rows, and no further one once they show so many codes. */
export const toIndex = async (
  tx: Tx,
  number: number,
  { rows, codes }: { rows: number; codes: number },
): Promise<ToIndex[]> => {
  const answer = await tx.raw(
    `select t.number, t.codes, t.shown, t.body::json ->> 8 as packed
     from (select n.*, sum(codes) over (order by number) - codes as before
       from (select number, shown, body, count as codes from trail where number > :number order by number limit :rows) n) t
     where t.before < :codes order by t.number /* trail.toIndex */`,
    { number, rows, codes } as never,
  )
  return answer.rows.map(
    ({ packed, shown, ...row }: Omit<ToIndex, 'shown'> & { shown: Buffer | null; packed: string | null }) => ({
      ...row,
      shown: shown?.toString('base64') ?? packed,
    }),
  )
}

interface Shown {
  number: number
  scheme: string
  code: string
}

/**
 * In the order of the codes, and each looked up by itself: joined as one, PostgreSQL would read all operators there are for a few
 * hundred codes. Of USCCs, which nearly all are, only what holds such.
 */
const IN_ORDER = `(select * from unnest(?::bigint[], ?::text[], ?::text[]) as s(number, scheme, code) order by code collate "C")`
const OF_USCCS = `with s as materialized ${IN_ORDER}
  select coalesce(o.merged_into, o.id) as operator, s.number from s cross join lateral (
    select id, merged_into from operators where uscc = s.code and known_to is null offset 0) o
  union all select coalesce(o.merged_into, o.id), s.number from s cross join lateral (
    select operator_id from operator_codes where scheme = 'uscc' and code = s.code offset 0) k
    join operators o on o.id = k.operator_id and o.known_to is null`
const OF_OTHERS = `select o.operator_id as operator, s.number from ${IN_ORDER} s cross join lateral (
  select c.operator_id from codes c where c.scheme = s.scheme and c.code = s.code and c.known_to is null offset 0) o`

/**
 * `shown`: each code beside the number of a row that showed it. What leads to no operator by now is left out. Rows are added in the
 * order of the tree that holds them; none of these numbers has been before, as `progress` is locked.
 */
export const index = async (tx: Tx, shown: readonly Shown[], indexed: number): Promise<void> => {
  const isUscc = ({ scheme }: Shown): boolean => scheme === 'uscc'
  const usccs = shown.filter(isUscc)
  const others = shown.filter((each) => !isUscc(each))
  await tx.raw(
    `insert into trail_operators (operator_id, number)
     select operator, number from ((${OF_USCCS}) union (${OF_OTHERS})) f order by operator, number /* trail.index */`,
    [...columns(usccs), ...columns(others)] as never,
  )
  await tx.raw('update trail_progress set indexed = ? /* trail.index */', [indexed])
}

const columns = (shown: readonly Shown[]): string[][] => [
  shown.map((s) => String(s.number)),
  shown.map((s) => s.scheme),
  shown.map((s) => s.code),
]

/** Numbers and instants alone, to see which are past their time. */
export const instants = async (tx: Tx, number: number, limit: number): Promise<{ number: number; at: Date }[]> => {
  const answer = await tx.raw(
    'select number, at from trail where number > ? order by number limit ? /* trail.instants */',
    [number, limit],
  )
  return answer.rows
}

/** Frames and hashes stay; so do rows about losses, which say nothing of anybody and explain what is missing for good. */
export const erase = async (tx: Tx, { from, to, now }: { from: number; to: number; now: Date }): Promise<void> => {
  await tx.raw(
    `update trail set salt = null, client = null, role = null, agency = null, purpose = null, request = null, asked = null, outcome = null,
       shown = null, digest = null, body = null, erased_at = :now
     where number between :from and :to and erased_at is null and kind not in ('CUT', 'RELEASED') /* trail.erase */`,
    { from, to, now } as never,
  )
  await tx.raw('delete from trail_operators where number between ? and ? /* trail.erase */', [from, to])
  await tx.raw('update trail_progress set erased = ? /* trail.erase */', [to])
}
