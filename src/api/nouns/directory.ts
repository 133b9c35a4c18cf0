/** The directory of operators: page by page in the order of their making, or by a name, the nearest first. */
import {
  isNear,
  type Match,
  matchesOf,
  NAME_LONGEST,
  NARROW,
  questionFor,
  type Reach,
  searchKey,
  WIDE,
} from '../../domain/name-search.js'
import { normalizeName } from '../../domain/names.js'
import { publicName } from '../../domain/public-name.js'
import { may, sightOf } from '../../domain/viewer.js'
import { Refusal } from '../../errors.js'
import * as store from '../../store/directory.js'
import * as names from '../../store/names.js'
import type { Operator } from '../../store/operators.js'
import { type Connection, connection, firstOf, type PageArgs } from '../connection.js'
import { type Context, whenOf } from '../context.js'
import { charge } from '../costs.js'
import { gradedAmong } from '../grades.js'
import { cursorOf, matchAfter, matchCursor, numberAfter } from '../ids.js'
import { withoutNul } from '../limits.js'
import { type OperatorView, seesInside, view } from './operator.js'

/** Operators found by a name. */
const FOUND_MOST = 1_000

interface DirectoryArgs extends PageArgs {
  filter?: { name?: string | null; region?: string | null; kind?: string | null; grade?: string | null } | null
}

const operators = async (_: unknown, args: DirectoryArgs, context: Context): Promise<Connection<OperatorView>> => {
  const { name, ...given } = withoutNul(args.filter) ?? {}
  const filter: store.Filter = {
    ...given,
    ...gradedAmong(context),
    today: context.today,
    removed: may(context.viewer, 'see_removed'),
    only: context.viewer.role === 'party' ? context.viewer.sub : null,
    sight: sightOf(context.viewer),
  }
  return name == null || name.trim() === '' ? inOrder(context, filter, args) : byName(context, name, filter, args)
}

const inOrder = async (context: Context, filter: store.Filter, args: PageArgs): Promise<Connection<OperatorView>> => {
  const { db } = context.parts
  const found = await store.list(db, filter, { first: firstOf(args) + 1, after: numberAfter(args.after) })
  const when = whenOf(context, {})
  return connection(
    found.map((operator) => view(operator, when)),
    args,
    ({ operator }) => cursorOf(operator.id),
    () => store.countOf(db, filter),
  )
}

interface FoundView extends OperatorView {
  match: Match
}

const byName = async (
  context: Context,
  name: string,
  filter: store.Filter,
  args: PageArgs,
): Promise<Connection<FoundView>> => {
  charge(context, 'Query.operators')
  const [first, after] = [firstOf(args), matchAfter(args.after)]
  const found = await search(context, name, filter)
  const rest = after === null ? found : found.filter(({ match }) => isBehind(match, after))
  const when = whenOf(context, {})
  const page = connection(
    rest.slice(0, first + 1).map(({ operator, match }) => ({ ...view(operator, when), match })),
    args,
    ({ match }) => matchCursor(match),
    () => found.length,
  )
  const written = asWritten(context, page.nodes)
  return {
    ...page,
    edges: page.edges.map((edge) => ({ ...edge, match: () => matchView(context, edge.node, written) })),
  }
}

/** All that answer, in their order. Refusal INPUT_INVALID for a name that is too long to be one. */
const search = async (context: Context, name: string, filter: store.Filter): Promise<store.Found[]> => {
  const { db } = context.parts
  const key = searchKey(name)
  if (key.length > NAME_LONGEST)
    throw new Refusal('INPUT_INVALID', {
      reason: `名称最长 ${NAME_LONGEST} 字 a name has at most ${NAME_LONGEST} characters`,
    })
  if (key === '') return []
  const personal = may(context.viewer, 'see_inner_listings')
  const { only = null, sight = null } = filter
  // Others' names must not tell, by what they keep from being found, that they are there.
  if (only !== null) return store.behind(db, matchesOf(key, await names.ofOne(db, only, personal)), filter)
  const counts = await names.gramCounts(db)
  const asked = { personal, named: normalizeName(name), sight }
  const within = async (reach: Reach): Promise<Match[]> => {
    const question = questionFor(key, counts, reach)
    return question === null ? [] : matchesOf(key, await names.candidates(db, question, asked))
  }
  const narrow = await within(NARROW)
  const matches = isNear(narrow[0]) ? narrow : await within(WIDE)
  return store.behind(db, matches.slice(0, FOUND_MOST), filter)
}

const isBehind = (match: Match, after: { rank: number; operator: number }): boolean =>
  match.rank > after.rank || (match.rank === after.rank && match.operator > after.operator)

type Written = () => Promise<Awaited<ReturnType<typeof store.namesBehind>>>

/** The names of a page, asked for once and only where somebody wants to see them. */
const asWritten = ({ parts }: Context, page: readonly FoundView[]): Written => {
  let asked: ReturnType<Written> | null = null
  return () => {
    asked ??= store.namesBehind(
      parts.db,
      page.map(({ match }) => match.operator),
    )
    return asked
  }
}

const matchView = async (context: Context, { operator, match }: FoundView, written: Written) => {
  const own = (await written()).filter(({ operatorId }) => operatorId === match.operator)
  const found = own.find(({ name, former }) => former === match.former && searchKey(name) === match.key)
  return { reason: match.reason, name: nameShown(context, operator, found?.name ?? match.key), former: match.former }
}

const nameShown = (context: Context, operator: Operator, name: string): string =>
  seesInside(context, operator) ? name : publicName(name)

export const directory = { Query: { operators } }
