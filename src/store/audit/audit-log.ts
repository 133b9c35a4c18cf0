import {
  AUDIT_ROW_FORM,
  type AuditContent,
  type AuditHead,
  type AuditLogKind,
  type AuditRow,
  parseContent,
  type SealedAuditRow,
} from '../../domain/audit/audit-log.js'
import type { ServerIdentity } from '../../domain/audit/loss.js'
import { type Db, queryColumn, queryCount, queryFirst, queryOne, queryRows, queryValue, type Tx } from '../db/db.js'
import { CHECK_VIOLATION, hasSqlstate, isUniqueViolation, UNDEFINED_TABLE } from '../db/sqlstate.js'

const LOCK = 'hub.trail'

const SELECT_HEAD = `select number, encode(hash, 'hex') as hash from trail order by number desc limit 1`

export const readHead = (db: Db): Promise<AuditHead | null> => queryFirst(db, `${SELECT_HEAD} /* audit-log.head */`)

/**
 * TAKEN: another process used one of the numbers. GONE: the previous row is missing. FULL: no partition takes a number.
 */
export type AppendResult = { server: ServerIdentity } | 'TAKEN' | 'GONE' | 'FULL'

/**
 * Commits durably. The previous row must be in `partition`: after a failover the connection may lead to another server.
 */
export const appendRows = async (
  db: Db,
  rows: readonly SealedAuditRow[],
  partition = 'trail',
): Promise<AppendResult> => {
  const [first] = rows
  if (first === undefined) throw new Error('no row to add')
  try {
    const answer = await db.raw(
      `with durable as materialized (select set_config('synchronous_commit', 'on', true)),
       before as materialized (select 1 from durable
         where ?::bigint = 1 or exists (select 1 from ${partition} where number = ?::bigint - 1 and hash = decode(?, 'hex'))),
       written as (
         insert into trail (form, key_id, number, at, kind, count, content_hash, previous, hash, client, role, request, body)
         select ${AUDIT_ROW_FORM}, ?, r.number, r.at, r.kind, r.count, decode(r.content_hash, 'hex'), decode(r.previous, 'hex'), decode(r.hash, 'hex'),
           r.client, r.role, r.request, r.body
         from before, rows from (unnest(?::bigint[], ?::timestamptz[], ?::text[], ?::int[], ?::text[], ?::text[], ?::text[], ?::text[],
           ?::text[], ?::text[]), string_to_table(?, E'\\n'))
           as r(number, at, kind, count, content_hash, previous, hash, client, role, request, body)
         returning 1)
       select count(*)::int as written, ${SERVER} from written /* audit-log.add */`,
      [
        first.number,
        first.number,
        first.previous,
        first.keyId,
        plain(rows.map((r) => r.number)),
        plain(rows.map((r) => r.at.toISOString())),
        plain(rows.map((r) => r.kind)),
        plain(rows.map((r) => r.count)),
        plain(rows.map((r) => r.contentHash)),
        plain(rows.map((r) => r.previous)),
        plain(rows.map((r) => r.hash)),
        texts(rows.map((r) => r.content.client)),
        texts(rows.map((r) => r.content.role)),
        texts(rows.map((r) => r.content.request)),
        rows.map((r) => r.body).join('\n'),
      ] as never,
    )
    const { written, timeline, system } = answer.rows[0]
    return written === rows.length ? { server: { timeline, system } } : 'GONE'
  } catch (error) {
    if (isUniqueViolation(error)) return 'TAKEN'
    if (hasSqlstate(error, UNDEFINED_TABLE) && partition !== 'trail') return 'GONE'
    // PostgreSQL names a constraint for any other violation.
    if (hasSqlstate(error, CHECK_VIOLATION) && (error as { constraint?: unknown }).constraint === undefined)
      return 'FULL'
    throw error
  }
}

/** System identifier and WAL timeline, which the last checkpoint may not yet show. */
const SERVER = `('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int as timeline,
  (select system_identifier::text from pg_control_system()) as system`

/** A standby has none. */
export const readServerIdentity = (db: Db): Promise<ServerIdentity | null> =>
  queryFirst(db, `select ${SERVER} where not pg_is_in_recovery() /* audit-log.server */`)

const texts = (members: readonly string[]): string =>
  `{${members.map((text) => `"${ESCAPED.test(text) ? text.replace(EACH_ESCAPED, '\\$&') : text}"`).join(',')}}`
const ESCAPED = /["\\]/
const EACH_ESCAPED = /["\\]/g

const plain = (members: readonly (string | number)[]): string => `{${members.join(',')}}`

/** Two statements: a single one would not see what the lock's previous holder wrote. */
export const lockAndReadHead = async (tx: Tx): Promise<AuditHead | null> => {
  const [, answer] = (await tx.raw(
    `select pg_advisory_xact_lock(hashtextextended('${LOCK}', 0)) /* audit-log.lockedHead */;
     ${SELECT_HEAD} /* audit-log.lockedHead */`,
  )) as unknown as { rows: AuditHead[] }[]
  return answer?.rows[0] ?? null
}

const base64 = (column: string): string => `replace(encode(${column}, 'base64'), E'\\n', '')`

const COLUMNS = `number, at, kind, count, encode(content_hash, 'hex') as "contentHash", encode(previous, 'hex') as previous, encode(hash, 'hex') as hash,
  form, key_id as "keyId", body, ${base64('salt')} as salt, client, role, agency, purpose, request, asked, outcome, ${base64('shown')} as shown,
  ${base64('digest')} as digest, archived and erased_at is null as "isInFile"`

type FlatRow = Omit<AuditRow, 'content' | 'inFile'> & AuditContent & { isInFile: boolean }

const rowOf = (flat: FlatRow): AuditRow => {
  const { isInFile, salt, client, role, agency, purpose, request, asked, outcome, shown, digest, ...row } = flat
  const inColumns = { salt, client, role, agency, purpose, request, asked, outcome, shown, digest }
  const inBody = row.body === null ? null : parseContent(row.body)
  // Columns override the body, so an altered column no longer matches the hash.
  const content = row.form === 0 ? salt && inColumns : inBody && { ...inBody, client, role, request }
  return { ...row, content: content || null, inFile: isInFile ? { client, role, agency, purpose, request } : null }
}

export const listRowsAfter = async (db: Db, number: number, limit: number): Promise<AuditRow[]> => {
  const answer = await db.raw(
    `select ${COLUMNS} from trail where number > ? order by number limit ? /* audit-log.after */`,
    [number, limit],
  )
  return answer.rows.map(rowOf)
}

/** `kind <> 'ANSWER'` makes the partial index usable. */
export const listCutRows = async (db: Db): Promise<AuditRow[]> => {
  const answer = await db.raw(
    `select ${COLUMNS} from trail where kind = 'CUT' and kind <> 'ANSWER' order by number /* audit-log.cuts */`,
  )
  return answer.rows.map(rowOf)
}

export interface AuditFilter {
  client: string | null
  role: string | null
  kind: AuditLogKind | null
  request: string | null
  operators: readonly number[] | null
  /** `from` is inclusive, `until` exclusive. */
  from: Date | null
  until: Date | null
}

const MATCHES = `(:client::text is null or t.client = :client) and (:role::text is null or t.role = :role)
  and (:kind::text is null or t.kind = :kind) and (:request::text is null or t.request = :request)
  and (:from::timestamptz is null or t.at >= :from) and (:until::timestamptz is null or t.at < :until)`
const OF_OPERATORS =
  't.number in (select o.number from trail_operators o where o.operator_id = any(:operators::bigint[]))'

const where = ({ operators }: AuditFilter): string => (operators === null ? MATCHES : `${MATCHES} and ${OF_OPERATORS}`)

export const listRows = async (
  db: Db,
  filter: AuditFilter,
  { first, before }: { first: number; before: number | null },
): Promise<AuditRow[]> => {
  const answer = await db.raw(
    `select ${COLUMNS} from trail t where ${where(filter)} and (:before::bigint is null or t.number < :before)
     order by t.number desc limit :first /* audit-log.list */`,
    { ...filter, first, before } as never,
  )
  return answer.rows.map(rowOf)
}

export const countRows = async (db: Db, filter: AuditFilter, most: number | null): Promise<number> => {
  // Row numbers have no gaps, so the last is the count.
  if (Object.values(filter).every((one) => one === null)) return (await readHead(db))?.number ?? 0
  return queryCount(db, `from trail t where ${where(filter)} /* audit-log.count */`, { ...filter }, most)
}

export type Disclosure = Pick<AuditRow, 'number' | 'at' | 'kind'> &
  Pick<AuditContent, 'client' | 'role' | 'agency' | 'purpose'>

export interface DisclosurePage {
  roles: readonly string[]
  /** The party whose own views are left out; null: none are. */
  self: string | null
  first: number
  before: number | null
}

/**
 * Lists who saw these operators, newest first. Acts and files of marketplaces are left out: they concern operators in
 * matters alone, and would reveal clues.
 */
export const listDisclosures = async (
  db: Db,
  groups: readonly (readonly number[])[],
  { roles, self, first, before }: DisclosurePage,
): Promise<Disclosure[][]> => {
  const queries = JSON.stringify(groups.map((operators, place) => ({ place, operators })))
  const answer = await db.raw(
    `select g.place, t.* from jsonb_to_recordset(:queries::jsonb) as g(place int, operators bigint[])
     cross join lateral (
       select t.number, t.at, t.kind, t.client, t.role, coalesce(t.agency, t.body::json ->> 3) as agency,
         coalesce(t.purpose, t.body::json ->> 4) as purpose from trail t
       where t.number in (select o.number from trail_operators o where o.operator_id = any(g.operators))
         and t.role = any(:roles::text[]) and t.client is not null and not (t.role = 'party' and t.client = coalesce(:self::text, ''))
         and not (t.role = 'marketplace' and t.kind in ('ACT', 'OUTCOME', 'FILE'))
         and (:before::bigint is null or t.number < :before)
       order by t.number desc limit :first) t
     order by g.place, t.number desc /* audit-log.askings */`,
    { queries, roles, self, first, before } as never,
  )
  const pages: Disclosure[][] = groups.map(() => [])
  for (const { place, ...asking } of answer.rows as (Disclosure & { place: number })[]) pages[place]?.push(asking)
  return pages
}

export const findCodesOfOperatorsAndSubjects = (
  db: Db,
  { operators, subjects }: { operators: readonly number[]; subjects: readonly string[] },
): Promise<string[]> =>
  queryColumn(
    db,
    `select coalesce(uscc, shop) as code from operators where coalesce(uscc, shop) is not null and id in (
       select unnest(?::int[]) union select operator_id from listings where id = any(?::uuid[])
       union select operator_id from told_records where id = any(?::uuid[])) /* audit-log.codesOf */`,
    [operators, subjects, subjects],
  )

export const lockProgress = async (tx: Tx): Promise<{ indexed: number; erased: number }> => {
  await tx.raw('insert into trail_progress default values on conflict do nothing /* audit-log.progress */')
  return queryOne(tx, 'select indexed, erased from trail_progress for update /* audit-log.progress */')
}

export const findIndexedUntil = (db: Db): Promise<Date | null> =>
  queryValue(
    db,
    `select (select t.at from trail_progress p join trail t on t.number = p.indexed) as at /* audit-log.indexedUntil */`,
  )

export interface RowToIndex {
  number: number
  codes: number
  shown: string | null
}

export const listRowsToIndex = (
  tx: Tx,
  number: number,
  { rows, codes }: { rows: number; codes: number },
): Promise<RowToIndex[]> =>
  queryRows(
    tx,
    `select t.number, t.codes, coalesce(${base64('t.shown')}, t.body::json ->> 8) as shown
     from (select n.*, sum(codes) over (order by number) - codes as before
       from (select number, shown, body, count as codes from trail where number > :number order by number limit :rows) n) t
     where t.before < :codes order by t.number /* audit-log.toIndex */`,
    { number, rows, codes },
  )

interface ShownCode {
  number: number
  scheme: string
  code: string
}

/** Sorted and looked up one by one: a plain join would read all operators. */
const IN_ORDER = `(select * from unnest(?::bigint[], ?::text[], ?::text[]) as s(number, scheme, code) order by code collate "C")`
const OF_USCCS = `with s as materialized ${IN_ORDER}
  select coalesce(o.merged_into, o.id) as operator, s.number from s cross join lateral (
    select id, merged_into from operators where uscc = s.code and known_to is null offset 0) o
  union all select coalesce(o.merged_into, o.id), s.number from s cross join lateral (
    select operator_id from operator_codes where scheme = 'uscc' and code = s.code offset 0) k
    join operators o on o.id = k.operator_id and o.known_to is null`
const OF_OTHERS = `select o.operator_id as operator, s.number from ${IN_ORDER} s cross join lateral (
  select c.operator_id from codes c where c.scheme = s.scheme and c.code = s.code and c.known_to is null offset 0) o`

/** The caller has locked `trail_progress`, so no row is indexed twice. */
export const indexCodes = async (tx: Tx, codes: readonly ShownCode[], indexed: number): Promise<void> => {
  const isUscc = ({ scheme }: ShownCode): boolean => scheme === 'uscc'
  const usccs = codes.filter(isUscc)
  const others = codes.filter((each) => !isUscc(each))
  await tx.raw(
    `insert into trail_operators (operator_id, number)
     select operator, number from ((${OF_USCCS}) union (${OF_OTHERS})) f order by operator, number /* audit-log.index */`,
    [...columns(usccs), ...columns(others)] as never,
  )
  await tx.raw('update trail_progress set indexed = ? /* audit-log.index */', [indexed])
}

const columns = (codes: readonly ShownCode[]): string[][] => [
  codes.map((s) => String(s.number)),
  codes.map((s) => s.scheme),
  codes.map((s) => s.code),
]

export const listInstantsAfter = (tx: Tx, number: number, limit: number): Promise<{ number: number; at: Date }[]> =>
  queryRows(tx, 'select number, at from trail where number > ? order by number limit ? /* audit-log.instants */', [
    number,
    limit,
  ])

/** Erases who asked and what was shown. Hashes stay, as do rows about lost rows, which name nobody. */
export const eraseContent = async (
  tx: Tx,
  { from, to, now }: { from: number; to: number; now: Date },
): Promise<void> => {
  await tx.raw(
    `update trail set salt = null, client = null, role = null, agency = null, purpose = null, request = null, asked = null, outcome = null,
       shown = null, digest = null, body = null, erased_at = :now
     where number between :from and :to and erased_at is null and kind not in ('CUT', 'RELEASED') /* audit-log.erase */`,
    { from, to, now } as never,
  )
  await tx.raw('delete from trail_operators where number between ? and ? /* audit-log.erase */', [from, to])
  await tx.raw('update trail_progress set erased = ? /* audit-log.erase */', [to])
}
