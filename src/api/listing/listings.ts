import { may, mayConsentToListing, seesOnlySomeFiles } from '../../domain/access/viewer.js'
import type { SourceCertainty } from '../../domain/calendar/dated-rows.js'
import { upgradeStoredCase } from '../../domain/listing/case.js'
import { allowedMoves } from '../../domain/listing/listing.js'
import { computeFirstRepairDay, type ListKind, needsConsent } from '../../domain/listing/lists.js'
import { isToBeLiftedAfterRemoval } from '../../domain/matters/measures.js'
import { coversSeat, seatOf } from '../../domain/matters/seats.js'
import { Refusal } from '../../foundation/errors.js'
import { memoByObject } from '../../foundation/memo.js'
import * as restored from '../../store/db/restored.js'
import * as listings from '../../store/listing/listings.js'
import type { PublicFilter } from '../../store/listing/public-filter.js'
import * as publicList from '../../store/publication/public-list.js'
import { findLiftDay } from '../../work/matters/lifts.js'
import { makeConnection, type PageArgs, readPageSize } from '../request/connection.js'
import { choosePointInTime, type GraphqlContext } from '../request/context.js'
import { chargeField } from '../request/costs.js'
import { makeEntryCursor, makeGlobalId, readEntryInCursor } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import type { OperatorAtTime } from '../request/operator-at-time.js'
import { makeConcernView } from './concerns.js'
import { makeDeadlineView } from './deadlines.js'
import { listingById } from './listing-by-id.js'
import { type ListingView, makeCaseView, makeEntryView, makePastCaseView, readStoredListing } from './listing-view.js'

interface BlacklistArgs extends PageArgs {
  filter?: { list?: string | null; region?: string | null; name?: string | null } | null
  asOf?: string | null
}

const blacklist = async (_: unknown, args: BlacklistArgs, context: GraphqlContext) => {
  const { today, viewer, parts } = context
  const filter = { ...refuseUnstorableText(args.filter), days: { asOf: args.asOf ?? today, today } }
  if (filter.days.asOf < today && !seesOnlySomeFiles(viewer) && may(viewer, 'see_removed'))
    return pastBlacklist(filter, args, context)
  if (!(await restored.mayPublishList(parts.db))) throw new Refusal('LIST_WITHHELD')
  const page = { first: readPageSize(args) + 1, after: readEntryInCursor(args.after) }
  const found = await overWhole(context, filter, () => listings.listPublicEntries(parts.db, filter, page))
  return makeConnection(
    found.map((body) => ({ ...makeEntryView(body), cursor: makeEntryCursor(body) })),
    args,
    ({ cursor }) => cursor,
    () => overWhole(context, filter, () => listings.countPublicEntries(parts.db, filter)),
  )
}

/** Charges a name filter to the query budget: it may scan the whole list. */
const overWhole = <T>(context: GraphqlContext, { name }: PublicFilter, act: () => Promise<T>): Promise<T> => {
  if (name != null) chargeField(context, 'Query.blacklist')
  return context.parts.inTurn(act)
}

const pastBlacklist = async (filter: PublicFilter, args: BlacklistArgs, context: GraphqlContext) => {
  const { db } = context.parts
  const page = { first: readPageSize(args) + 1, after: readEntryInCursor(args.after) }
  const found = await overWhole(context, filter, () => publicList.listCasesShown(db, filter, page))
  const when = choosePointInTime(context, { asOf: filter.days.asOf })
  const views = found.map(async (listing) => ({
    ...(makePastCaseView(listing, await context.load.moves(listing.id), when) ?? makeCaseView(listing)),
    cursor: makeEntryCursor({ id: listing.id, publishedOn: listing.publishedOn ?? '' }),
  }))
  return makeConnection(
    await Promise.all(views),
    args,
    ({ cursor }) => cursor,
    () => overWhole(context, filter, () => publicList.countCasesShown(db, filter)),
  )
}

const caseOf = ({ uuid }: ListingView, context: GraphqlContext): Promise<listings.Listing> =>
  readStoredListing(context, uuid ?? '')

const operatorOf = async (view: ListingView, context: GraphqlContext): Promise<OperatorAtTime> => {
  const id = view.operatorId ?? (await caseOf(view, context)).operatorId
  const operator = await context.load.operator(id)
  if (operator === null) throw new Error(`operator ${id} is gone`)
  return { __typename: 'Operator', operator, when: choosePointInTime(context, {}) }
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
  const isKnown = view.uuid === null || (view.operatorId !== null && view.record !== null)
  const { operatorId, record, facts } = isKnown ? view : makeCaseView(await caseOf(view, context))
  const kind = facts?.hiding?.kind
  if (kind === 'STAY' || kind === 'OBJECTION') return true
  if (operatorId === null || record === null) return false
  return (await context.load.contested({ operator: operatorId, when: choosePointInTime(context, {}) })).includes(record)
}

const withConfirmed = <R extends { mark: SourceCertainty }>(row: R) => ({ ...row, confirmed: row.mark === 'F' })

const listKindView = (list: ListKind) => ({
  ...list,
  name: { zh: list.zh, en: list.en },
  legalBasis: list.legalBasis.map(withConfirmed),
  measures: list.measures.map(withConfirmed),
  removals: list.removals.map(withConfirmed),
})

const liftDayOf = memoByObject(({ parts, now }: GraphqlContext) => findLiftDay(parts, now))

export const listingResolvers = {
  Query: {
    blacklist,
    listKinds: (_: unknown, __: unknown, { parts }: GraphqlContext) =>
      parts.rules.lists.filter(({ decidedHere }) => decidedHere).map(listKindView),
    listing: (_: unknown, { id }: { id: string }, context: GraphqlContext) => listingById(context, id),
  },
  Listing: {
    state: async (view: ListingView, _: unknown, context: GraphqlContext) =>
      view.state ?? (await caseOf(view, context)).state,
    list: ({ kind }: ListingView, _: unknown, context: GraphqlContext) => {
      const list = context.parts.rules.lists.find((each) => each.id === kind)
      return list === undefined ? null : listKindView(list)
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
    repairFrom: ({ facts, kind }: ListingView, _: unknown, { parts, today }: GraphqlContext) => {
      const list = parts.rules.lists.find(({ id }) => id === kind)
      const decidedOn = facts?.decidedOn ?? null
      if (decidedOn === null || !list?.removals.some(({ reason }) => reason === 'REPAIRED')) return null
      return computeFirstRepairDay(list, decidedOn, { from: facts?.termFrom ?? decidedOn, on: today })
    },
    hiding: hidingOf,
    contested: isContested,
    deadlines: async (view: ListingView, _: unknown, context: GraphqlContext) =>
      view.uuid !== null
        ? (await context.load.deadlines(view.uuid)).map((kept) => makeDeadlineView(context, kept))
        : [],
    consentNeeded: ({ facts }: ListingView, _: unknown, { parts: { rules }, today }: GraphqlContext) => {
      const list = rules.lists.find(({ id }) => id === facts?.list)
      return facts && list ? needsConsent(list, facts.level, today) : null
    },
    measures: async ({ uuid }: ListingView, _: unknown, context: GraphqlContext) => {
      const { load, viewer } = context
      // Caseworkers see all measures, also from a seat.
      const seat = may(viewer, 'see_moves') ? null : seatOf(viewer)
      const [all, liftDay] = await Promise.all([uuid === null ? [] : load.measures(uuid), liftDayOf(context)])
      return all
        .filter((one) => seat === null || coversSeat(seat, one.seat))
        .map((one) => ({
          ...one,
          matter: makeGlobalId('Matter', one.id),
          dueIfRemoved: isToBeLiftedAfterRemoval(one.state) ? liftDay : null,
        }))
    },
    concerns: async (view: ListingView, _: unknown, context: GraphqlContext) =>
      view.uuid !== null ? (await context.load.concerns(view.uuid)).map((one) => makeConcernView(context, one)) : [],
  },
}
