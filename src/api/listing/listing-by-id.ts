import { may, maySeeOperator, seesOnlySomeFiles } from '../../domain/access/viewer.js'
import { isCaseOver } from '../../domain/listing/case.js'
import type * as listings from '../../store/listing/listings.js'
import { type GraphqlContext, viewerTowards } from '../request/context.js'
import { readListingInGlobalId } from '../request/ids.js'
import { NO_ID } from '../request/viewer.js'
import {
  isMirroredInForce,
  isVisibleToViewer,
  type ListingView,
  makeCaseView,
  makeEntryView,
  makeMirroredView,
} from './listing-view.js'

export const listingById = async (context: GraphqlContext, id: string): Promise<ListingView | null> => {
  const key = readListingInGlobalId(id)
  if (key === null) return null
  return 'uuid' in key ? ownListing(context, key.uuid) : mirroredListing(context, key.version)
}

const ownListing = async (context: GraphqlContext, uuid: string): Promise<ListingView | null> => {
  const body = await context.load.publicEntry(uuid)
  const entry = body && inForce(body, context.today) ? makeEntryView(body) : null
  if (!may(context.viewer, 'see_inner_listings')) return entry
  // A missing and a forbidden case take equally long.
  if (!(await isHeadFor(context, { type: 'Listing', key: uuid }))) return entry
  const stored = await context.load.listing(uuid)
  const listing = stored?.wrongFrom === null ? stored : null
  const operator = await context.load.operator(listing?.operatorId ?? NO_ID)
  if (listing === null || !isVisibleToViewer(context, listing)) return entry
  const viewer = viewerTowards(context, operator)
  const sees = may(viewer, 'see_inner_listings') && (may(viewer, 'see_removed') || !isCaseOver(listing.state))
  return sees ? makeCaseView(listing) : entry
}

const isHeadFor = async ({ viewer, load }: GraphqlContext, asked: Parameters<GraphqlContext['load']['head']>[0]) => {
  if (!seesOnlySomeFiles(viewer)) return true
  const head = await load.head(asked)
  return head !== null && head.operatorId !== null && maySeeOperator(viewer, head)
}

const inForce = ({ publishedOn, endsOn }: listings.PublicBody, day: string): boolean =>
  publishedOn <= day && (endsOn === null || endsOn >= day)

const mirroredListing = async (context: GraphqlContext, version: number): Promise<ListingView | null> => {
  if (!may(context.viewer, 'see_inner_listings')) return null
  if (!(await isHeadFor(context, { type: 'Record', key: String(version) }))) return null
  const record = await context.load.record(version)
  const operator = await context.load.operator(record?.operatorId ?? NO_ID)
  if (record?.kind !== 'list_entry' || record.operatorId === null || record.wrongFrom !== null) return null
  const viewer = viewerTowards(context, operator)
  if (!may(viewer, 'see_inner_listings')) return null
  if (!may(viewer, 'see_removed') && !isMirroredInForce(context, record)) return null
  return makeMirroredView(record, context.parts.rules.lists, context.today)
}
