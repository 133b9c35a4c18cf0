import { may } from '../../domain/access/viewer.js'
import { availableDocumentKinds, type DocumentKind, servedDocumentKinds } from '../../domain/listing/documents.js'
import { WITHHOLDING_REASONS } from '../../domain/listing/public-entry.js'
import { PERSONAL_DATA } from '../../domain/records/personal.js'
import { Refusal } from '../../foundation/errors.js'
import type { IssuedDocument } from '../../store/listing/documents.js'
import * as work from '../../work/listing/documents.js'
import { publicEntryFrom } from '../../work/listing/public-entry.js'
import { type GraphqlContext, renewLoaders, viewerTowards } from '../request/context.js'
import { chargeField } from '../request/costs.js'
import { listingInGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { isInViewersRegion, NO_SUBJECT } from '../request/viewer.js'
import type { ListingView } from './listing-view.js'

/** Returns the view's case and operator, or null for a public entry, a mirrored entry or a past day. */
const caseIn = async (view: ListingView, context: GraphqlContext) => {
  const listing = view.uuid === null || view.facts === null ? null : await context.load.listing(view.uuid)
  const operator = listing && (await context.load.operator(listing.operatorId))
  return listing && operator ? { listing, operator } : null
}

const documents = async (view: ListingView, _: unknown, context: GraphqlContext) => {
  const caseOfView = await caseIn(view, context)
  if (caseOfView === null) return []
  const { facts, removedOn } = caseOfView.listing
  const viewer = viewerTowards(context, caseOfView.operator)
  if (may(viewer, 'move_listing')) return views(context, caseOfView, availableDocumentKinds(facts, removedOn))
  return viewer.role === 'party' ? views(context, caseOfView, servedDocumentKinds(facts, removedOn)) : []
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
    const {
      title,
      html,
      sha256: draftSha256,
      missing,
    } = work.draftDocument(context.parts.rules, kind, of, inside ? 'OFFICER' : 'PARTY')
    const blanks = missing.map(({ unconfirmed, ...blank }) => ({
      ...blank,
      unconfirmed: unconfirmed?.text ?? null,
      basis: unconfirmed?.basis ?? null,
    }))
    return { kind, title, html, draftSha256, missing: inside ? blanks : [], ...noted(issued, inside) }
  })
}

const noted = (issued: IssuedDocument | null, inside: boolean) => ({
  number: issued?.number ?? null,
  sha256: issued?.sha256 ?? null,
  issuedOn: issued?.issuedOn ?? null,
  enteredBy: inside ? (issued?.enteredBy ?? null) : null,
  enteredAt: issued?.enteredAt ?? null,
})

interface RecordDocumentInput {
  listing: string
  kind: DocumentKind
  number: string
  sha256: string
  issuedOn: string
}

const recordDocument = async (_: unknown, { input }: { input: RecordDocumentInput }, context: GraphqlContext) => {
  const { db, rules } = context.parts
  const fields = refuseUnstorableText(input)
  const id = listingInGlobalId(fields.listing)
  if (id === null || !('uuid' in id)) throw new Refusal('LISTING_UNKNOWN')
  const theirs = await isInViewersRegion(context, 'move_listing', async () => {
    return (await context.load.listing(id.uuid))?.operatorId
  })
  const by = context.viewer.sub ?? ''
  const made = await work.recordDocument(db, rules, {
    ...fields,
    listing: theirs ? id.uuid : NO_SUBJECT,
    by,
    now: context.now,
  })
  renewLoaders(context)
  const listing = await context.load.listing(id.uuid)
  const operator = listing && (await context.load.operator(listing.operatorId))
  const [view] = listing && operator ? await views(context, { listing, operator }, [made.kind]) : []
  if (view === undefined) throw new Error(`listing ${id.uuid} is gone`)
  return view
}

const publicText = async (view: ListingView, args: { ofAge?: boolean | null }, context: GraphqlContext) => {
  if (!may(context.viewer, 'see_moves')) return null
  const caseOfView = await caseIn(view, context)
  if (caseOfView === null) return null
  const { listing, operator } = caseOfView
  const ofAge = args.ofAge ?? listing.facts.ofAge ?? null
  const on = listing.publishedOn ?? context.today
  const [decision, registrations, contested] = await Promise.all([
    listing.decisionVersion === null ? null : context.load.record(listing.decisionVersion),
    context.load.registrationsOn({ operator: operator.id, day: on }),
    context.load.listingContested(listing.id),
  ])
  const answer = publicEntryFrom(listing, operator, on, { decision, registrations, contested, ofAge })
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
