import { may, type Viewer } from '../../domain/access/viewer.js'
import { isUuid, parseListingUuid } from '../../domain/listing/listing.js'
import { isSha256 } from '../../domain/matters/fields.js'
import type { MatterKind } from '../../domain/matters/kind.js'
import { isUnreceivedBy } from '../../domain/matters/moves.js'
import {
  HUB_SEAT,
  hasSeatIn,
  isOfThisProvince,
  PUBLIC_SEAT,
  rangeOfCoveredSeats,
  rangeOfSeat,
  seatOf,
} from '../../domain/matters/seats.js'
import { PROVINCE_DIVISION } from '../../domain/operators/places.js'
import { Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import * as clients from '../../store/access/clients.js'
import { coverageOfChecks } from '../../store/matters/figures.js'
import * as store from '../../store/matters/matters.js'
import * as queues from '../../store/matters/queues.js'
import { findOperatorCodes, openAttachment } from '../../work/matters/attachments.js'
import { isHeldClue, openReporter } from '../../work/matters/clues.js'
import { type MatterAttachment, openMoveInput, receiveMatters } from '../../work/matters/keep-move.js'
import { kindAsBegun, listOrganisationsIn, organisationOfSeat, readMatterKinds } from '../../work/matters/kinds.js'
import { reportStillApplied } from '../../work/matters/lifts.js'
import * as work from '../../work/matters/matters.js'
import { findOperatorOfMatter } from '../../work/matters/rows.js'
import { writeAuditRow } from '../request/audit-rows.js'
import { makeConnection, type PageArgs, readPageSize } from '../request/connection.js'
import { type GraphqlContext, renewLoaders } from '../request/context.js'
import type { ApiDependencies } from '../request/dependencies.js'
import { makeQueueCursor, parseGlobalId, readQueueInCursor } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import type { OperatorAtTime } from '../request/operator-at-time.js'
import { actsForHub, makeMatterView, nextClockView, organisationView, seesLink, sightOf } from './matter-view.js'

const COUNTED_MOST = 1_000
const CLIENTS_MOST = 1_000

export const personOf = (viewer: Viewer): work.MatterPerson => ({
  by: viewer.sub ?? '',
  role: viewer.role,
  seat: seatOf(viewer),
})

type ListArgs = PageArgs & { queue?: queues.MatterQueue | null } & Partial<queues.QueueFilter>

const list = async (_: unknown, args: ListArgs, context: GraphqlContext) => {
  const { db } = context.parts
  const size = readPageSize(args)
  const { kind = null, region = null } = refuseUnstorableText(args)
  const page = { first: size + 1, after: readQueueInCursor(args.after), kind, region }
  const seat = seatOf(context.viewer)
  const queue = args.queue ?? 'WAITING'
  const isForHub = queue === 'HUB'
  const found =
    seat === null || isForHub
      ? await queues.listEnvelopes(db, kindsSeenByStaff(context.viewer), {
          ...page,
          waiting: isForHub ? HUB_SEAT : null,
        })
      : await queues.listQueue(db, seatsOfQueue(seat, queue), queue, { ...page, now: context.now })
  const rows = seat === null ? found : await withReceipts(context, seat, found, size)
  const views = await Promise.all(
    rows.map(async (row) => ({ ...(await makeMatterView(context, row)), cursor: makeQueueCursor(row) })),
  )
  return makeConnection(views, args, ({ cursor }) => cursor)
}

/** The queue BELOW holds what waits for the seats below, late or not. */
const seatsOfQueue = (seat: string, queue: queues.MatterQueue): queues.SeatRange =>
  queue === 'WAITING' || queue === 'LATE' || queue === 'ANSWERED'
    ? rangeOfSeat(seat)
    : { ...rangeOfCoveredSeats(seat), ...(queue === 'BELOW' && { but: seat }) }

/**
 * A holder's read of its queue or of one matter is the receipt of what it lists, if the reader may act for the seat.
 * Matters keep their places.
 */
const withReceipts = async <M extends store.StoredMatter>(
  context: GraphqlContext,
  seat: string | null,
  found: readonly M[],
  size: number,
): Promise<M[]> => {
  const listed = found.slice(0, size).filter(({ matter }) => isUnreceivedBy(matter, seat))
  if (seat === null || listed.length === 0 || !may(context.viewer, 'open_matter')) return [...found]
  const ids = listed.map(({ id }) => id)
  await receiveMatters(context.parts, { seat, ids, way: 'QUEUE', now: context.now })
  const received = new Map((await store.mattersByIds(context.parts.db, ids)).map((one) => [one.id, one]))
  return found.map((row) => ({ ...row, ...received.get(row.id) }))
}

const kindsSeenByStaff = (viewer: Viewer): string[] => {
  const seat = seatOf(viewer)
  if (!may(viewer, 'see_moves') || (seat !== null && !isOfThisProvince(seat))) return []
  const isSeen = ({ visibility }: MatterKind) => (seat === null ? visibility !== 'SEATS_ONLY' : visibility === 'HUB')
  return [...readMatterKinds().values()].filter(isSeen).map(({ kind }) => kind)
}

/** One statement, so a missing and a forbidden matter take equally long. */
const findSeenMatter = async (context: GraphqlContext, id: string): Promise<store.StoredMatter | null> => {
  const stored = await store.matterById(context.parts.db, uuidIn(id) ?? NOBODY)
  return stored !== null && (await sightOf(context, stored)) !== null ? stored : null
}

export const matterByGlobalId = async (context: GraphqlContext, id: string) => {
  const found = await findSeenMatter(context, id)
  const seat = seatOf(context.viewer)
  const [stored] = await withReceipts(context, seat, found === null ? [] : [found], 1)
  if (stored === undefined) return null
  const isAnswer = seat !== null && stored.matter.outcome !== null && stored.matter.seats.sender === seat
  if (isAnswer && may(context.viewer, 'open_matter')) await store.noteAnswerOpened(context.parts.db, stored.id, seat)
  return makeMatterView(context, stored)
}

const find = async (_: unknown, args: { text: string }, context: GraphqlContext) => {
  const text = refuseUnstorableText(args).text.trim()
  if (text === '') return []
  const { db } = context.parts
  const seat = seatOf(context.viewer)
  const found =
    seat === null
      ? [await store.matterByNumber(db, text)]
      : await queues.findMattersByNumber(db, text, { seat, ...rangeOfCoveredSeats(seat) })
  const sights = await Promise.all(found.map(async (one) => (one && (await sightOf(context, one)) ? [one] : [])))
  return sights.flat().map((one) => makeMatterView(context, one))
}

export const findMatterForSeat = async ({ db }: Pick<ApiDependencies, 'db'>, viewer: Viewer, id: string) => {
  const stored = await store.matterById(db, uuidIn(id) ?? NOBODY)
  const seat = may(viewer, 'see_matters') ? seatOf(viewer) : null
  return stored && seat !== null && hasSeatIn(stored.matter.seats, stored.matter.handed, seat) ? stored : null
}

/** Refusal ATTACHMENT_UNKNOWN. */
export const openAttachmentFor = async (
  parts: Pick<ApiDependencies, 'db' | 'keys'>,
  viewer: Viewer,
  id: string,
  sha256: string,
) => {
  const stored = await findMatterForSeat(parts, viewer, id)
  const isOpen = stored?.openedBy !== PUBLIC_SEAT || isHeldClue(stored, seatOf(viewer))
  const file =
    stored && isOpen && isSha256(sha256) ? await openAttachment(parts.db, parts.keys, { id: stored.id, sha256 }) : null
  if (stored === null || file === null) throw new Refusal('ATTACHMENT_UNKNOWN')
  const moves = await store.movesOfMatters(parts.db, [stored.id])
  const named = moves.flatMap((made) => openMoveInput(parts.keys, made).attachments ?? [])
  const name = named.find((one) => one.sha256 === sha256)?.name ?? sha256
  const codes = await findOperatorCodes(parts.db, stored)
  return { ...file, name: name.replace(PAPER_ENDING, '').replace(/[/\\]/g, '_'), codes }
}

const PAPER_ENDING = /\.(?:pdf|png|jpe?g)$/i

const NOBODY = '00000000-0000-4000-8000-000000000000'

export const uuidIn = (id: string): string | null => {
  const found = parseGlobalId(id)
  return found?.type === 'Matter' && isUuid(found.key) ? found.key : null
}

const count = (_: unknown, __: unknown, context: GraphqlContext) => {
  const seat = seatOf(context.viewer)
  if (seat === null) return queues.NO_MATTERS
  return queues.countQueue(context.parts.db, rangeOfSeat(seat), { most: COUNTED_MOST, now: context.now })
}

interface FieldInput {
  fields?: readonly { name: string; value: string }[] | null | undefined
  attachments?: readonly MatterAttachment[] | null | undefined
}

type OrNull<T> = { [K in keyof T]: T[K] | null }

interface OpeningInput extends FieldInput, OrNull<Pick<work.MatterOpening, 'copied' | 'reference' | 'day' | 'reason'>> {
  kind: string
  to: string
  code?: string | null
  parent?: string | null
}

interface MovingInput
  extends FieldInput,
    OrNull<Pick<work.MatterMoving, 'reference' | 'seen' | 'on' | 'reason' | 'day' | 'to' | 'copyTo' | 'link'>> {
  id: string
  move: string
  documentNumber?: string | null
  workdays?: number | null
}

const fieldsOf = ({ fields, attachments }: FieldInput) => ({
  ...(fields && { fields: Object.fromEntries(fields.map(({ name, value }) => [name, value])) }),
  ...(attachments && { attachments }),
})

const given = <T extends object>(input: T): { [K in keyof T]: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value != null)) as {
    [K in keyof T]: NonNullable<T[K]>
  }

const openMatter = async (_: unknown, { input }: { input: OpeningInput }, context: GraphqlContext) => {
  const { kind, to, copied, reference, code, parent, day, reason, ...content } = refuseUnstorableText(input)
  const operatorId = code == null ? undefined : await findOperatorOfMatter(context.parts.db, code)
  const above = parent == null ? undefined : (uuidIn(parent) ?? NOBODY)
  const opening: work.MatterOpening = {
    kind,
    to,
    ...given({ copied, reference, day, reason, operatorId, parent: above }),
    ...fieldsOf(content),
  }
  const { stored } = await work.openMatter(context.parts, personOf(context.viewer), opening, context.now)
  renewLoaders(context)
  return makeMatterView(context, stored)
}

const moveMatter = async (_: unknown, { input }: { input: MovingInput }, context: GraphqlContext) => {
  const { id, move, documentNumber: number, workdays, fields, attachments, ...rest } = refuseUnstorableText(input)
  if (rest.link != null) work.refuseUnknownLink(await seesLink(context, id, rest.link))
  const extension = workdays == null ? undefined : { value: workdays, unit: 'WORKDAYS' as const }
  const isStaff = seatOf(context.viewer) === null || may(context.viewer, 'move_listing')
  const sight = async (read: store.StoredMatter) =>
    (await sightOf(context, read)) && { isForHub: await actsForHub(context, read) }
  const who = { ...personOf(context.viewer), ...(isStaff && { sight }) }
  const moving = {
    id: uuidIn(id) ?? NOBODY,
    move,
    ...given({ ...rest, number, extension }),
    ...fieldsOf({ fields, attachments }),
  }
  const stored = await work.moveMatter(context.parts, who, moving, context.now)
  renewLoaders(context)
  return makeMatterView(context, stored)
}

const reportAppliedMeasure = async (
  _: unknown,
  { input }: { input: { listing: string; item: string; documentNumber: string; limited: string } },
  context: GraphqlContext,
) => {
  const { listing, documentNumber: number, ...rest } = refuseUnstorableText(input)
  const report = { ...rest, number, listing: parseListingUuid(listing) ?? NOBODY }
  const id = await reportStillApplied(context.parts, personOf(context.viewer), report, context.now)
  renewLoaders(context)
  const stored = await store.matterById(context.parts.db, id)
  if (stored === null) throw new Error(`the measure ${id} is gone`)
  return makeMatterView(context, stored)
}

const readReporter = (
  _: unknown,
  { input: { matter, reason } }: { input: { matter: string; reason: string } },
  context: GraphqlContext,
) => {
  const { parts, viewer } = context
  context.auditNotes.isSealed = true
  const asked = { id: uuidIn(matter) ?? NOBODY, seat: seatOf(viewer), reason: refuseUnstorableText(reason) }
  return openReporter(parts, asked, (number, why) =>
    writeAuditRow(parts, context, viewer, { kind: 'ACT', asked: `readReporter ${number} ${why}` }),
  )
}

const organisations = async (
  _: unknown,
  args: { region?: string | null; kind?: string | null },
  { viewer, parts: { db }, now, today }: GraphqlContext,
) => {
  const { region, kind } = refuseUnstorableText(args)
  const holders = kind == null ? ['agency'] : (readMatterKinds().get(kind)?.held_by ?? [])
  const agencies = holders.includes('agency') ? listOrganisationsIn(region ?? PROVINCE_DIVISION, today) : []
  const isListed = kind != null && seatOf(viewer) !== null
  const all = isListed ? await clients.listClients(db, now, CLIENTS_MOST) : []
  const own = all.filter((one) => one.endedAt === null && holders.includes(one.role) && hasSeatOfItsOwn(one))
  return [...agencies.map(organisationView), ...own.map(clientView)]
}

const hasSeatOfItsOwn = ({ id, ...client }: clients.ClientSummary): boolean => seatOf({ ...client, sub: id }) === id

const clientView = ({ id, role, region }: clients.ClientSummary) => ({
  seat: id,
  line: role,
  region: region ?? PROVINCE_DIVISION,
  name: { zh: id, en: id },
})

const PARTY_MATTERS_MOST = 200

const fieldsForParty = ({ fields, party_sees: seen = [] }: MatterKind, { matter }: store.StoredMatter) =>
  seen.flatMap((name) => {
    const [field, value] = [fields[name], matter.fields[name]]
    if (field === undefined || value === undefined) return []
    const { zh, en } = field.one_of?.[value] ?? { zh: value, en: value }
    return [{ name: { zh: field.zh, en: field.en }, value: { zh, en } }]
  })

const viewForParty = (context: GraphqlContext, kind: MatterKind, stored: store.StoredMatter) => {
  const { zh = '', en = '' } = kind.states[stored.matter.state ?? ''] ?? {}
  const openedOn = shanghaiDate(stored.openedAt)
  const { holder } = stored.matter.seats
  const organisation = organisationOfSeat(holder, openedOn)
  const nextClock = nextClockView(kind, stored.matter.clocks, context)
  return {
    number: stored.number,
    kindName: { zh: kind.zh, en: kind.en },
    stateName: { zh, en },
    holderName: organisation === null ? { zh: holder, en: holder } : { zh: organisation.zh, en: organisation.en },
    openedOn,
    ended: stored.matter.outcome !== null,
    nextClock: nextClock && { ...nextClock, seat: null },
    fields: fieldsForParty(kind, stored),
  }
}

const ownMatters = async ({ operator }: OperatorAtTime, _: unknown, context: GraphqlContext) => {
  const { db } = context.parts
  const told = [...readMatterKinds().values()].filter(({ party_sees: seen }) => seen !== undefined)
  const kinds = told.map(({ kind }) => kind)
  const ids = [operator.id, ...(await context.load.mergedFrom(operator.id)).map(({ id }) => id)]
  const found = await store.listMattersAbout(db, ids, { kinds, most: PARTY_MATTERS_MOST })
  return Promise.all(found.map(async (stored) => viewForParty(context, await kindAsBegun(db, stored), stored)))
}

const checkCoverage = (_: unknown, { year }: { year: number }, { parts: { db } }: GraphqlContext) =>
  coverageOfChecks(db, { from: `${year}-01-01`, until: `${year}-12-31` })

export const matterResolvers = {
  Query: {
    matters: list,
    matter: (_: unknown, { id }: { id: string }, context: GraphqlContext) => matterByGlobalId(context, id),
    matterCounts: count,
    findMatters: find,
    organisations,
    checkCoverage,
  },
  Operator: { ownMatters },
  Mutation: { openMatter, moveMatter, reportAppliedMeasure, readReporter },
}
