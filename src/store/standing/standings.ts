/** `standing_rows` answers most codes; for the others see `store/README.md`. */
import type { GradesSeen } from '../../domain/access/viewer.js'
import type { CaseState } from '../../domain/listing/case.js'
import type { ReadHandle } from '../db/db.js'
import { MAY_PUBLISH_LIST_SQL } from '../db/restored.js'
import type { PublicBody } from '../listing/listings.js'
import { IS_SHOWN_SQL, type PublicDays } from '../listing/public-filter.js'
import type { StoredOperator } from '../operators/operators.js'
import { IS_CONTESTED_SQL } from '../scoring/objections.js'
import { IS_NOT_VETOED_SQL, selectOverrideInForceSql } from '../scoring/overrides.js'
import { HAS_WEIGHED_GONE_ENTRY_SQL, IS_VALID_SCORE_SQL } from '../scoring/scores.js'
import * as authorisations from './authorisations.js'
import * as sellers from './sellers.js'

type EntryWithState = PublicBody & { state: CaseState }

export interface StandingRow extends Pick<StoredOperator, 'uscc' | 'shop' | 'name' | 'region' | 'status'> {
  operatorId: number
  sees: boolean
  /** Computed score, without overrides. */
  score: number | null
  /** Grade after overrides. */
  grade: 'A' | 'B' | 'C' | 'D' | null
  overridden: boolean
  objected: boolean
  /** Only readers of removed entries may see this score. */
  forgotten: boolean
  entries: EntryWithState[]
}

export interface RequestedCode {
  scheme: string
  code: string
}

export interface StandingsQuery {
  /** Seller lists dated before `oldest` are outdated. */
  days: PublicDays & { oldest?: string }
  /** SELLERS: sellers of `client`. AUTHORISED: operators that authorised `client`. */
  grades: GradesSeen
  client?: string | null
}

/** One element per code, null without an operator. */
export const readStandings = async (
  db: ReadHandle,
  codes: readonly (RequestedCode | null)[],
  query: StandingsQuery,
): Promise<(StandingRow | null)[]> => {
  const { asOf, today } = query.days
  const usccs = asOf === today ? codes.flatMap((code) => (code?.scheme === 'uscc' ? [code.code] : [])) : []
  const ordinary = await readOrdinary(db, [...new Set(usccs)], query)
  const rows = codes.map((code) => (code?.scheme === 'uscc' ? (ordinary.get(code.code) ?? null) : null))
  const others = codes.flatMap((code, place) => (code === null || rows[place] ? [] : [{ ...code, place }]))
  for (const { place, ...row } of await readFully(db, others, query.days)) {
    const other = others[place - 1]
    if (other === undefined) throw new Error('a standing was read for no code')
    rows[other.place] = row
  }
  await markSeen(db, rows, query)
  return rows
}

/** One array a column: one row crosses instead of a thousand. */
interface OrdinaryColumns {
  operatorId: number[]
  uscc: string[]
  name: (string | null)[]
  region: (string | null)[]
  status: string[]
  entries: (readonly StoredEntry[] | null)[]
  weighed: (WeighedEntries | null)[]
  mayPublish: boolean | null
  score?: (number | null)[]
  grade?: StandingRow['grade'][]
  sees?: boolean[]
}

interface WeighedEntries {
  ids: readonly string[]
  scoredOn: string
}

interface StoredEntry {
  from: string
  to: string | null
  body: EntryWithState
}

const readOrdinary = async (
  db: ReadHandle,
  usccs: readonly string[],
  { days: { today, oldest = today }, grades, client }: StandingsQuery,
): Promise<Map<string, StandingRow>> => {
  if (usccs.length === 0) return new Map()
  const codes = `{${usccs.join(',')}}`
  const graded = grades === 'NONE' ? {} : { today }
  const answer = await (grades === 'SELLERS'
    ? db.raw(ORDINARY_WITH_SELLERS, { ...graded, oldest, client, codes })
    : db.raw(grades === 'NONE' ? ORDINARY_UNGRADED : ORDINARY, { ...graded, codes }))
  const found = new Map<string, StandingRow>()
  const columns = answer.rows[0] as OrdinaryColumns
  for (const [at, uscc] of (columns.uscc ?? []).entries()) {
    const entries = columns.entries[at] ?? NO_ENTRIES_STORED
    const weighed = columns.weighed[at] ?? null
    if (grades !== 'NONE' && weighed !== null && weighsGoneEntry(weighed, entries, today)) continue
    found.set(uscc, {
      operatorId: columns.operatorId[at] as number,
      uscc,
      shop: null,
      name: columns.name[at] ?? null,
      region: columns.region[at] ?? null,
      status: columns.status[at] as string,
      sees: columns.sees?.[at] ?? false,
      score: columns.score?.[at] ?? null,
      grade: columns.grade?.[at] ?? null,
      overridden: false,
      objected: false,
      forgotten: false,
      entries:
        entries.length > 0 && columns.mayPublish ? shownEntries(entries, today).map(({ body }) => body) : NO_ENTRIES,
    })
  }
  return found
}
const NO_ENTRIES: EntryWithState[] = []
const NO_ENTRIES_STORED: StoredEntry[] = []

/** Compares the same days as IS_SHOWN_SQL. */
const shownEntries = (entries: readonly StoredEntry[], today: string, asOf = today): StoredEntry[] =>
  entries.filter(({ from, to }) => from <= asOf && (to === null || to >= today))

const weighsGoneEntry = (
  { ids, scoredOn }: WeighedEntries,
  entries: readonly StoredEntry[],
  today: string,
): boolean => {
  const shown = shownEntries(entries, today, scoredOn)
  return ids.some((id) => !shown.some(({ body }) => body.id === id))
}

const ordinary = (more: Partial<Record<keyof OrdinaryColumns, string>> = {}, condition = ''): string => {
  const columns: Record<string, string> = { ...COLUMNS, ...more }
  const arrays = Object.entries(columns).map(([name, value]) => `json_agg(${value}) as "${name}"`)
  return `select ${arrays.join(', ')}, bool_and(case when r.entries is not null then ${MAY_PUBLISH_LIST_SQL} end) as "mayPublish"
    from unnest(:codes::text[]) as c(code) join standing_rows r on r.uscc = c.code ${condition} /* standings.ordinary */`
}
const COLUMNS = {
  operatorId: 'r.operator_id',
  uscc: 'r.uscc',
  name: 'r.name',
  region: 'r.region',
  status: 'r.status',
  // Aggregated as stored, without the copy of json_build_object.
  entries: 'r.entries',
  weighed: `case when r.weighs is not null then json_build_object('ids', r.weighs, 'scoredOn', r.as_of) end`,
}
const GRADED = { score: 'r.value', grade: 'r.grade' }
const HAS_ORDINARY_GRADE =
  'where not coalesce(r.contested or r.as_of > :today::date or r.asked_until >= :today::date, false)'
const ORDINARY_UNGRADED = ordinary()
const ORDINARY = ordinary(GRADED, HAS_ORDINARY_GRADE)
const WITH_SELLERS = ordinary({ ...GRADED, sees: sellers.IS_IN_BITMAP_SQL }, HAS_ORDINARY_GRADE)
const ORDINARY_WITH_SELLERS = `with ${sellers.SELLER_BITMAP_CTE_SQL} ${WITH_SELLERS}`

const readFully = async (
  db: ReadHandle,
  codes: readonly RequestedCode[],
  { asOf, today }: PublicDays,
): Promise<(StandingRow & { place: number })[]> => {
  if (codes.length === 0) return []
  const [schemes, values] = [codes.map(({ scheme }) => scheme), codes.map(({ code }) => code)]
  return (await db.raw(FULL, { asOf, today, schemes, codes: values } as never)).rows
}

const FULL = `select a.place::int, o.id as "operatorId", o.uscc, o.shop, o.name, o.region, o.status, false as sees,
    s.value as score, coalesce(h.grade, s.grade) as grade, h.id is not null as overridden, ${IS_CONTESTED_SQL} as objected,
    coalesce(${HAS_WEIGHED_GONE_ENTRY_SQL}, false) as forgotten,
    coalesce((select jsonb_agg(p.body || jsonb_build_object('state', l.state) order by p.published_on desc, p.listing_id)
      from listings l join public_entries p on p.listing_id = l.id where l.operator_id = o.id and ${IS_SHOWN_SQL}), '[]') as entries
  from unnest(:schemes::text[], :codes::text[]) with ordinality as a(scheme, code, place)
  cross join lateral (select case when min(c.operator_id) = max(c.operator_id) then min(c.operator_id) end as id
    from codes c where c.scheme = a.scheme and c.code = a.code and c.known_to is null) w
  join operators o on o.id = w.id
  left join lateral (select value, grade, reasons, as_of, known_at from scores s where s.operator_id = o.id and ${IS_VALID_SCORE_SQL}
    order by s.as_of desc, s.id desc limit 1) s on true
  left join lateral (${selectOverrideInForceSql('o.id', "'infinity'")}) h on s.grade is not null and ${IS_NOT_VETOED_SQL}
  order by a.place /* standings.full */`

const UNSEEN = { score: null, grade: null, overridden: false, objected: false, forgotten: false }

const markSeen = async (
  db: ReadHandle,
  rows: readonly (StandingRow | null)[],
  { days: { today, oldest = today }, grades, client }: StandingsQuery,
): Promise<void> => {
  const open = new Set(rows.filter((row): row is StandingRow => row !== null && !row.sees))
  const ids = [...open].map(({ operatorId }) => operatorId)
  const among = async (): Promise<ReadonlySet<number>> => {
    if (grades === 'ALL' || ids.length === 0) return new Set(ids)
    if (grades === 'NONE' || client == null) return NOBODY
    return grades === 'AUTHORISED'
      ? authorisations.findAuthorisingOperators(db, { client, today }, ids)
      : sellers.findOperatorsWithOpenGrade(db, { client, oldest }, ids)
  }
  const seen = await among()
  for (const row of open) {
    row.sees = seen.has(row.operatorId)
    if (!row.sees) Object.assign(row, UNSEEN)
  }
}
const NOBODY: ReadonlySet<number> = new Set()
