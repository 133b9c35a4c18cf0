/** Marketplaces ask for thousands of codes, so each combination of columns has its own statement. */
import type { CaseState } from '../../domain/listing/case.js'
import type { ReadHandle } from '../db/db.js'
import type { PublicBody } from '../listing/listings.js'
import { IS_SHOWN_SQL, type PublicDays } from '../listing/public-filter.js'
import { IS_CONTESTED_SQL } from '../scoring/objections.js'
import { IS_NOT_VETOED_SQL, selectOverrideInForceSql } from '../scoring/overrides.js'
import { HAS_WEIGHED_GONE_ENTRY_SQL, IS_VALID_SCORE_SQL } from '../scoring/scores.js'
import * as authorisations from './authorisations.js'
import * as sellers from './sellers.js'

/**
 * `grades`: whose grades are looked up. SELLERS: listed sellers'. AUTHORISED: those of operators that authorise the
 * client.
 */
export interface StandingLookups {
  grades: 'NONE' | 'SELLERS' | 'AUTHORISED' | 'ALL'
  flags: boolean
  entries: 'NONE' | 'LISTS' | 'BODIES'
}

export const ALL_LOOKUPS: StandingLookups = { grades: 'ALL', flags: true, entries: 'BODIES' }

type EntryWithState = PublicBody & { state: CaseState }

export interface StandingRow {
  /** Position of the requested code, from 0. */
  place: number
  operatorId: number
  uscc: string | null
  shop: string | null
  name: string | null
  region: string | null
  status: string
  /** False: the client may not see the score. */
  sees?: boolean
  /** Computed score, without overrides. */
  score: number | null
  /** Grade after overrides. */
  grade: 'A' | 'B' | 'C' | 'D' | null
  overridden: boolean
  objected: boolean
  /** The score weighed a removed entry; only readers of removed entries may see it. */
  forgotten: boolean
  lists?: string[] | null
  entries: EntryWithState[]
}

export interface RequestedCode {
  place: number
  scheme: string
  code: string
  /** The client whose seller list or authorisation counts. */
  client?: string | null
}

/** `oldest` is the oldest valid day of a seller list. */
export type StandingDays = PublicDays & { oldest?: string }

/** Returns rows in the order of the codes, none for a code without an operator. */
export const readStandings = async (
  db: ReadHandle,
  codes: readonly RequestedCode[],
  { asOf, today, oldest = today }: StandingDays,
  wanted: StandingLookups = ALL_LOOKUPS,
): Promise<StandingRow[]> => {
  if (codes.length === 0) return []
  const ofUscc = codes.every(({ scheme }) => scheme === 'uscc')
  const answer = await db.raw(statementOf(wanted, ofUscc), {
    asOf,
    today,
    oldest,
    codes: codes.map(({ code }) => code),
    ...(isOfClients(wanted) && { clients: codes.map(({ client = null }) => client) }),
    ...(!ofUscc && { schemes: codes.map(({ scheme }) => scheme) }),
  } as never)
  const rows = answer.rows as StandingRow[]
  for (const row of rows) row.place = codes[row.place - 1]?.place ?? 0
  return rows
}

const isOfClients = ({ grades }: StandingLookups): boolean => grades === 'SELLERS' || grades === 'AUTHORISED'

const statements = new Map<string, string>()

const statementOf = (wanted: StandingLookups, ofUscc: boolean): string => {
  const name = `${ofUscc} ${wanted.grades} ${wanted.flags} ${wanted.entries}`
  const known = statements.get(name) ?? written(wanted, ofUscc)
  statements.set(name, known)
  return known
}

const written = (wanted: StandingLookups, ofUscc: boolean): string => {
  const given = ['code', ...(isOfClients(wanted) ? ['client'] : []), ...(ofUscc ? [] : ['scheme'])]
  const graded = wanted.grades !== 'NONE'
  const columns = [
    'a.place::int',
    'o.id as "operatorId"',
    'o.uscc',
    'o.shop',
    'o.name',
    'o.region',
    'o.status',
    ...(graded ? ['x.sees', ...GRADE_COLUMNS, ...(wanted.flags ? FLAG_COLUMNS : [])] : []),
    ...(wanted.entries === 'LISTS' ? [`(select array_agg(distinct p.body->>'list') ${SHOWN_ENTRIES}) as lists`] : []),
    ...(wanted.entries === 'BODIES' ? [BODIES_COLUMN] : []),
  ]
  return `select ${columns.join(', ')}
  from unnest(${given.map((each) => `:${each}s::text[]`).join(', ')}) with ordinality as a(${given.join(', ')}, place)
  ${ofUscc ? OF_USCC : OF_ANY}
  ${graded ? `cross join lateral (select ${SEES[wanted.grades as keyof typeof SEES]} as sees offset 0) x ${SEEN_SCORE}` : ''}
  order by a.place /* standings.of */`
}

const GRADE_COLUMNS = [
  'case when q.id is null then c.value else s.value end as score',
  'coalesce(h.grade, case when q.id is null then c.grade else s.grade end) as grade',
  `case when q.id is null then false else coalesce(${HAS_WEIGHED_GONE_ENTRY_SQL}, false) end as forgotten`,
]
const FLAG_COLUMNS = [
  'h.id is not null as overridden',
  `case when q.id is null then false else ${IS_CONTESTED_SQL} end as objected`,
]

const ENTRY = `p.body || jsonb_build_object('state', l.state)`
const SHOWN_ENTRIES = `from listings l join public_entries p on p.listing_id = l.id where l.operator_id = o.id and ${IS_SHOWN_SQL}`
const BODIES_COLUMN = `coalesce((select jsonb_agg(${ENTRY} order by p.published_on desc) ${SHOWN_ENTRIES}), '[]') as entries`

const SEES = {
  ALL: 'true',
  SELLERS: sellers.isOnListSql('a.client', 'o'),
  AUTHORISED: `exists (select 1 from authorisations u where u.operator_id = o.id and ${authorisations.isAuthorisationInForceSql('u', 'a.client')})`,
}

/** True when row `c` of `latest_scores` does not suffice for an answer. */
const SPECIAL = `(coalesce(c.weighs_entry or c.as_of > :asOf::date, false)
  or exists (select 1 from scores k where k.asked and k.as_of = :asOf::date and k.operator_id = o.id)
  or exists (select 1 from overrules k where k.operator_id = o.id) or exists (select 1 from objections k where k.operator_id = o.id))`

/** SQL: full score lookup for operator `id`; null skips it. */
const scoreOf = (id: string): string => `
  left join lateral (select value, grade, reasons, as_of, known_at from scores s where s.operator_id = ${id} and ${IS_VALID_SCORE_SQL}
    order by s.as_of desc, s.id desc limit 1) s on true
  left join lateral (${selectOverrideInForceSql(id, "'infinity'")}) h on s.grade is not null and ${IS_NOT_VETOED_SQL}`

/** `q.id` is set only for operators that need the full lookup. */
const SEEN_SCORE = `
  left join latest_scores c on c.operator_id = case when x.sees then o.id end
  cross join lateral (select case when x.sees and ${SPECIAL} then o.id end as id offset 0) q ${scoreOf('q.id')}`

/** An ambiguous code names nobody. */
const ONE = 'case when min(l.id) = max(l.id) then min(l.id) end'

const OF_ANY = `cross join lateral (select ${ONE} as id from (
    select c.operator_id as id from codes c where c.scheme = a.scheme and c.code = a.code and c.known_to is null) l) w
  join operators o on o.id = w.id`

/** Nearly all USCCs are found without the view `codes`. */
const OF_USCC = `left join operators d on d.uscc = a.code and d.known_to is null
  cross join lateral (select case when d.merged_into is null and d.id is not null
      and not exists (select 1 from operator_codes k where k.scheme = 'uscc' and k.code = a.code) then d.id
    else (select ${ONE} from (select coalesce(d.merged_into, d.id) as id
      union all select coalesce(m.merged_into, m.id) from operator_codes k join operators m on m.id = k.operator_id
        where k.scheme = 'uscc' and k.code = a.code and m.known_to is null) l) end as id offset 0) w
  left join operators m on m.id = case when w.id is distinct from d.id then w.id end
  join lateral (select w.id${['uscc', 'shop', 'name', 'region', 'status', 'known_to']
    .map((column) => `, case when m.id is null then d.${column} else m.${column} end as ${column}`)
    .join('')}) o on w.id is not null`

const SCORED = `s.value as score, coalesce(h.grade, s.grade) as grade, h.id is not null as overridden, ${IS_CONTESTED_SQL} as objected,
  coalesce(${HAS_WEIGHED_GONE_ENTRY_SQL}, false) as forgotten`

/** From this many codes on, several cheap statements replace one. */
export const MANY_CODES_FROM = 101

/** Returns one element per code; repeated codes share an object. */
export const standingsOfMany = async (
  db: ReadHandle,
  codes: readonly RequestedCode[],
  days: StandingDays,
  wanted: StandingLookups,
): Promise<(StandingRow | null)[]> => {
  const client = codes[0]?.client ?? null
  const usccs = new Set(codes.flatMap(({ scheme, code }) => (scheme === 'uscc' ? [code] : [])))
  const own = await standingsOfUsccs(db, [...usccs], days, {
    scored: wanted.grades !== 'NONE',
    entries: wanted.entries !== 'NONE',
    sellersOf: wanted.grades === 'SELLERS' ? client : null,
  })
  if (wanted.grades !== 'NONE')
    await withSight(db, [...own.values()], { client: client ?? '', days, grades: wanted.grades })
  const found = codes.map(({ scheme, code }) => (scheme === 'uscc' ? (own.get(code) ?? null) : null))
  const others = codes.flatMap((code, place) => (found[place] ? [] : [{ ...code, place }]))
  for (const row of await readStandings(db, others, days, wanted)) found[row.place] = row
  return found
}

const withSight = async (
  db: ReadHandle,
  rows: readonly StandingRow[],
  { client, days, grades }: { client: string; days: StandingDays; grades: Exclude<StandingLookups['grades'], 'NONE'> },
): Promise<void> => {
  const { today, oldest = today } = days
  const open = rows.filter(({ sees }) => sees !== true)
  const ids = open.map(({ operatorId }) => operatorId)
  const among = async (): Promise<Set<number>> => {
    if (grades === 'ALL' || ids.length === 0) return new Set(ids)
    if (grades === 'AUTHORISED') return authorisations.authorisingAmong(db, { client, today }, ids)
    return sellers.listedAmongUsccs(db, { client, oldest }, open)
  }
  const seen = await among()
  for (const row of open) {
    row.sees = seen.has(row.operatorId)
    if (!row.sees) Object.assign(row, UNSEEN)
  }
}
const UNSEEN = { score: null, grade: null, overridden: false, objected: false, forgotten: false }

/** With `sellersOf`, `sees` is true for operators in that client's bitmap and undecided for others. */
export const standingsOfUsccs = async (
  db: ReadHandle,
  usccs: readonly string[],
  { asOf, today, oldest = today }: StandingDays,
  {
    scored,
    entries: listed = true,
    sellersOf = null,
  }: { scored: boolean; entries?: boolean; sellersOf?: string | null },
): Promise<Map<string, StandingRow>> => {
  const found = new Map<string, StandingRow>()
  if (usccs.length === 0) return found
  const codes = `{${usccs.join(',')}}`
  const days = { asOf, today }
  const answer = await (sellersOf !== null
    ? db.raw(OWN_OF_SELLERS, { ...days, codes, client: sellersOf, oldest })
    : db.raw(scored ? OWN_SCORED : OWN, { ...days, codes }))
  const byId = new Map<number, StandingRow>()
  const special: number[] = []
  for (const each of answer.rows as OwnStandingRow[]) {
    const row: StandingRow = {
      place: 0,
      operatorId: each.operatorId,
      uscc: each.uscc,
      shop: each.shop,
      name: each.name,
      region: each.region,
      status: each.status,
      sees: each.sees === true,
      score: each.score ?? null,
      grade: each.grade ?? null,
      overridden: false,
      objected: false,
      forgotten: false,
      entries: NO_ENTRIES,
    }
    found.set(each.uscc, row)
    byId.set(each.operatorId, row)
    if (each.isSpecial === true) special.push(each.operatorId)
  }
  const ids = [...byId.keys()]
  const [entries, scores] = await Promise.all([
    ids.length === 0 || !listed ? NOTHING : db.raw(ENTRIES_OF, { ...days, ids: `{${ids.join(',')}}` }),
    special.length === 0 ? NOTHING : db.raw(SCORES_OF, { ...days, ids: `{${special.join(',')}}` }),
  ])
  for (const { operatorId, ...more } of [...entries.rows, ...scores.rows] as StandingRow[])
    Object.assign(byId.get(operatorId) ?? {}, more)
  return found
}
const NO_ENTRIES: EntryWithState[] = []

interface OwnStandingRow extends Pick<StandingRow, 'operatorId' | 'shop' | 'name' | 'region' | 'status' | 'sees'> {
  uscc: string
  score?: number | null
  grade?: StandingRow['grade']
  isSpecial?: boolean
}

const NOTHING = { rows: [] }

const own = (columns = '', joins = ''): string => `
  select o.id as "operatorId", o.uscc, o.shop, o.name, o.region, o.status ${columns}
  from operators o ${joins} where o.uscc = any(:codes::text[]) and o.known_to is null and o.merged_into is null
    and not exists (select 1 from operator_codes k where k.scheme = 'uscc' and k.code = o.uscc) /* standings.ofOwn */`
const OWN = own()
const LATEST = `, c.value as score, c.grade, ${SPECIAL} as "isSpecial"`
const JOINED = 'left join latest_scores c on c.operator_id = o.id'
const OWN_SCORED = own(LATEST, JOINED)
const OWN_OF_SELLERS = `with ${sellers.SELLER_BITMAP_CTE_SQL} ${own(`${LATEST}, ${sellers.isInBitmapSql('o')} as sees`, JOINED)}`
const SCORES_OF = `select o.id as "operatorId", ${SCORED} from unnest(:ids::int[]) as o(id) ${scoreOf('o.id')} /* standings.ofOwn scores */`
const ENTRIES_OF = `select l.operator_id as "operatorId", jsonb_agg(${ENTRY} order by p.published_on desc) as entries
  from listings l join public_entries p on p.listing_id = l.id where l.operator_id = any(:ids::int[]) and ${IS_SHOWN_SQL}
  group by l.operator_id /* standings.ofOwn entries */`
