/** Standing: one row per code asked, whatever the code is; the query that marketplaces ask by the thousand. */

import { LIST_FACT } from '../domain/facts.js'
import type { Reads } from './bulk.js'
import { type PublicBody, type PublicDays, SHOWN } from './listings.js'
import { CONTESTED } from './objections.js'
import { holding, NOT_VETOED } from './overrules.js'
import { COUNTS, FORGOTTEN } from './scores.js'

export interface StandingRow {
  /** Place in the question, from 0. */
  place: number
  operatorId: number
  uscc: string | null
  shop: string | null
  name: string | null
  status: string
  /** As computed, whatever people set beside it. */
  score: number | null
  /** As overruled, where people set another. */
  grade: 'A' | 'B' | 'C' | 'D' | null
  overruled: boolean
  /** A reason of the score rests on a record that is contested now. */
  objected: boolean
  /** The score, and what is said of it, is not for those who are not told of what was removed. */
  forgotten: boolean
  /** Public entries of this hub in force on the day asked about. */
  entries: PublicBody[]
}

/**
 * Answers for codes in the order asked; a code without an operator has no row. Entries and the score are those of the day
 * asked about, less what was removed since.
 */
export const of = async (
  db: Reads,
  codes: readonly { place: number; scheme: string; code: string }[],
  days: PublicDays,
): Promise<StandingRow[]> => {
  if (codes.length === 0) return []
  const asked = { ...days, codes: codes.map(({ code }) => code) }
  const answer = codes.every(({ scheme }) => scheme === 'uscc')
    ? await db.raw(OF_USCC, asked as never)
    : await db.raw(OF_ANY, { ...asked, schemes: codes.map(({ scheme }) => scheme) } as never)
  const rows = answer.rows as StandingRow[]
  for (const row of rows) row.place = codes[row.place - 1]?.place ?? 0
  return rows
}

/** What is said of an operator `o` beside what it is itself: its score, if it is asked for, and its entries. */
const SCORED = `s.value as score, coalesce(h.grade, s.grade) as grade, h.id is not null as overruled, ${CONTESTED} as objected,
  coalesce(${FORGOTTEN}, false) as forgotten`
const SCORE_AS_COMPUTED = `left join lateral (select value, grade, reasons, as_of, known_at from scores s where s.operator_id = o.id and ${COUNTS}
    order by s.as_of desc, s.id desc limit 1) s on true`
const SCORE = `${SCORE_AS_COMPUTED}
  left join lateral (${holding('o.id', "'infinity'")}) h on s.grade is not null and ${NOT_VETOED}`
const ENTRIES = `(select jsonb_agg(p.body order by p.published_on desc) from listings l join public_entries p on p.listing_id = l.id
  where l.operator_id = o.id and ${SHOWN})`

/** `leading`: the operators (id) to which the code of `a` leads. */
const text = (asked: string, leading: string): string => `
  select a.place::int, o.id as "operatorId", o.uscc, o.shop, o.name, o.status, ${SCORED}, coalesce(${ENTRIES}, '[]') as entries
  from ${asked}
  cross join lateral (select case when min(l.id) = max(l.id) then min(l.id) end as id from (${leading}) l) c
  join operators o on o.id = c.id
  ${SCORE}
  order by a.place /* standings.of */`

const OF_ANY = text(
  'unnest(:schemes::text[], :codes::text[]) with ordinality as a(scheme, code, place)',
  'select c.operator_id as id from codes c where c.scheme = a.scheme and c.code = a.code and c.known_to is null',
)
/** As nearly always: of the view `codes` only what holds such codes, which is half the cost. */
const OF_USCC = text(
  'unnest(:codes::text[]) with ordinality as a(code, place)',
  `select coalesce(o.merged_into, o.id) as id from operators o where o.uscc = a.code and o.known_to is null
   union all select coalesce(o.merged_into, o.id) from operator_codes k join operators o on o.id = k.operator_id
     where k.scheme = 'uscc' and k.code = a.code and o.known_to is null`,
)

/**
 * As `of`, for many USCCs at once, in whatever order, and only those that lead to one operator by being its own: nearly all, and
 * at a fraction of the cost. Whoever asks with `of` about the others is told all.
 * `scored` false: without score and grade, for those who are not told them.
 */
export const ofOwn = async (
  db: Reads,
  usccs: readonly string[],
  days: PublicDays,
  { scored }: { scored: boolean },
): Promise<Map<string, StandingRow>> => {
  const found = new Map<string, StandingRow>()
  if (usccs.length === 0) return found
  // A USCC has nothing that would have to be escaped.
  const answer = await db.raw(scored ? OWN_SCORED : OWN, { ...days, codes: `{${usccs.join(',')}}` })
  const byId = new Map<number, StandingRow>()
  const special: number[] = []
  for (const { isSpecial, ...row } of answer.rows as (StandingRow & { isSpecial: boolean })[]) {
    row.entries = NO_ENTRIES
    found.set(row.uscc ?? '', row)
    byId.set(row.operatorId, row)
    if (isSpecial) special.push(row.operatorId)
  }
  const ids = [...byId.keys()]
  const [entries, scores] = await Promise.all([
    ids.length === 0 ? NOTHING : db.raw(ENTRIES_OF, { ...days, ids: `{${ids.join(',')}}` }),
    special.length === 0 ? NOTHING : db.raw(SCORES_OF, { ...days, ids: `{${special.join(',')}}` }),
  ])
  for (const { operatorId, ...more } of [...entries.rows, ...scores.rows] as StandingRow[])
    Object.assign(byId.get(operatorId) ?? {}, more)
  return found
}
const NO_ENTRIES: PublicBody[] = []
const NOTHING = { rows: [] }

const own = (columns: string, joins: string): string => `
  select 0 as place, o.id as "operatorId", o.uscc, o.shop, o.name, o.status, ${columns}
  from operators o ${joins} where o.uscc = any(:codes::text[]) and o.known_to is null and o.merged_into is null
    and not exists (select 1 from operator_codes k where k.scheme = 'uscc' and k.code = o.uscc) /* standings.ofOwn */`
const OWN = own(
  'null::int as score, null as grade, false as overruled, false as objected, false as forgotten, false as "isSpecial"',
  '',
)
/** The score as it was computed; whether an overrule, an objection or an entry that has left may say more of it. */
const OWN_SCORED = own(
  `s.value as score, s.grade, false as overruled, false as objected, false as forgotten,
    coalesce(strpos(s.reasons::text, '"${LIST_FACT}"') > 0, false) or exists (select 1 from objections b where b.operator_id = o.id)
      or exists (select 1 from overrules r where r.operator_id = o.id) as "isSpecial"`,
  SCORE_AS_COMPUTED,
)
const SCORES_OF = `select o.id as "operatorId", ${SCORED} from unnest(:ids::int[]) as o(id) ${SCORE} /* standings.ofOwn scores */`
/** Of all at once: nearly none has one. */
const ENTRIES_OF = `select l.operator_id as "operatorId", jsonb_agg(p.body order by p.published_on desc) as entries
  from listings l join public_entries p on p.listing_id = l.id where l.operator_id = any(:ids::int[]) and ${SHOWN}
  group by l.operator_id /* standings.ofOwn entries */`
