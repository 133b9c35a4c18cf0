import { isSamePerson, may } from '../../domain/access/viewer.js'
import { mayKeepCases } from '../../domain/worklist/keepers.js'
import type { WorkKind } from '../../domain/worklist/tasks.js'
import { Refusal } from '../../foundation/errors.js'
import type { Listing } from '../../store/listing/listings.js'
import * as store from '../../store/worklist/keepers.js'
import * as work from '../../work/worklist/keepers.js'
import { type ListingView, makeCaseView, readStoredListing } from '../listing/listing-view.js'
import { type GraphqlContext, renewLoaders } from '../request/context.js'
import { readListingInGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { seesSubject } from '../request/viewer.js'

const colleagues = async (_: unknown, __: unknown, { parts }: GraphqlContext) =>
  (await work.listColleagues(parts.db)).filter(mayKeepCases)

interface ConfirmersArgs {
  kind: WorkKind
  listing?: string | null
  by?: string | null
}

const confirmers = async (_: unknown, { kind, listing, by = null }: ConfirmersArgs, context: GraphqlContext) => {
  const { db } = context.parts
  const uuid = listing == null ? null : readUuid(listing)
  if (uuid === null)
    return work.listConfirmers(db, { kind, notBy: refuseUnstorableText({ by }).by, region: null, level: null })
  const found = (await seesSubject(context, uuid)) ? await context.load.listing(uuid) : null
  if (found === null) throw new Refusal('LISTING_UNKNOWN')
  const region = (await context.load.operator(found.operatorId))?.region ?? null
  return work.listConfirmers(db, { kind, notBy: personBefore(kind, found), region, level: found.facts.level })
}

const personBefore = (kind: WorkKind, { facts }: Listing): string | null =>
  kind === 'CONFIRM_HIDING' ? (facts.hiding?.by ?? null) : facts.proposedBy

const readUuid = (id: string): string => {
  const key = readListingInGlobalId(id)
  if (key === null || !('uuid' in key)) throw new Refusal('LISTING_UNKNOWN')
  return key.uuid
}

interface HandOverArgs {
  ids: readonly string[]
  to?: string | null
  note: string
}

const handOverCases = async (_: unknown, args: HandOverArgs, context: GraphqlContext) => {
  const { viewer, now, parts } = context
  const { to = null, note } = refuseUnstorableText({ to: args.to, note: args.note })
  const ids = args.ids.map(readUuid)
  const moved = await work.handOverCases(parts.db, {
    viewer,
    ids,
    to: to ?? null,
    note,
    now,
    pseudonymOf: parts.rules.pseudonymOf,
  })
  renewLoaders(context)
  return { listings: moved.map(async (uuid) => makeCaseView(await readStoredListing(context, uuid))) }
}

const absenceView = ({ id, fromOn, toOn, person, deputy }: store.Absence) => ({
  number: id,
  person,
  deputy,
  firstDay: fromOn,
  lastDay: toOn,
})

const absences = async (_: unknown, __: unknown, { parts, today }: GraphqlContext) =>
  (await store.listAbsences(parts.db, today)).map(absenceView)

interface AbsenceArgs {
  person?: string | null
  deputy: string
  firstDay: string
  lastDay: string
}

const mayAbsent = ({ viewer }: GraphqlContext, person: string): boolean =>
  isSamePerson(person, viewer.sub ?? '') || may(viewer, 'manage_registered')

const recordAbsence = async (_: unknown, args: AbsenceArgs, context: GraphqlContext) => {
  const { viewer, now, today, parts } = context
  const { person, deputy, firstDay, lastDay } = refuseUnstorableText({
    ...args,
    person: args.person ?? viewer.sub ?? '',
  })
  if (!mayAbsent(context, person)) throw new Refusal('PERSON_UNKNOWN', { name: person })
  const made = { by: viewer.sub ?? '', now, today }
  return absenceView(await work.recordAbsence(parts.db, { person, deputy, fromOn: firstDay, toOn: lastDay }, made))
}

const endAbsence = async (_: unknown, { number }: { number: number }, context: GraphqlContext) => {
  const { viewer, now, parts } = context
  const mayEnd = (person: string) => mayAbsent(context, person)
  await work.endAbsence(parts.db, number, { by: viewer.sub ?? '', now, mayEnd })
  return absences(_, {}, context)
}

export const keeperResolvers = {
  Query: { colleagues, confirmers, absences },
  Mutation: { handOverCases, recordAbsence, endAbsence },
  Listing: {
    keeper: async ({ uuid }: ListingView, _: unknown, context: GraphqlContext) =>
      uuid === null ? null : (await readStoredListing(context, uuid)).keeper,
    handovers: ({ uuid }: ListingView, _: unknown, context: GraphqlContext) =>
      uuid === null ? [] : context.load.handovers(uuid),
  },
}
