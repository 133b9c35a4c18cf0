/** Standing: one row per code asked, whatever the code is; the query that marketplaces ask by the thousand. */
import type { Db } from './db.js'
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
  region: string | null
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
  db: Db,
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

/** `leading`: the operators (id) to which the code of `a` leads. */
const text = (asked: string, leading: string): string => `
  select a.place::int, o.id as "operatorId", o.uscc, o.shop, o.name, o.region, o.status, s.value as score, coalesce(h.grade, s.grade) as grade,
    h.id is not null as overruled, ${CONTESTED} as objected, coalesce(${FORGOTTEN}, false) as forgotten,
    coalesce((select jsonb_agg(p.body order by p.published_on desc) from listings l join public_entries p on p.listing_id = l.id
      where l.operator_id = o.id and ${SHOWN}), '[]') as entries
  from ${asked}
  cross join lateral (select case when min(l.id) = max(l.id) then min(l.id) end as id from (${leading}) l) c
  join operators o on o.id = c.id
  left join lateral (select value, grade, reasons, as_of, known_at from scores s where s.operator_id = o.id and ${COUNTS}
    order by s.as_of desc, s.id desc limit 1) s on true
  left join lateral (${holding('o.id', "'infinity'")}) h on s.grade is not null and ${NOT_VETOED}
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
