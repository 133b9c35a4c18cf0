/** A small world for tests of work and store: feeds, operators, and a listing in any state. */

import { createHash } from 'node:crypto'
import { usccOf as usccIn } from '../../seeds/world/codes.js'
import type { AgencyFeed } from '../../src/agencies/feed.js'
import type { MoveName } from '../../src/domain/listing/moves.js'
import { isRefusal } from '../../src/foundation/errors.js'
import { makeLog } from '../../src/hub/log.js'
import type { JobDb, ReadHandle } from '../../src/store/db/db.js'
import type { Listing } from '../../src/store/listing/listings.js'
import { type PullResult, type PullRunOptions, runPull } from '../../src/work/intake/pull.js'
import { type MoveInput, makeMove, openCase } from '../../src/work/listing/listing.js'
import { fileOf } from '../agencies/samples.js'
import { freshDatabase } from './database.js'
import { type FeedGiven, feed, NAMES, type Row } from './feed.js'
import { rules } from './rules.js'

export { type FeedGiven, feed, type Invented, type Row } from './feed.js'

/** A Wednesday. Every test states its own time. */
export const NOW = new Date('2026-11-25T02:00:00.000Z')
export const TODAY = '2026-11-25'
export const later = (seconds: number, from = NOW): Date => new Date(from.getTime() + seconds * 1_000)
export const at = (instant: Date) => (): Date => instant

export const pseudonymOf = (id: string): string => createHash('sha256').update(`test ${id}`).digest('hex').slice(0, 16)
export const log = makeLog({ level: 'silent', file: null })
export { rules }

/** The n-th valid code of an invented enterprise. */
export const codeOf = (n: number): string => usccIn('91', '220102', 7_000 + n)
/** The code with a wrong check digit. */
export const wrongDigit = (code: string): string => code.slice(0, 17) + (code.endsWith('0') ? '1' : '0')

/** A database for the suite, emptied before each test, or only once. */
export const database = ({ once = false } = {}): (() => JobDb) => {
  let one: Awaited<ReturnType<typeof freshDatabase>> | undefined
  const db = (): JobDb => {
    if (one === undefined) throw new Error('asked for outside a test')
    return one.db
  }
  before(async () => {
    one = await freshDatabase()
  })
  after(() => one?.drop())
  if (!once) afterEach(() => empty(db()))
  return db
}

/**
 * Empties all tables. A new database per test would take twenty times as long, `truncate` ten times. Replica mode
 * ignores foreign keys. Tables without a page were never written. Tables of one row return to their first row.
 */
const empty = async (db: JobDb): Promise<void> => {
  const tables = await rowsOf(
    db,
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
       and relname !~ '^migrations|^knowledge|^office_revision' and pg_relation_size(oid) > 0`,
  )
  await db.transaction((tx) =>
    tx.raw(`set local session_replication_role = replica; ${tables.map(({ name }) => `delete from "${name}";`).join(' ')}
      update knowledge set latest = '2000-01-01T00:00:00Z';
      update office_revision set revision = 0, began_at_desk = false`),
  )
}

export type PullGiven = Partial<Omit<PullRunOptions, 'feed'>>

/** Pulls and fails the test if another process had the occurrence. */
export const pullFeed = async (db: JobDb, from: AgencyFeed, given: PullGiven = {}): Promise<PullResult> => {
  const url = 'http://127.0.0.1:9'
  const pulled = await runPull(db, { feed: from, url, cause: 'command', pseudonymOf, now: at(NOW), ...given })
  if (pulled === null) throw new Error('another process has this occurrence')
  return pulled
}

/** Pulls rows as the whole feed. */
export const pullItems = (
  db: JobDb,
  rows: readonly (Row | Record<string, unknown>)[],
  given: FeedGiven & PullGiven = {},
) => {
  const { id, kind, whole, bounds, body, ...options } = given
  const made: FeedGiven = { sent: () => rows }
  Object.assign(
    made,
    Object.fromEntries(Object.entries({ id, kind, whole, bounds, body }).filter(([, v]) => v !== undefined)),
  )
  return pullFeed(db, feed(made), options)
}

export const csvOf = (rows: readonly Row[]): string =>
  fileOf([NAMES.join(','), ...rows.map((row) => NAMES.map((name) => row[name] ?? '').join(','))].join('\n'))

export const counts = ({ received, new: fresh, changed, unchanged, rejected, unmatched }: PullResult) => ({
  received,
  new: fresh,
  changed,
  unchanged,
  rejected,
  unmatched,
})
export const counted = (received: number, of: Partial<Omit<ReturnType<typeof counts>, 'received'>>) => ({
  received,
  new: 0,
  changed: 0,
  unchanged: 0,
  rejected: 0,
  unmatched: 0,
  ...of,
})

export const rowsOf = async (
  db: ReadHandle,
  sql: string,
  bindings: unknown[] = [],
): Promise<Record<string, unknown>[]> => (await db.raw(sql, bindings as never)).rows

const tablesOf = async (db: JobDb, without: readonly string[]): Promise<string> => {
  const tables = await rowsOf(
    db,
    `select relname as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1`,
  )
  const parts: string[] = []
  for (const { name } of tables.filter((table) => !without.includes(String(table['name'])))) {
    const [row] = await rowsOf(db, `select string_agg(t::text, E'\\n' order by t::text) as all from "${name}" t`)
    parts.push(`${name}\n${row?.['all'] ?? ''}`)
  }
  return parts.join('\n\n')
}

/** Every row of every table as text, to prove that something is stored nowhere. */
export const dumpOf = (db: JobDb, without: readonly string[] = []): Promise<string> => tablesOf(db, without)

/** Every row of every table except runs, rejects and the knowledge clock. */
export const beliefsOf = (db: JobDb): Promise<string> => tablesOf(db, ['runs', 'rejects', 'knowledge'])

/** The refusal's code and reason; `none` on success. */
export const refusal = async (work: Promise<unknown>): Promise<{ code: string; because: string; reason: string }> => {
  try {
    await work
    return { code: 'none', because: '', reason: '' }
  } catch (error) {
    if (!isRefusal(error)) throw error
    return {
      code: error.code,
      because: String(error.details['because'] ?? ''),
      reason: String(error.details['reason'] ?? ''),
    }
  }
}

export const operatorOf = async (db: JobDb, code: string): Promise<number> => {
  const [row] = await rowsOf(db, 'select operator_id as id from codes where code = ? and known_to is null', [code])
  return Number(row?.['id'] ?? 0)
}

/** An operator with one heavy penalty, numbered `n`. */
export const penalised = async (
  db: JobDb,
  n: number,
  day = '2026-10-10',
): Promise<{ operatorId: number; decision: number }> => {
  const row = {
    key: `P${n}`,
    code: codeOf(n),
    name: `长春虚构商贸第${n}有限公司`,
    value: '销售假冒商品',
    day,
  }
  await pullItems(db, [row], { id: `penalties-${n}`, kind: 'penalty' })
  const [version] = await rowsOf(db, `select id from versions where feed = ? and known_to is null`, [`penalties-${n}`])
  return { operatorId: await operatorOf(db, codeOf(n)), decision: Number(version?.['id']) }
}

export const OFFICER = { by: 'officer-1', role: 'officer' as const }
export const REVIEWER = { by: 'reviewer-1', role: 'reviewer' as const }

type Step = readonly [MoveName, typeof OFFICER | typeof REVIEWER, MoveInput]

/** The moves from a lead to the public list, on days that the law allows. */
export const PATH = (decision: number): Step[] => [
  ['linkDecision', OFFICER, { on: '2026-11-02', decision }],
  ['proposeListing', OFFICER, { on: '2026-11-03', reason: '情节严重' }],
  ['notifyListing', OFFICER, { on: '2026-11-04', documentNumber: '测市监告〔2026〕1号' }],
  ['reviewListing', REVIEWER, { on: '2026-11-12' }],
  // The authority of a county needs consent.
  ['consentListing', REVIEWER, { on: '2026-11-12', documentNumber: '测市监函〔2026〕1号' }],
  ['decideListing', REVIEWER, { on: '2026-11-12', documentNumber: '测市监列〔2026〕1号' }],
  ['serveListing', OFFICER, { on: '2026-11-13', repairNotice: true }],
  ['publishListing', OFFICER, { on: '2026-11-16' }],
]

export const step = (db: JobDb, id: string, [name, who, input]: Step, now = NOW, by = rules): Promise<Listing> =>
  // Publication takes effect on its day.
  makeMove(db, by, {
    id,
    name,
    ...who,
    input,
    now: name === 'publishListing' && now === NOW ? new Date(`${input.on}T02:00:00Z`) : now,
  })

export const lead = (db: JobDb, operatorId: number, now = NOW): Promise<Listing> =>
  openCase(db, rules, { operatorId, list: 'serious', reason: '群众举报', ...OFFICER, on: '2026-11-02', now })

/** Lists operator n up to and including the named move. */
export const listingAt = async (db: JobDb, n: number, upTo: MoveName, by = rules): Promise<Listing> => {
  const { operatorId, decision } = await penalised(db, n)
  let listing = await lead(db, operatorId)
  for (const one of PATH(decision)) {
    listing = await step(db, listing.id, one, NOW, by)
    if (one[0] === upTo) return listing
  }
  throw new Error(`the path has no ${upTo}`)
}

export const published = (db: JobDb, n: number, by = rules): Promise<Listing> => listingAt(db, n, 'publishListing', by)

/** Removes the entry as REVOKED on the day `on`. */
export const removed = (db: JobDb, id: string, on = TODAY, by = rules, now = NOW): Promise<Listing> =>
  step(db, id, ['removeListing', OFFICER, { on, removal: 'REVOKED', reason: '处罚决定被撤销' }], now, by)
