import { mayConsentToListing } from '../../domain/access/viewer.js'
import { type ListingOutlook, listingOutlooks } from '../../work/listing/outlook.js'
import type { GraphqlContext } from '../request/context.js'
import { type ListingView, readListingAndOperator } from './listing-view.js'

const outlooks = async (
  view: ListingView,
  { on, ofAge }: { on?: string | null; ofAge?: boolean | null },
  context: GraphqlContext,
) => {
  const { viewer, today, parts } = context
  const found = view.facts && (await readListingAndOperator(context, view.uuid))
  if (found === null) return []
  const asking = { by: viewer.sub ?? '', role: viewer.role, on: on ?? today, today, ofAge: ofAge ?? null }
  const predicted = await listingOutlooks(parts.db, parts.rules, found, asking)
  const isAbove = mayConsentToListing(viewer, found.listing.facts.level ?? null)
  return predicted.map((one) => outlookView(one, one.move !== 'consentListing' || isAbove))
}

const outlookView = ({ denial, reached, isTheirs, ...outlook }: ListingOutlook, isOfTheirLevel: boolean) => ({
  ...outlook,
  yours: isTheirs && isOfTheirLevel,
  denial: denial && { because: denial.code, why: { zh: denial.zh, en: denial.en }, from: denial.from },
  stateAfter: reached?.state ?? null,
  endsOn: reached?.endsOn ?? null,
})

export const outlookResolvers = { Listing: { outlooks } }
