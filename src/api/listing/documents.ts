import { may } from '../../domain/access/viewer.js'
import {
  type DocumentKind,
  listAvailableDocumentKinds,
  listServedDocumentKinds,
} from '../../domain/listing/documents.js'
import { WITHHOLDING_REASONS } from '../../domain/listing/public-entry.js'
import { PERSONAL_DATA } from '../../domain/records/personal-data.js'
import { Refusal } from '../../foundation/errors.js'
import * as work from '../../work/listing/documents.js'
import { composePublicEntryFromFacts } from '../../work/listing/public-entry.js'
import { type GraphqlContext, renewLoaders, viewerTowards } from '../request/context.js'
import { chargeField } from '../request/costs.js'
import { readListingInGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { isInViewersRegion, NO_SUBJECT } from '../request/viewer.js'
import { type ListingView, readListingAndOperator } from './listing-view.js'

/** Returns null for a public entry, a mirrored entry or a past day. */
const caseIn = async ({ facts, uuid }: ListingView, context: GraphqlContext) =>
  facts && readListingAndOperator(context, uuid)

const documents = async (view: ListingView, _: unknown, context: GraphqlContext) => {
  const caseOfView = await caseIn(view, context)
  if (caseOfView === null) return []
  const { facts, removedOn } = caseOfView.listing
  const viewer = viewerTowards(context, caseOfView.operator)
  if (may(viewer, 'move_listing')) return views(context, caseOfView, listAvailableDocumentKinds(facts, removedOn))
  return viewer.role === 'party' ? views(context, caseOfView, listServedDocumentKinds(facts, removedOn)) : []
}

type DocumentCase = NonNullable<Awaited<ReturnType<typeof caseIn>>>

const views = async (context: GraphqlContext, { listing, operator }: DocumentCase, kinds: readonly DocumentKind[]) => {
  if (kinds.length === 0) return []
  chargeField(context, 'Listing.documents', kinds.length)
  context.shown(operator.uscc ?? operator.shop ?? '')
  const { decisionVersion } = listing
  const [entered, moves, record] = await Promise.all([
    context.load.documents(listing.id),
    context.load.moves(listing.id),
    decisionVersion === null ? null : context.load.record(decisionVersion),
  ])
  const inside = may(context.viewer, 'move_listing')
  return kinds.map((kind) => {
    const issued = entered.filter((each) => each.kind === kind).at(-1) ?? null
    const of = { listing, operator, decision: record?.body ?? null, moves, issued, today: context.today }
    const reader = inside ? 'OFFICER' : 'PARTY'
    const { sha256: draftSha256, missing, ...draft } = work.draftDocument(context.parts.rules, kind, of, reader)
    const blanks = missing.map(({ unconfirmed, ...blank }) => ({
      ...blank,
      unconfirmed: unconfirmed?.text,
      basis: unconfirmed?.basis,
    }))
    return {
      kind,
      ...draft,
      draftSha256,
      missing: inside ? blanks : [],
      number: issued?.number,
      sha256: issued?.sha256,
      issuedOn: issued?.issuedOn,
      enteredBy: inside ? issued?.enteredBy : null,
      enteredAt: issued?.enteredAt,
    }
  })
}

type RecordDocumentInput = Omit<work.ExternalDocumentInput, 'by' | 'now'>

const recordDocument = async (_: unknown, { input }: { input: RecordDocumentInput }, context: GraphqlContext) => {
  const { db, rules } = context.parts
  const fields = refuseUnstorableText(input)
  const id = readListingInGlobalId(fields.listing)
  if (id === null || !('uuid' in id)) throw new Refusal('LISTING_UNKNOWN')
  const operatorId = async () => (await context.load.listing(id.uuid))?.operatorId
  const listing = (await isInViewersRegion(context, 'move_listing', operatorId)) ? id.uuid : NO_SUBJECT
  const by = context.viewer.sub ?? ''
  await work.recordDocument(db, rules, { ...fields, listing, by, now: context.now })
  renewLoaders(context)
  const found = await readListingAndOperator(context, id.uuid)
  const [view] = found ? await views(context, found, [fields.kind]) : []
  if (view === undefined) throw new Error(`listing ${id.uuid} is gone`)
  return view
}

const publicText = async (view: ListingView, args: { ofAge?: boolean | null }, context: GraphqlContext) => {
  if (!may(context.viewer, 'see_moves')) return null
  const caseOfView = await caseIn(view, context)
  if (caseOfView === null) return null
  const { listing, operator } = caseOfView
  const { facts } = listing
  const of = { ...listing, facts: { ...facts, ofAge: args.ofAge ?? facts.ofAge ?? null } }
  const on = listing.publishedOn ?? context.today
  const [decision, registrations, contested] = await Promise.all([
    listing.decisionVersion === null ? null : context.load.record(listing.decisionVersion),
    context.load.registrationsOn({ operator: operator.id, day: on }),
    context.load.listingContested(listing.id),
  ])
  const answer = composePublicEntryFromFacts(of, operator, on, { decision, registrations, contested })
  return {
    allowed: answer.withheld === null,
    withheld: answer.withheld === null ? null : WITHHOLDING_REASONS[answer.withheld],
    reason: answer.body?.reason ?? null,
    basis: answer.body?.basis ?? null,
    masked: answer.masked.map(({ what, ...part }) => ({ ...part, what: PERSONAL_DATA[what] })),
  }
}

export const documentResolvers = {
  Mutation: { recordDocument },
  Listing: { documents, publicText },
}
