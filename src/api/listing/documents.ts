import { may } from '../../domain/access/viewer.js'
import {
  collectDocumentNumbers,
  type DocumentKind,
  listAvailableDocumentKinds,
  listServedDocumentKinds,
} from '../../domain/listing/documents.js'
import { WITHHOLDING_REASONS } from '../../domain/listing/public-entry.js'
import { PERSONAL_DATA } from '../../domain/records/personal-data.js'
import { Refusal } from '../../foundation/errors.js'
import { writeDocx } from '../../foundation/papers/docx.js'
import type { Paper } from '../../foundation/papers/paper.js'
import { writePdf } from '../../foundation/papers/pdf.js'
import * as work from '../../work/listing/documents.js'
import { composePublicEntryFromFacts } from '../../work/listing/public-entry.js'
import { type GraphqlContext, renewLoaders, viewerTowards } from '../request/context.js'
import { chargeField } from '../request/costs.js'
import { readListingInGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { isInViewersRegion, NO_SUBJECT } from '../request/viewer.js'
import { type ListingView, readListingAndOperator } from './listing-view.js'

const caseIn = async ({ facts, uuid }: ListingView, context: GraphqlContext) =>
  facts && readListingAndOperator(context, uuid)

const documents = async (
  view: ListingView,
  { kind: only }: { kind?: DocumentKind | null },
  context: GraphqlContext,
) => {
  const isAsked = (kind: DocumentKind): boolean => only == null || kind === only
  const caseOfView = await caseIn(view, context)
  if (caseOfView === null) return []
  const { facts, removedOn } = caseOfView.listing
  const viewer = viewerTowards(context, caseOfView.operator)
  if (may(viewer, 'move_listing'))
    return views(context, caseOfView, listAvailableDocumentKinds(facts, removedOn).filter(isAsked))
  if (viewer.role !== 'party') return []
  const signed = (await context.load.papers(caseOfView.listing.id)).filter(({ about }) => about === 'SIGNED')
  const readable = listServedDocumentKinds(facts, removedOn).filter(
    (kind) => kind === PARTYS_FORM || signed.some((paper) => paper.kind === kind),
  )
  return views(context, caseOfView, readable.filter(isAsked))
}

/** The party's own paper: a form to fill, never signed by the authority. */
const PARTYS_FORM: DocumentKind = 'REPAIR_APPLICATION'

type DocumentCase = NonNullable<Awaited<ReturnType<typeof caseIn>>>

const views = async (context: GraphqlContext, { listing, operator }: DocumentCase, kinds: readonly DocumentKind[]) => {
  if (kinds.length === 0) return []
  chargeField(context, 'Listing.documents', kinds.length)
  context.shown(operator.uscc ?? operator.shop ?? '')
  const { decisionVersion } = listing
  const [entered, moves, papers, authority, record] = await Promise.all([
    context.load.documents(listing.id),
    context.load.moves(listing.id),
    context.load.papers(listing.id),
    context.load.authority(listing.authority),
    decisionVersion === null ? null : context.load.record(decisionVersion),
  ])
  const inside = may(context.viewer, 'move_listing')
  const named = collectDocumentNumbers(moves)
  return kinds.map((kind) => {
    const ofKind = papers.filter((each) => each.kind === kind)
    const signed = ofKind.filter(({ about }) => about === 'SIGNED').at(-1) ?? null
    // A party reads the signed copy: a later number without a file is not its paper.
    const isShown = (each: { sha256: string }): boolean => inside || each.sha256 === signed?.sha256
    const issued = entered.filter((each) => each.kind === kind && isShown(each)).at(-1) ?? null
    const of = { listing, operator, decision: record?.body ?? null, authority, moves, issued, today: context.today }
    const official = work.draftDocument(context.parts.rules, kind, of, 'OFFICER')
    const shown = inside ? official : work.draftDocument(context.parts.rules, kind, of, 'PARTY')
    const { sha256: draftSha256, missing, paper } = official
    const blanks = missing.map(({ unconfirmed, ...blank }) => ({
      ...blank,
      unconfirmed: unconfirmed?.text,
      basis: unconfirmed?.basis,
    }))
    return {
      kind,
      title: shown.title,
      html: shown.html,
      draftSha256,
      draft:
        inside || kind === PARTYS_FORM
          ? ({ format }: { format: DraftFormat }) => writeDraft(paper(context.now), format)
          : null,
      named: inside ? ((kind === 'DECISION' ? listing.documentNumber : null) ?? named[kind]) : null,
      signed,
      masked: inside ? ofKind.filter(({ about }) => about === 'MASKED') : [],
      missing: inside ? blanks : [],
      number: issued?.number,
      sha256: issued?.sha256,
      issuedOn: issued?.issuedOn,
      enteredBy: inside ? issued?.enteredBy : null,
      enteredAt: issued?.enteredAt,
    }
  })
}

type DraftFormat = 'PDF' | 'DOCX'

const writeDraft = async (paper: Paper, format: DraftFormat): Promise<string> =>
  (format === 'PDF' ? await writePdf(paper) : writeDocx(paper)).toString('base64')

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
  const answer = composePublicEntryFromFacts(
    context.parts.rules,
    { listing: of, operator, on },
    { decision, registrations, contested },
  )
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
