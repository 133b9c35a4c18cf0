import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql'
import { gradesSeen, may } from '../../domain/access/viewer.js'
import type { CaseState } from '../../domain/listing/case.js'
import { isListedOn } from '../../domain/listing/listing.js'
import { isBlacklist } from '../../domain/listing/lists.js'
import { publicCode, publicName } from '../../domain/listing/public-entry.js'
import { codeFault } from '../../domain/operators/codes.js'
import { CEASED_STATUSES, type Freshness, freshnessOn } from '../../domain/standing/standing.js'
import { Refusal } from '../../foundation/errors.js'
import { ALL_LOOKUPS, type StandingLookups, type StandingRow } from '../../store/standing/standings.js'
import { entryView, type ListingView, visibleListings } from '../listing/listing-view.js'
import { type GraphqlContext, pointInTimeOf, viewerTowards } from '../request/context.js'
import { QUERY_CODES_MOST } from '../request/limits.js'

export interface StandingSelection {
  grade: boolean
  flags: boolean
  entries: StandingLookups['entries']
  freshness: boolean
}

const ALL: StandingSelection = { grade: true, flags: true, entries: 'BODIES', freshness: true }

export const standingOf = async (context: GraphqlContext, code: string, asOf: string, wants = ALL) => {
  const [row, freshness] = await Promise.all([
    context.load.standing({ code, asOf, today: context.today, ...lookupOf(context, wants) }),
    wants.freshness ? context.load.freshness() : null,
  ])
  const fresh = freshness && freshnessOn(freshness, asOf, context.today)
  return standingView(context, { code, asOf, row, sees: seesGradeOf(context, row), freshness: fresh })
}

const standingsOf = async (context: GraphqlContext, codes: readonly string[], wants: StandingSelection) => {
  const asOf = context.today
  const [rows, freshness] = await Promise.all([
    context.load.standings({ codes, asOf, ...lookupOf(context, wants) }),
    wants.freshness ? context.load.freshness() : null,
  ])
  return codes.map((code, place) => {
    const row = rows[place] ?? null
    return standingView(context, { code, asOf, row, sees: seesGradeOf(context, row), freshness })
  })
}

const seesGradeOf = (context: GraphqlContext, row: StandingRow | null): boolean =>
  row?.sees === true && gradesSeen(viewerTowards(context, row)) !== 'NONE'

const GRADES = ['NONE', 'SELLERS', 'AUTHORISED', 'ALL'] as const
const ENTRIES = ['NONE', 'LISTS', 'BODIES'] as const
/** One shared object for each combination, because batches group keys by object identity. */
const LOOKUPS = new Map(
  GRADES.flatMap((grades) =>
    ENTRIES.flatMap((entries) =>
      [true, false].map((flags): [string, StandingLookups] => [
        `${grades} ${flags} ${entries}`,
        { grades, flags, entries },
      ]),
    ),
  ),
)

const lookupOf = (
  { viewer }: GraphqlContext,
  { grade, flags, entries }: StandingSelection,
): { wanted: StandingLookups; client: string | null } => ({
  wanted: LOOKUPS.get(`${grade ? gradesSeen(viewer) : 'NONE'} ${flags} ${entries}`) ?? ALL_LOOKUPS,
  client: viewer.sub,
})

const ownerIn = ({ operatorId: id, uscc, shop, region }: StandingRow) => ({ id, uscc, shop, region })

interface StandingInput {
  code: string
  asOf: string
  row: StandingRow | null
  sees: boolean
  freshness: Freshness | null
}

export const standingView = (context: GraphqlContext, { code, asOf, row, sees, freshness }: StandingInput) => {
  if (row === null) return { code, ...UNKNOWN, codeFault: codeFault(code), ...(freshness as Freshness) }
  const viewer = viewerTowards(context, row)
  const graded = sees && (may(viewer, 'see_removed') || !row.forgotten)
  const inside = may(viewer, 'see_inner_listings')
  return {
    code,
    whose: { operator: row.operatorId, code: row.uscc ?? row.shop },
    uscc: inside ? row.uscc : publicCode(row.uscc),
    name: inside ? row.name : publicName(row.name),
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
    listings: inside || (row.entries?.length ?? 0) > 0 ? () => listingsOf(context, row, asOf) : NO_LISTINGS,
    asOf: freshness?.asOf as Date,
    stale: freshness?.stale as boolean,
  }
}

const NO_LISTINGS: ListingView[] = []

const isOnList = (context: GraphqlContext, { entries, lists }: StandingRow): boolean =>
  (lists ?? entries?.map(({ list }) => list) ?? []).some((list) => isBlacklist(context.parts.rules.lists, list))

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
    ? visibleListings(context, ownerIn(row), pointInTimeOf(context, { asOf }))
    : (row.entries ?? []).map(entryView)

const NEEDS_NOTHING = new Set(['code', 'uscc', 'name', 'status', 'codeFault', '__typename'])
const NEEDS: Record<string, Partial<StandingSelection>> = {
  grade: { grade: true },
  score: { grade: true },
  overridden: { grade: true, flags: true },
  objected: { grade: true, flags: true },
  listed: { entries: 'LISTS' },
  listings: { entries: 'BODIES' },
  asOf: { freshness: true },
  stale: { freshness: true },
}

const known = new WeakMap<FieldNode, StandingSelection>()

/** Look-ups that the selected fields need. Directives are ignored; an unknown field needs everything. */
export const standingSelectionOf = ({
  fieldNodes,
  fragments,
}: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>): StandingSelection => {
  const [field] = fieldNodes
  if (field === undefined || fieldNodes.length > 1) return ALL
  const before = known.get(field)
  if (before !== undefined) return before
  const wants: StandingSelection = { grade: false, flags: false, entries: 'NONE', freshness: false }
  const names = field.selectionSet ? namesIn(field.selectionSet, fragments) : []
  for (const name of names) {
    const needs = NEEDS[name] ?? (NEEDS_NOTHING.has(name) ? {} : ALL)
    Object.assign(wants, needs, { entries: more(wants.entries, needs.entries ?? 'NONE') })
  }
  known.set(field, wants)
  return wants
}

const more = (one: StandingSelection['entries'], other: StandingSelection['entries']): StandingSelection['entries'] =>
  ENTRIES.indexOf(one) > ENTRIES.indexOf(other) ? one : other

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
    ) => standingOf(context, code, asOf ?? context.today, standingSelectionOf(question)),
    standings: (_: unknown, { codes }: { codes: string[] }, context: GraphqlContext, question: GraphQLResolveInfo) => {
      if (codes.length > QUERY_CODES_MOST) throw new Refusal('TOO_MANY_CODES', { limit: QUERY_CODES_MOST })
      return standingsOf(context, codes, standingSelectionOf(question))
    },
  },
}
