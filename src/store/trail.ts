/** The trail: rows added in the order of their chain, read in pages, and found by operator; content past its time erased. */
import type { Content, Head, Row, TrailKind } from '../domain/trail.js'
import type { Db, Tx } from './db.js'

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

/**
 * Durable when it returns, whatever the server's settings say of commits. False: another process has written a row of one of
 * these numbers, and nothing was written here.
 */
export const add = async (db: Db | Tx, rows: readonly (Row & { content: Content })[]): Promise<boolean> => {
  try {
    await db.raw(
      `with durable as materialized (select set_config('synchronous_commit', 'on', true))
       insert into trail (number, at, kind, count, content_hash, previous, hash, salt, client, role, agency, purpose, request, asked,
         outcome, shown, digest)
       select r.number, r.at, r.kind, r.count, decode(r.content_hash, 'hex'), decode(r.previous, 'hex'), decode(r.hash, 'hex'),
         decode(r.salt, 'base64'), r.client, r.role, r.agency, r.purpose, r.request, r.asked, r.outcome, decode(r.shown, 'base64'),
         decode(r.digest, 'base64')
       from durable, unnest(?::bigint[], ?::timestamptz[], ?::text[], ?::int[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
         ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[]) as r(number, at, kind, count, content_hash,
         previous, hash, salt, client, role, agency, purpose, request, asked, outcome, shown, digest) /* trail.add */`,
      [
        numbers(rows.map((r) => r.number)),
        plain(rows.map((r) => r.at.toISOString())),
        plain(rows.map((r) => r.kind)),
        numbers(rows.map((r) => r.count)),
        plain(rows.map((r) => r.contentHash)),
        plain(rows.map((r) => r.previous)),
        plain(rows.map((r) => r.hash)),
        plain(rows.map((r) => r.content.salt)),
        texts(rows.map((r) => r.content.client)),
        texts(rows.map((r) => r.content.role)),
        texts(rows.map((r) => r.content.agency)),
        texts(rows.map((r) => r.content.purpose)),
        texts(rows.map((r) => r.content.request)),
        texts(rows.map((r) => r.content.asked)),
        texts(rows.map((r) => r.content.outcome)),
        plain(rows.map((r) => r.content.shown)),
        plain(rows.map((r) => r.content.digest)),
      ] as never,
    )
    return true
  } catch (error) {
    if ((error as { code?: unknown }).code === UNIQUE_VIOLATION) return false
    throw error
  }
}

// Arrays as PostgreSQL reads them, in the few forms that rows have: a third of the time that the driver takes for any.

const numbers = (members: readonly number[]): string => `{${members.join(',')}}`

const texts = (members: readonly (string | null)[]): string =>
  `{${members.map((text) => (text === null ? 'NULL' : `"${ESCAPED.test(text) ? text.replace(EACH_ESCAPED, '\\$&') : text}"`)).join(',')}}`
const ESCAPED = /["\\]/
const EACH_ESCAPED = /["\\]/g

/** Of letters, digits and signs that need no quotes: hashes, bytes as base64, instants. */
const plain = (members: readonly (string | null)[]): string => `{${members.map((text) => text ?? 'NULL').join(',')}}`

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
  outcome, shown, digest`

type Bytes = Record<'contentHash' | 'previous' | 'hash', Buffer> & Record<'salt' | 'shown' | 'digest', Buffer | null>
type Flat = Omit<Row, 'content' | keyof Bytes> & Omit<Content, keyof Bytes> & Bytes

const rowOf = ({ number, at, kind, count, contentHash, previous, hash, salt, shown, digest, ...texts }: Flat): Row => ({
  number,
  at,
  kind,
  count,
  contentHash: contentHash.toString('hex'),
  previous: previous.toString('hex'),
  hash: hash.toString('hex'),
  content:
    salt === null
      ? null
      : {
          ...texts,
          salt: salt.toString('base64'),
          shown: shown?.toString('base64') ?? null,
          digest: digest?.toString('base64') ?? null,
        },
})

/** In the order of the chain. */
export const after = async (db: Db | Tx, number: number, limit: number): Promise<Row[]> => {
  const answer = await db.raw(
    `select ${COLUMNS} from trail where number > ? order by number limit ? /* trail.after */`,
    [number, limit],
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
       select t.number, t.at, t.kind, t.client, t.role, t.agency, t.purpose from trail t
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
    `select t.number, t.shown, t.codes from (select number, shown, codes, sum(codes) over (order by number) - codes as before
       from (select number, shown, count as codes from trail where number > :number order by number limit :rows) n) t
     where t.before < :codes order by t.number /* trail.toIndex */`,
    { number, rows, codes } as never,
  )
  return answer.rows.map((row: Omit<ToIndex, 'shown'> & { shown: Buffer | null }) => ({
    ...row,
    shown: row.shown?.toString('base64') ?? null,
  }))
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

/** Frames and hashes stay. */
export const erase = async (tx: Tx, { from, to, now }: { from: number; to: number; now: Date }): Promise<void> => {
  await tx.raw(
    `update trail set salt = null, client = null, role = null, agency = null, purpose = null, request = null, asked = null, outcome = null,
       shown = null, digest = null, erased_at = :now
     where number between :from and :to and erased_at is null /* trail.erase */`,
    { from, to, now } as never,
  )
  await tx.raw('delete from trail_operators where number between ? and ? /* trail.erase */', [from, to])
  await tx.raw('update trail_progress set erased = ? /* trail.erase */', [to])
}

/** The head that each snapshot's manifest was last signed with, as it was signed. */
export const published = async (db: Db): Promise<{ sequence: number; jws: string }[]> => {
  const answer = await db.raw('select sequence, jws from manifests order by sequence /* trail.published */')
  return answer.rows
}

/** When a person has last released a database that was restored from a backup; null: never. */
export const lastRelease = async (db: Db): Promise<Date | null> => {
  const answer = await db.raw('select max(released_at) as at from database_restored /* trail.lastRelease */')
  return answer.rows[0].at
}
