import type { NameMatch } from '../../domain/operators/name-search.js'
import { directionOf, type IdPage } from '../access/list-filter.js'
import type { RegionSight } from '../access/sight.js'
import { type Db, queryCount, queryRows } from '../db/db.js'
import { LAST_CODE_POINT } from '../listing/public-filter.js'
import { OPERATOR_COLUMNS, type StoredOperator } from '../operators/operators.js'
import { SHOWN_GRADE_SQL } from '../scoring/overrides.js'
import { HAS_WEIGHED_GONE_ENTRY_SQL, IS_VALID_SCORE_SQL } from '../scoring/scores.js'
import { IS_AUTHORISATION_IN_FORCE_SQL } from './authorisations.js'
import { SELECT_OPERATORS_WITH_OPEN_GRADE_SQL } from './sellers.js'

export interface DirectoryFilter {
  region?: string | null
  kind?: string | null
  grade?: string | null
  today?: string | null
  /** Includes grades that counted entries removed later. */
  removed?: boolean
  sellersOf?: { client: string; oldest: string } | null
  authorisedTo?: string | null
  only?: string | null
  sight?: RegionSight
}

/** Planning unused filters costs more than the query. */
const filtered = ({ region, kind, only, sight, grade, sellersOf, authorisedTo }: DirectoryFilter): string =>
  [
    'o.known_to is null and o.merged_into is null',
    region != null && 'o.region collate "C" >= :region::text and o.region collate "C" < :regionEnd::text',
    sight != null && 'o.region collate "C" >= :sight::text and o.region collate "C" < :sightEnd::text',
    kind != null && 'o.kind = :kind::text',
    only != null && ':only::text in (o.uscc, o.shop)',
    grade != null && sellersOf != null && `o.id in (${SELECT_OPERATORS_WITH_OPEN_GRADE_SQL})`,
    grade != null &&
      authorisedTo != null &&
      `o.id in (select a.operator_id from authorisations a where ${IS_AUTHORISATION_IN_FORCE_SQL})`,
  ]
    .filter((each) => each !== false)
    .join(' and ')

const GRADED = `:grade::text = (select ${SHOWN_GRADE_SQL} from (select s.grade, s.reasons, s.as_of, s.known_at from scores s
  where s.operator_id = o.id and ${IS_VALID_SCORE_SQL} order by s.as_of desc, s.id desc limit 1) s where :removed or not ${HAS_WEIGHED_GONE_ENTRY_SQL})`

/**
 * Operators whose shown grade may differ from the current score: overridden, scored on request today, or with a removed
 * entry.
 */
const DOUBTFUL = `select operator_id as id from overrules where decided_at is not null
  union select operator_id from scores where asked and as_of = :asOf::date
  union select v.operator_id from listings l join versions d on d.id = l.decision_version
    join versions v on v.feed = d.feed and v.record_key = d.record_key where l.published_on is not null and not :removed`

const bindingsOf = (filter: DirectoryFilter) => ({
  region: filter.region ?? null,
  regionEnd: `${filter.region ?? ''}${LAST_CODE_POINT}`,
  sight: filter.sight ?? null,
  sightEnd: `${filter.sight ?? ''}${LAST_CODE_POINT}`,
  kind: filter.kind ?? null,
  only: filter.only ?? null,
  grade: filter.grade ?? null,
  asOf: filter.today ?? null,
  today: filter.today ?? null,
  removed: filter.removed ?? false,
  client: filter.sellersOf?.client ?? filter.authorisedTo ?? null,
  oldest: filter.sellersOf?.oldest ?? null,
})

const ofGrade = (filter: DirectoryFilter, what: string, end: string, beyond: '>' | '<' = '>'): string => `
  with doubtful as materialized (${DOUBTFUL})
  (select ${what} from current_scores c join operators o on o.id = c.operator_id
    where c.grade = :grade::text and c.as_of <= :asOf::date and not exists (select 1 from doubtful d where d.id = c.operator_id)
    and (:after::int is null or c.operator_id ${beyond} :after::int) and ${filtered(filter)} ${end.replace('ID', 'c.operator_id')})
  union all
  (select ${what} from doubtful d join operators o on o.id = d.id
    where ${GRADED} and (:after::int is null or o.id ${beyond} :after::int) and ${filtered(filter)} ${end.replace('ID', 'o.id')})`

export const listOperators = async (
  db: Db,
  filter: DirectoryFilter,
  { first, after, order = 'OLDEST' }: Omit<IdPage, 'order'> & Partial<Pick<IdPage, 'order'>>,
): Promise<StoredOperator[]> => {
  const graded = filter.grade != null
  const { beyond, direction } = directionOf(order)
  return queryRows(
    db,
    graded
      ? `select * from (${ofGrade(filter, OPERATOR_COLUMNS, `order by ID ${direction} limit :first`, beyond)}) o
         order by id ${direction} limit :first /* directory.list graded */`
      : `select ${OPERATOR_COLUMNS} from operators o where (:after::int is null or o.id ${beyond} :after::int) and ${filtered(filter)}
         order by o.id ${direction} limit :first /* directory.list */`,
    { ...bindingsOf(filter), after, first },
  )
}

export const countOperators = (db: Db, filter: DirectoryFilter, most: number | null): Promise<number> =>
  queryCount(
    db,
    filter.grade != null
      ? `from (${ofGrade(filter, '1', '')}) s /* directory.countOf graded */`
      : `from operators o where ${filtered(filter)} /* directory.countOf */`,
    { ...bindingsOf(filter), after: null },
    most,
  )

export interface DirectoryMatch {
  operator: StoredOperator
  match: NameMatch
  name: string | null
}

/** Some matches share an operator or are filtered out. */
const MATCHES_AN_OPERATOR = 2

export const findOperatorsOfMatches = async (
  db: Db,
  matches: readonly NameMatch[],
  filter: DirectoryFilter,
  enough = matches.length,
): Promise<DirectoryMatch[]> => {
  const foremost = matches.slice(0, MATCHES_AN_OPERATOR * enough)
  const found = await readMatchedOperators(db, foremost, filter)
  const rest = matches.slice(foremost.length)
  return found.length >= enough || rest.length === 0 ? found : readMatchedOperators(db, matches, filter)
}

const readMatchedOperators = async (
  db: Db,
  matches: readonly NameMatch[],
  filter: DirectoryFilter,
): Promise<DirectoryMatch[]> => {
  if (matches.length === 0) return []
  const answer = await db.raw(
    `select w.id as "found", w.name as called, ${OPERATOR_COLUMNS} from unnest(:ids::int[]) as n(id) join operators w on w.id = n.id and w.known_to is null
     join operators o on o.id = coalesce(w.merged_into, w.id)
     where ${filtered(filter)} ${filter.grade == null ? '' : `and ${GRADED}`} /* directory.behind */`,
    { ...bindingsOf(filter), ids: matches.map(({ operator }) => operator) } as never,
  )
  type Row = StoredOperator & { found: number; called: string | null }
  const rows = new Map<number, Row>(answer.rows.map((row: Row) => [row.found, row]))
  const best = new Map<number, DirectoryMatch>()
  for (const match of matches) {
    const row = rows.get(match.operator)
    if (row === undefined || best.has(row.id)) continue
    const { found: _, called, ...operator } = row
    best.set(operator.id, { operator, match, name: called })
  }
  return [...best.values()]
}

export const listFormerNames = (
  db: Db,
  operators: readonly number[],
): Promise<{ operatorId: number; name: string }[]> =>
  queryRows(
    db,
    `select operator_id as "operatorId", name from operator_names where operator_id = any(?) and not claim /* directory.formerNames */`,
    [[...operators]],
  )
