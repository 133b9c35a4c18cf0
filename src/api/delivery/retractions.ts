import { regionBoundOf } from '../../domain/access/viewer.js'
import type { SubjectKind } from '../../domain/delivery/delivery.js'
import { parseListingUuid } from '../../domain/listing/listing.js'
import { Refusal } from '../../foundation/errors.js'
import * as store from '../../store/delivery/retractions.js'
import * as work from '../../work/delivery/retraction.js'
import { listingById } from '../listing/listing-by-id.js'
import { makeConnection, type OrderedPageArgs, readPageSize } from '../request/connection.js'
import { type GraphqlContext, renewLoaders } from '../request/context.js'
import { makeGlobalId, makeRetractionCursor, readRetractionInCursor } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { readOperatorWords } from '../request/operator-words.js'
import { NO_SUBJECT } from '../request/viewer.js'
import { closingOf, getSubOfViewer } from './deliveries.js'

const retractionView = (context: GraphqlContext, one: work.RetractionStatus) => {
  const { at, kind, subjectId, name, removal, receivers, listeners, done } = one
  return {
    at,
    subjectId,
    kind,
    key: subjectId,
    name,
    listing: () => (kind === 'listing' ? listingById(context, makeGlobalId('Listing', subjectId)) : null),
    removedAt: new Date(at),
    ...(removal ?? { removedOn: null, reason: null, reasonText: null, documentNumber: null }),
    done,
    heard: listeners.every(({ confirmedAt }) => confirmedAt !== null),
    // Agencies may not learn which marketplaces an operator sells on.
    marketplaces: listeners.map((listener) => ({
      ...listener,
      state: listener.confirmedAt !== null ? 'CONFIRMED' : listener.toldAt !== null ? 'TOLD' : 'OWED',
    })),
    receivers: receivers.map((receiver) => ({ ...receiver, closed: closingOf(receiver) })),
  }
}

interface RetractionFilterInput extends Partial<Pick<store.RetractionFilter, 'open' | 'platform' | 'region' | 'name'>> {
  listing?: string | null
  kind?: SubjectKind | null
}

interface RetractionsArgs extends OrderedPageArgs {
  filter?: RetractionFilterInput | null
}

const list = async (_: unknown, args: RetractionsArgs, context: GraphqlContext) => {
  const { db } = context.parts
  const {
    open = null,
    platform = null,
    listing = null,
    kind = null,
    ...words
  } = refuseUnstorableText(args.filter) ?? {}
  const filter = {
    open,
    platform,
    subjectId: listing === null ? null : (parseListingUuid(listing) ?? NO_SUBJECT),
    kind,
    ...readOperatorWords(words),
    sight: regionBoundOf(context.viewer),
  }
  const after = readRetractionInCursor(args.after)
  const page = { first: readPageSize(args) + 1, after, order: args.order ?? 'NEWEST' }
  const retractions = await work.listRetractions(db, context.parts.rules, filter, page)
  return makeConnection(
    retractions.map((one) => retractionView(context, one)),
    args,
    makeRetractionCursor,
    (most) => store.count(db, filter, most),
  )
}

const closeRetraction = async (
  _: unknown,
  args: { listing: string; platform: string; reason: string },
  context: GraphqlContext,
) => {
  const { listing, platform, reason } = refuseUnstorableText(args)
  const { db, rules } = context.parts
  const subjectId = parseListingUuid(listing)
  if (subjectId === null) throw new Refusal('RETRACTION_UNKNOWN')
  const by = getSubOfViewer(context.viewer)
  await work.giveUpRemovals(db, rules, { subjectId, platform, reason, by, now: context.now })
  renewLoaders(context)
  const [after] = await work.listRetractions(db, rules, { open: null, platform, subjectId }, { first: 1, after: null })
  if (after === undefined) throw new Error(`the retraction of ${subjectId} is gone`)
  return retractionView(context, after)
}

export const retractionResolvers = { Query: { retractions: list }, Mutation: { closeRetraction } }
