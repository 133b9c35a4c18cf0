/** Resolvers read a null `state`, `operatorId`, `record` or `counted` from the case. */
import { may, type OperatorScope, seesOnlySomeFiles, type Viewer } from '../../domain/access/viewer.js'
import { type Case, isBeforeNotice, isCaseOver, isVisibleToParty } from '../../domain/listing/case.js'
import { type ListKind, REMOVAL_REASONS } from '../../domain/listing/lists.js'
import { makeRepeatMatcher } from '../../domain/listing/own-decisions.js'
import { findLastDayOfMirroredEntry, findMirroredEntryEnd } from '../../domain/scoring/evidence.js'
import { describeEntry, type EntryMembers } from '../../domain/standing/standing.js'
import type { Listing, ListingEvent, PublicBody } from '../../store/listing/listings.js'
import type { PointInTime, RecordVersion } from '../../store/records/versions.js'
import { type GraphqlContext, isPastMoment, viewerTowards } from '../request/context.js'
import { makeGlobalId } from '../request/ids.js'

export interface ListingView extends EntryMembers {
  __typename: 'Listing'
  uuid: string | null
  state: string | null
  isContested?: boolean
  operatorId: number | null
  /** Id of the record version of the decision, or of the mirrored entry. */
  record: number | null
  facts: Case | null
  counted: {
    /** Day from which a restored listing counts its terms again; null: from the decision. */
    anewFrom: string | null
    /** Day whose rules apply; null: today. */
    asOf: string | null
  } | null
}

export const readStoredListing = async (context: GraphqlContext, uuid: string): Promise<Listing> => {
  const listing = await context.load.listing(uuid)
  if (listing === null) throw new Error(`listing ${uuid} is gone`)
  return listing
}

export const readListingAndOperator = async ({ load }: GraphqlContext, uuid: string | null) => {
  const listing = uuid === null ? null : await load.listing(uuid)
  const operator = listing && (await load.operator(listing.operatorId))
  return listing && operator ? { listing, operator } : null
}

export const findViewerOfEntry = (context: GraphqlContext, view: ListingView): Viewer | Promise<Viewer> =>
  seesOnlySomeFiles(context.viewer)
    ? ownerIn(context, view).then((owner) => viewerTowards(context, owner))
    : context.viewer

const ownerIn = async ({ load }: GraphqlContext, { operatorId, uuid }: ListingView) => {
  const id = operatorId ?? (uuid === null ? null : ((await load.listing(uuid))?.operatorId ?? null))
  return id === null ? null : load.operator(id)
}

export const makeEntryView = (body: PublicBody & { state?: string }): ListingView => ({
  __typename: 'Listing',
  ...describeEntry(body),
  uuid: body.id,
  state: body.state ?? null,
  isContested: body.contested,
  operatorId: null,
  record: null,
  facts: null,
  counted: null,
})

export const makeCaseView = (listing: Listing): ListingView => ({
  __typename: 'Listing',
  ...describeEntry({ ...listing, decidedOn: listing.facts.decidedOn }),
  uuid: listing.id,
  state: listing.state,
  removedOn: listing.removedOn,
  removalReason: listing.removalReason,
  operatorId: listing.operatorId,
  record: listing.decisionVersion,
  facts: listing.facts,
  counted: { anewFrom: listing.facts.termFrom ?? null, asOf: null },
})

/** The case on day `asOf`, as known at `knownAt`, rebuilt from its steps. */
export const makePastCaseView = (
  listing: Listing,
  moves: readonly ListingEvent[],
  { asOf, knownAt }: PointInTime,
): ListingView | null => {
  if (listing.wrongFrom !== null && listing.wrongFrom <= knownAt) return null
  const made = moves.filter((move) => move.on <= asOf && move.recordedAt <= knownAt)
  const last = made.at(-1)
  if (last === undefined) return null
  const after = (name: ListingEvent['move']): boolean => made.some((move) => move.move === name)
  const view = makeCaseView(listing)
  return {
    ...view,
    state: last.stateAfter,
    endsOn: endIn(made) ?? view.endsOn,
    ...(!after('linkDecision') && { basis: null, authority: null }),
    ...(!after('decideListing') && { documentNumber: null, decidedOn: null, endsOn: null }),
    ...(!after('publishListing') && { publishedOn: null }),
    ...removedIn(last, made),
    facts: null,
    counted: { anewFrom: made.findLast(({ move }) => move === 'restoreListing')?.on ?? null, asOf },
  }
}

/** The entry's last day by these steps; later ones may have changed it. */
const endIn = (made: readonly ListingEvent[]): string | null => {
  const said = made.findLast(({ act }) => typeof act['endsOn'] === 'string')?.act['endsOn']
  return typeof said === 'string' ? said : null
}

const removedIn = (last: ListingEvent, made: readonly ListingEvent[]) => {
  const removal = made.findLast(({ move }) => move === 'removeListing' || move === 'lapseListing')
  if (last.stateAfter !== 'REMOVED' || removal === undefined) return { removedOn: null, removalReason: null }
  const reason = removal.act['removal']
  return { removedOn: removal.on, removalReason: typeof reason === 'string' ? reason : null }
}

export const makeMirroredView = (
  { id, body, operatorId }: RecordVersion,
  lists: readonly ListKind[],
  asOf: string,
): ListingView => {
  const text = (field: string): string | null => (typeof body[field] === 'string' ? (body[field] as string) : null)
  const gone = findMirroredEntryEnd(body, lists)
  return {
    __typename: 'Listing',
    id: makeGlobalId('Listing', `m${id}`),
    uuid: null,
    kind: text('list') ?? '',
    state: gone !== null && gone <= asOf ? 'REMOVED' : 'PUBLISHED',
    reason: text('reason') ?? '',
    basis: null,
    authority: text('authority'),
    documentNumber: text('document_number'),
    decidedOn: text('listed_on'),
    publishedOn: text('published_on'),
    endsOn: findLastDayOfMirroredEntry(body, lists),
    removedOn: text('removed_on'),
    removalReason: REMOVAL_REASONS.find((reason) => reason === body['removal_reason']) ?? null,
    mirrored: true,
    operatorId,
    record: id,
    facts: null,
    counted: null,
  }
}

export const listVisibleListings = async (
  context: GraphqlContext,
  operator: OperatorScope & { id: number },
  when: PointInTime,
): Promise<ListingView[]> => {
  const viewer = viewerTowards(context, operator)
  const removed = may(viewer, 'see_removed')
  const entries = async () =>
    (await context.load.publicEntries({ operator: operator.id, asOf: when.asOf })).map(makeEntryView)
  if (!may(viewer, 'see_inner_listings')) return entries()
  const [own, mirrored] = await Promise.all([
    context.load.listings(operator.id),
    context.load.mirrored({ operator: operator.id, when }),
  ])
  const { lists } = context.parts.rules
  const told = own.filter((listing) => isVisibleToViewer(context, listing))
  const isOwn = makeRepeatMatcher(own.filter(({ publishedOn }) => publishedOn !== null && publishedOn <= when.asOf))
  return [
    // A past day is rebuilt only for viewers who may see removals.
    ...(isPastMoment(context, when) && !removed ? await entries() : await casesOn(context, told, when)),
    ...mirrored
      .filter((version) => !isOwn(version.body) && (removed || isMirroredInForce(context, version)))
      .map((version) => makeMirroredView(version, lists, when.asOf)),
  ].filter((view) => removed || !isCaseOver(view.state))
}

export const isMirroredInForce = ({ parts, today }: GraphqlContext, version: RecordVersion): boolean =>
  version.stands && !isCaseOver(makeMirroredView(version, parts.rules.lists, today).state)

/** False for a party to which no notice was served yet. */
export const isVisibleToViewer = ({ viewer }: GraphqlContext, { facts }: Listing): boolean =>
  viewer.role !== 'party' || isVisibleToParty(facts)

const casesOn = async (context: GraphqlContext, own: readonly Listing[], when: PointInTime): Promise<ListingView[]> => {
  if (!isPastMoment(context, when)) return own.filter(({ wrongFrom }) => wrongFrom === null).map(makeCaseView)
  const views = own.map(async (listing) => makePastCaseView(listing, await context.load.moves(listing.id), when))
  const found = (await Promise.all(views)).filter((view) => view !== null)
  return context.viewer.role === 'party' ? found.filter(({ state }) => !isBeforeNotice(state)) : found
}
