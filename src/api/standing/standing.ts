import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql'
import { type GradesSeen, gradesSeen, may } from '../../domain/access/viewer.js'
import type { CaseState } from '../../domain/listing/case.js'
import { isListedOn } from '../../domain/listing/listing.js'
import { isBlacklist } from '../../domain/listing/lists.js'
import { maskCode, maskName } from '../../domain/listing/masked-names.js'
import { findCodeFault } from '../../domain/operators/codes.js'
import { CEASED_STATUSES, type Freshness, limitFreshness } from '../../domain/standing/standing.js'
import { Refusal } from '../../foundation/errors.js'
import type { StandingRow } from '../../store/standing/standings.js'
import { type ListingView, listVisibleListings, makeEntryView } from '../listing/listing-view.js'
import { choosePointInTime, type GraphqlContext, viewerTowards } from '../request/context.js'
import { QUERY_CODES_MOST } from '../request/limits.js'

export const standingOf = async (context: GraphqlContext, code: string, asOf: string, wantsFreshness = true) => {
  const [row, freshness] = await Promise.all([
    context.load.standing({ code, asOf, today: context.today, ...chooseGrades(context) }),
    wantsFreshness ? context.load.freshness() : null,
  ])
  const fresh = freshness && limitFreshness(freshness, asOf, context.today)
  return makeStandingView(context, { code, asOf, row, freshness: fresh })
}

const standingsOf = async (context: GraphqlContext, codes: readonly string[], wantsFreshness: boolean) => {
  const asOf = context.today
  const [rows, freshness] = await Promise.all([
    context.load.standings({ codes, asOf, ...chooseGrades(context) }),
    wantsFreshness ? context.load.freshness() : null,
  ])
  return codes.map((code, place) => makeStandingView(context, { code, asOf, row: rows[place] ?? null, freshness }))
}

export const chooseGrades = ({
  viewer,
}: Pick<GraphqlContext, 'viewer'>): { grades: GradesSeen; client: string | null } => {
  const grades = gradesSeen(viewer)
  return { grades, client: grades === 'SELLERS' || grades === 'AUTHORISED' ? viewer.sub : null }
}

const ownerIn = ({ operatorId: id, uscc, shop, region }: StandingRow) => ({ id, uscc, shop, region })

interface StandingInput {
  code: string
  asOf: string
  row: StandingRow | null
  freshness: Freshness | null
}

export const makeStandingView = (context: GraphqlContext, { code, asOf, row, freshness }: StandingInput) => {
  if (row === null) return { code, ...UNKNOWN, codeFault: findCodeFault(code), ...(freshness as Freshness) }
  const viewer = viewerTowards(context, row)
  const graded = row.sees && gradesSeen(viewer) !== 'NONE' && (may(viewer, 'see_removed') || !row.forgotten)
  const inside = may(viewer, 'see_inner_listings')
  return {
    code,
    whose: { operator: row.operatorId, code: row.uscc ?? row.shop },
    uscc: inside ? row.uscc : maskCode(row.uscc),
    name: inside ? row.name : maskName(row.name),
    status: CEASED_STATUSES.has(row.status) ? 'CEASED' : 'KNOWN',
    codeFault: null,
    grade: graded ? row.grade : null,
    score: graded ? row.score : null,
    overridden: graded && row.overridden,
    objected: graded && row.objected,
    listed:
      asOf === context.today || !may(viewer, 'see_removed')
        ? isOnList(context, row)
        : () => wasListed(context, row, asOf),
    listings: inside || row.entries.length > 0 ? () => listingsOf(context, row, asOf) : NO_LISTINGS,
    asOf: freshness?.asOf as Date,
    stale: freshness?.stale as boolean,
  }
}

const NO_LISTINGS: ListingView[] = []

const isOnList = (context: GraphqlContext, { entries }: StandingRow): boolean =>
  entries.some(({ list }) => isBlacklist(context.parts.rules.lists, list))

const wasListed = async (context: GraphqlContext, row: StandingRow, asOf: string): Promise<boolean> => {
  const { lists } = context.parts.rules
  return (await listingsOf(context, row, asOf)).some((entry) => {
    const list = lists.find((each) => each.id === entry.kind)
    return list !== undefined && isListedOn({ ...entry, state: entry.state as CaseState }, list, asOf)
  })
}

const UNKNOWN = {
  uscc: null,
  name: null,
  status: 'UNKNOWN',
  grade: null,
  score: null,
  overridden: false,
  objected: false,
  listed: false,
  listings: [],
}

const listingsOf = (context: GraphqlContext, row: StandingRow, asOf: string): ListingView[] | Promise<ListingView[]> =>
  may(viewerTowards(context, row), 'see_inner_listings')
    ? listVisibleListings(context, ownerIn(row), choosePointInTime(context, { asOf }))
    : row.entries.map(makeEntryView)

const known = new WeakMap<FieldNode, boolean>()

/** Ignores directives. */
export const selectsFreshness = ({
  fieldNodes,
  fragments,
}: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>): boolean => {
  const [field] = fieldNodes
  if (field?.selectionSet === undefined || fieldNodes.length > 1) return true
  const before = known.get(field)
  if (before !== undefined) return before
  const selects = namesIn(field.selectionSet, fragments).some((name) => name === 'asOf' || name === 'stale')
  known.set(field, selects)
  return selects
}

const namesIn = ({ selections }: SelectionSetNode, fragments: GraphQLResolveInfo['fragments']): string[] =>
  selections.flatMap((part) => {
    if (part.kind === Kind.FIELD) return [part.name.value]
    const set = part.kind === Kind.INLINE_FRAGMENT ? part.selectionSet : fragments[part.name.value]?.selectionSet
    return set ? namesIn(set, fragments) : []
  })

export const standingResolvers = {
  Query: {
    standing: (
      _: unknown,
      { code, asOf }: { code: string; asOf?: string | null },
      context: GraphqlContext,
      question: GraphQLResolveInfo,
    ) => standingOf(context, code, asOf ?? context.today, selectsFreshness(question)),
    standings: (_: unknown, { codes }: { codes: string[] }, context: GraphqlContext, question: GraphQLResolveInfo) => {
      if (codes.length > QUERY_CODES_MOST) throw new Refusal('TOO_MANY_CODES', { limit: QUERY_CODES_MOST })
      return standingsOf(context, codes, selectsFreshness(question))
    },
  },
}
