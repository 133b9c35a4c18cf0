import { may, regionBoundOf } from '../../domain/access/viewer.js'
import { maskName } from '../../domain/listing/masked-names.js'
import { type NameMatch, rankMatches, SEARCH_KEY_LENGTH_MOST, searchKey } from '../../domain/operators/name-search.js'
import { normalizeName } from '../../domain/operators/names.js'
import { Refusal } from '../../foundation/errors.js'
import * as names from '../../store/operators/name-candidates.js'
import type { StoredOperator } from '../../store/operators/operators.js'
import * as store from '../../store/standing/directory.js'
import { makeConnection, type OrderedPageArgs, type PageArgs, readPageSize } from '../request/connection.js'
import { choosePointInTime, type GraphqlContext } from '../request/context.js'
import { chargeField } from '../request/costs.js'
import { makeCursor, makeMatchCursor, readMatchInCursor, readNumberInCursor } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { makeOperatorAtTime, type OperatorAtTime } from '../request/operator-at-time.js'
import { makeGradeFilter } from '../standing/grades.js'
import { seesInnerListings } from './operator.js'

const FOUND_MOST = 1_000

interface DirectoryArgs extends OrderedPageArgs {
  filter?: { name?: string | null; region?: string | null; kind?: string | null; grade?: string | null } | null
}

const operators = async (_: unknown, args: DirectoryArgs, context: GraphqlContext) => {
  const { name, ...given } = refuseUnstorableText(args.filter) ?? {}
  const filter: store.DirectoryFilter = {
    ...given,
    ...makeGradeFilter(context),
    today: context.today,
    removed: may(context.viewer, 'see_removed'),
    only: context.viewer.role === 'party' ? context.viewer.sub : null,
    sight: regionBoundOf(context.viewer),
  }
  return name == null || name.trim() === '' ? inOrder(context, filter, args) : byName(context, name, filter, args)
}

const inOrder = async (context: GraphqlContext, filter: store.DirectoryFilter, args: OrderedPageArgs) => {
  const { db } = context.parts
  const operators = await store.listOperators(db, filter, {
    first: readPageSize(args) + 1,
    after: readNumberInCursor(args.after),
    order: args.order ?? 'OLDEST',
  })
  const when = choosePointInTime(context, {})
  return makeConnection(
    operators.map((operator) => makeOperatorAtTime(operator, when)),
    args,
    ({ operator }) => makeCursor(operator.id),
    (most) => store.countOperators(db, filter, most),
  )
}

interface MatchedOperatorAtTime extends OperatorAtTime {
  found: store.DirectoryMatch
}

const byName = async (context: GraphqlContext, name: string, filter: store.DirectoryFilter, args: PageArgs) => {
  chargeField(context, 'Query.operators')
  // Prepared statements: planning takes longer than the query. A grade filter is too complex for them.
  const db = filter.grade == null ? context.lookups.db : context.parts.db
  const [first, after] = [readPageSize(args), readMatchInCursor(args.after)]
  const matches = await search(context, name, filter)
  // A later page searches from the start, so no operator appears twice under different names.
  const operators = await store.findOperatorsOfMatches(db, matches, filter, after === null ? first + 1 : matches.length)
  const isWhole = after !== null || operators.length <= first
  let count: Promise<number> | null = null
  const rest = after === null ? operators : operators.filter(({ match }) => isBehind(match, after))
  const when = choosePointInTime(context, {})
  const page = makeConnection(
    rest.slice(0, first + 1).map((each) => ({ ...makeOperatorAtTime(each.operator, when), found: each })),
    args,
    ({ found: { match } }) => makeMatchCursor(match),
    () => {
      count ??= isWhole ? Promise.resolve(operators.length) : countBehind(context, matches, filter)
      return count
    },
  )
  const former = formerOf(context, page.nodes)
  return {
    ...page,
    edges: page.edges.map((edge) => ({ ...edge, match: () => matchView(context, edge.node.found, former) })),
  }
}

const countBehind = async ({ parts }: GraphqlContext, matches: readonly NameMatch[], filter: store.DirectoryFilter) =>
  (await store.findOperatorsOfMatches(parts.db, matches, filter)).length

const search = async (context: GraphqlContext, name: string, { only = null, sight = null }: store.DirectoryFilter) => {
  const { db } = context.parts
  const key = searchKey(name)
  if (key.length > SEARCH_KEY_LENGTH_MOST)
    throw new Refusal('INPUT_INVALID', {
      reason: `名称最长 ${SEARCH_KEY_LENGTH_MOST} 字 a name has at most ${SEARCH_KEY_LENGTH_MOST} characters`,
    })
  if (key === '') return []
  const personal = may(context.viewer, 'see_inner_listings')
  // A party searches only its own names: results must not reveal others.
  if (only !== null) return rankMatches(key, await names.namesOfCode(db, only, personal))
  const matches = await names.nearestMatches(db, { key, personal, named: normalizeName(name), sight })
  return matches.slice(0, FOUND_MOST)
}

const isBehind = (match: NameMatch, after: { rank: number; operator: number }): boolean =>
  match.rank > after.rank || (match.rank === after.rank && match.operator > after.operator)

type FormerNamesLoader = () => ReturnType<typeof store.listFormerNames>

const formerOf = ({ lookups }: GraphqlContext, page: readonly MatchedOperatorAtTime[]): FormerNamesLoader => {
  let asked: ReturnType<FormerNamesLoader> | null = null
  return () => {
    asked ??= store.listFormerNames(
      lookups.db,
      page.flatMap(({ found: { match } }) => (match.former ? [match.operator] : [])),
    )
    return asked
  }
}

const matchView = async (
  context: GraphqlContext,
  { operator, match, name }: store.DirectoryMatch,
  former: FormerNamesLoader,
) => {
  const written = match.former
    ? (await former()).filter(({ operatorId }) => operatorId === match.operator).map((each) => each.name)
    : [name ?? '']
  const matched = written.find((each) => searchKey(each) === match.key)
  // `matched` is missing when the name changed between two queries.
  return { reason: match.reason, name: nameShown(context, operator, matched ?? match.key), former: match.former }
}

const nameShown = (context: GraphqlContext, operator: StoredOperator, name: string): string =>
  seesInnerListings(context, operator) ? name : maskName(name)

export const directoryResolvers = { Query: { operators } }
