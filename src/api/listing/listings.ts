import { may, mayConsentToListing, seesOnlySomeFiles, type Viewer } from '../../domain/access/viewer.js'
import { upgradeStoredCase } from '../../domain/listing/case.js'
import { allowedMoves } from '../../domain/listing/listing.js'
import { Refusal } from '../../foundation/errors.js'
import * as restored from '../../store/db/restored.js'
import * as listings from '../../store/listing/listings.js'
import type { PublicFilter } from '../../store/listing/public-filter.js'
import * as publicList from '../../store/publication/public-list.js'
import { makeConnection, type PageArgs, pageSizeOf } from '../request/connection.js'
import { type GraphqlContext, pointInTimeOf } from '../request/context.js'
import { chargeField } from '../request/costs.js'
import { entryCursor, entryInCursor } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import type { OperatorView } from '../request/operator-view.js'
import { concernView } from './concerns.js'
import { deadlineView } from './deadlines.js'
import { listingById } from './listing-by-id.js'
import { caseView, entryView, type ListingView, pastCaseView } from './listing-view.js'

interface BlacklistArgs extends PageArgs {
  filter?: { list?: string | null; region?: string | null; name?: string | null } | null
  asOf?: string | null
}

const blacklist = async (_: unknown, args: BlacklistArgs, context: GraphqlContext) => {
  const { db } = context.parts
  const { today } = context
  const filter = { ...refuseUnstorableText(args.filter), days: { asOf: args.asOf ?? today, today } }
  if (filter.days.asOf < today && seesPast(context.viewer)) return listOf(filter, args, context)
  if (!(await restored.mayList(db))) throw new Refusal('LIST_WITHHELD')
  const page = { first: pageSizeOf(args) + 1, after: entryInCursor(args.after) }
  const found = await overWhole(context, filter, () => listings.publicEntries(db, filter, page))
  const cursors = new Map(found.map((body) => [body.id, entryCursor(body)]))
  const cursorOf = (view: ListingView) => cursors.get(view.uuid ?? '') ?? ''
  return makeConnection(found.map(entryView), args, cursorOf, () =>
    overWhole(context, filter, () => listings.publicCount(db, filter)),
  )
}

/** Charges for a name filter, because it may scan the whole list. */
const overWhole = <T>(context: GraphqlContext, { name }: PublicFilter, act: () => Promise<T>): Promise<T> => {
  if (name != null) chargeField(context, 'Query.blacklist')
  return context.parts.inTurn(act)
}

const seesPast = (viewer: Viewer): boolean => !seesOnlySomeFiles(viewer) && may(viewer, 'see_removed')

const listOf = async (filter: PublicFilter, args: BlacklistArgs, context: GraphqlContext) => {
  const { db } = context.parts
  const page = { first: pageSizeOf(args) + 1, after: entryInCursor(args.after) }
  const found = await overWhole(context, filter, () => publicList.listShown(db, filter, page))
  const when = pointInTimeOf(context, { asOf: filter.days.asOf })
  const views = await Promise.all(
    found.map(
      async (listing) => pastCaseView(listing, await context.load.moves(listing.id), when) ?? caseView(listing),
    ),
  )
  const cursors = new Map(found.map(({ id, publishedOn }) => [id, entryCursor({ id, publishedOn: publishedOn ?? '' })]))
  const cursorOf = (view: ListingView) => cursors.get(view.uuid ?? '') ?? ''
  return makeConnection(views, args, cursorOf, () =>
    overWhole(context, filter, () => publicList.countShown(db, filter)),
  )
}

const caseOf = async (view: ListingView, context: GraphqlContext): Promise<listings.Listing> => {
  const listing = await context.load.listing(view.uuid ?? '')
  if (listing === null) throw new Error(`listing ${view.uuid} is gone`)
  return listing
}

const operatorOf = async (view: ListingView, context: GraphqlContext): Promise<OperatorView> => {
  const id = view.operatorId ?? (await caseOf(view, context)).operatorId
  const operator = await context.load.operator(id)
  if (operator === null) throw new Error(`operator ${id} is gone`)
  return { __typename: 'Operator', operator, when: pointInTimeOf(context, {}) }
}

const hidingOf = async (view: ListingView, _: unknown, context: GraphqlContext) => {
  const hiding = view.facts?.hiding ?? null
  if (hiding === null || view.uuid === null) return null
  const confirmed = hiding.confirmedBy !== null
  const due = (await context.load.deadlines(view.uuid)).findLast(({ name }) => name === 'HIDING_CONFIRMATION')
  return {
    kind: hiding.kind,
    on: hiding.on,
    by: hiding.by,
    confirmed,
    confirmUntil: due?.dueOn ?? null,
    late: !confirmed && due !== undefined && due.dueOn < context.today,
  }
}

const isContested = async (view: ListingView, _: unknown, context: GraphqlContext): Promise<boolean> => {
  const known = view.operatorId !== null && view.record !== null
  const { operatorId, record, kind } =
    known || view.uuid === null
      ? { operatorId: view.operatorId, record: view.record, kind: view.facts?.hiding?.kind }
      : await caseOf(view, context).then((one) => ({
          operatorId: one.operatorId,
          record: one.decisionVersion,
          kind: one.facts.hiding?.kind,
        }))
  if (kind === 'STAY' || kind === 'OBJECTION') return true
  if (operatorId === null || record === null) return false
  return (await context.load.contested({ operator: operatorId, when: pointInTimeOf(context, {}) })).includes(record)
}

export const listingResolvers = {
  Query: {
    blacklist,
    listing: (_: unknown, { id }: { id: string }, context: GraphqlContext) => listingById(context, id),
  },
  Listing: {
    state: async (view: ListingView, _: unknown, context: GraphqlContext) =>
      view.state ?? (await caseOf(view, context)).state,
    list: ({ kind }: ListingView, _: unknown, context: GraphqlContext) => {
      const list = context.parts.rules.lists.find((each) => each.id === kind)
      if (list === undefined) return null
      const legalBasis = list.legalBasis.map((basis) => ({ ...basis, confirmed: basis.mark === 'F' }))
      const measures = list.measures.map((measure) => ({ ...measure, confirmed: measure.mark === 'F' }))
      const removals = list.removals.map((rule) => ({ ...rule, confirmed: rule.mark === 'F' }))
      return { ...list, name: { zh: list.zh, en: list.en }, legalBasis, measures, removals }
    },
    operator: (view: ListingView, _: unknown, context: GraphqlContext) => operatorOf(view, context),
    moves: (view: ListingView, _: unknown, context: GraphqlContext) =>
      view.uuid !== null ? context.load.moves(view.uuid) : [],
    allowedMoves: async (view: ListingView, _: unknown, context: GraphqlContext) => {
      if (view.uuid === null) return []
      const facts = upgradeStoredCase(view.facts ?? (await caseOf(view, context)).facts)
      const allowed = allowedMoves(facts, context.viewer.role)
      return mayConsentToListing(context.viewer, facts.level)
        ? allowed
        : allowed.filter((name) => name !== 'consentListing')
    },
    ground: ({ facts }: ListingView) => facts?.ground ?? null,
    notListed: ({ facts }: ListingView) => facts?.notListed ?? null,
    repair: ({ facts }: ListingView) => facts?.repair ?? null,
    hiding: hidingOf,
    contested: isContested,
    deadlines: async (view: ListingView, _: unknown, context: GraphqlContext) =>
      view.uuid !== null ? (await context.load.deadlines(view.uuid)).map((kept) => deadlineView(context, kept)) : [],
    concerns: async (view: ListingView, _: unknown, context: GraphqlContext) =>
      view.uuid !== null ? (await context.load.concerns(view.uuid)).map((one) => concernView(context, one)) : [],
  },
}
