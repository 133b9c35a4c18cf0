import { may, mayInRegion, maySeeOperator, type Viewer } from '../../domain/access/viewer.js'
import type { RuleConfirmations } from '../../domain/calendar/rule-confirmations.js'
import { isUuid } from '../../domain/listing/listing.js'
import { maskCode, maskName } from '../../domain/listing/masked-names.js'
import { type ClockRule, isConfirmedClock, isLateByLaw } from '../../domain/matters/clocks.js'
import {
  actorsOf,
  type MatterField,
  type MatterKind,
  type MatterMoveRow,
  movesOfKind,
} from '../../domain/matters/kind.js'
import type { MatterClock } from '../../domain/matters/matter.js'
import { findWaitingSeat, listAllowedMoves } from '../../domain/matters/moves.js'
import {
  CHANNEL_SEAT,
  coversSeat,
  HUB_SEAT,
  type Organisation,
  PUBLIC_SEAT,
  placesOfSeat,
  seatOf,
} from '../../domain/matters/seats.js'
import { maskPersonalData } from '../../domain/records/personal-data.js'
import type { BilingualText } from '../../foundation/text/words.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import * as store from '../../store/matters/matters.js'
import { readCustody } from '../../work/matters/attachments.js'
import { isHeldClue } from '../../work/matters/clues.js'
import { type MatterAttachment, type MatterMoveGiven, openFields, openMoveInput } from '../../work/matters/keep-move.js'
import { kindAsBegun, organisationOfSeat, readMatterKinds } from '../../work/matters/kinds.js'
import { isOpenToHub, sightOfStored } from '../../work/matters/matters.js'
import { listingById } from '../listing/listing-by-id.js'
import { recordById } from '../records/records.js'
import type { GraphqlContext } from '../request/context.js'
import { makeGlobalId, parseGlobalId, parseWholeNumber } from '../request/ids.js'
import { NO_ID } from '../request/viewer.js'

const termsOf = (terms: Readonly<Record<string, BilingualText>>) =>
  Object.entries(terms).map(([code, { zh, en }]) => ({ code, name: { zh, en } }))

const fieldView = (
  kind: MatterKind,
  [code, { zh, en, text, one_of: values = {}, required }]: [string, MatterField],
) => ({
  code,
  name: { zh, en },
  required: required ?? false,
  longest: text ?? null,
  rowsOf: kind.answered_by_row?.answers === code ? kind.answered_by_row.rows : null,
  values: termsOf(values),
})

const CLOCK_ACTS = ['starts', 'meets', 'drops', 'pauses', 'resumes', 'extends', 'restarts'] as const

const moveKindView = ([code, row]: [string, MatterMoveRow]) => ({
  code,
  name: { zh: row.zh, en: row.en },
  from: row.from ?? [],
  to: row.to ?? null,
  by: actorsOf(row).map((actor) => actor.toUpperCase()),
  requires: row.requires ?? [],
  guards: row.guards ?? [],
  effects: row.effects ?? [],
  clocks: CLOCK_ACTS.flatMap((act) => [row[act] ?? []].flat().map((clock) => `${act}:${clock}`)),
})

const clockRuleView = (rule: ClockRule, confirmations?: RuleConfirmations) => {
  const { clock, row } = rule
  return {
    clock,
    when: Object.entries(row.when ?? {}).map(([field, value]) => `${field}=${value}`)[0] ?? null,
    from: row.from,
    to: row.to ?? null,
    value: row.value,
    unit: row.unit,
    extension: row.extension ?? null,
    source: row.source,
    confirmed: isConfirmedClock(rule, confirmations),
  }
}

const kindView = (kind: MatterKind, confirmations?: RuleConfirmations) => ({
  id: kind.kind,
  name: { zh: kind.zh, en: kind.en },
  basis: kind.basis,
  openedBy: kind.opened_by,
  heldBy: kind.held_by,
  seatsOnly: kind.visibility === 'SEATS_ONLY',
  fields: Object.entries(kind.fields).map((field) => fieldView(kind, field)),
  attachments: termsOf(kind.attachments),
  states: Object.entries(kind.states).map(([code, { zh, en, waits_for: waited, ends }]) => ({
    code,
    name: { zh, en },
    waitsFor: waited?.toUpperCase() ?? null,
    outcome: ends ?? null,
  })),
  moves: Object.entries(movesOfKind(kind)).map(moveKindView),
  clocks: Object.entries(kind.clocks).flatMap(([clock, rows]) =>
    rows.map((row) => clockRuleView({ kind, clock, row }, confirmations)),
  ),
})

export const listKindViews = (confirmations?: RuleConfirmations) =>
  [...readMatterKinds().values()].map((kind) => kindView(kind, confirmations))

export const matterKindResolvers = {
  Query: {
    matterKinds: (_: unknown, __: unknown, { parts }: GraphqlContext) => listKindViews(parts.rules.confirmations),
  },
}

const clockView = (kind: MatterKind, clock: MatterClock, { now, parts: { rules } }: GraphqlContext) => ({
  clock: clock.clock,
  seat: clock.seat,
  startsAt: clock.startsAt,
  dueOn: clock.due?.on ?? null,
  dueAt: clock.due?.at ?? null,
  provisional: clock.due?.provisional ?? false,
  uncounted: clock.due?.uncounted ?? [],
  makeUp: clock.due?.makeUp ?? [],
  rule: clockRuleView({ kind, ...clock }, rules.confirmations),
  spans: [...(clock.row.unit === 'SET' ? [] : [{ value: clock.row.value, unit: clock.row.unit }]), ...clock.extensions],
  statedDay: clock.statedDay,
  late: isLateByLaw(kind, clock, now, rules.confirmations),
  ended: clock.ended?.how ?? null,
})

export const nextClockView = (kind: MatterKind, clocks: readonly MatterClock[], context: GraphqlContext) => {
  const [next] = clocks
    .filter(({ due, ended }) => due !== null && ended === null)
    .toSorted((one, other) => ((one.due?.on ?? '') < (other.due?.on ?? '') ? -1 : 1))
  return next ? clockView(kind, next, context) : null
}

export const organisationView = ({ zh, en, ...rest }: Organisation) => ({ ...rest, name: { zh, en } })

const fieldViews = (fields: Readonly<Record<string, string>> = {}) =>
  Object.entries(fields).map(([name, value]) => ({ name, value }))

const OTHER_NAMES: Readonly<Record<string, BilingualText>> = {
  [HUB_SEAT]: { zh: '本枢纽', en: 'The hub' },
  [PUBLIC_SEAT]: { zh: '公众', en: 'The public' },
  [CHANNEL_SEAT]: { zh: '全国12315平台', en: 'The national platform 12315' },
}

const nameOn = (seat: string | null, day: string): BilingualText | null => {
  if (seat === null) return null
  const found = organisationOfSeat(seat, day)
  return OTHER_NAMES[seat] ?? (found && organisationView(found).name)
}

const moveView = (
  context: GraphqlContext,
  made: store.StoredMatterMove,
  { kept, isMasked }: { kept: ReadonlySet<string>; isMasked: boolean },
) => {
  const input = maskInput(openMoveInput(context.parts.keys, made), isMasked)
  const to = input.to ?? input.copyTo ?? null
  const attachmentView = (attachment: MatterAttachment) => {
    const isKept = kept.has(attachment.sha256)
    const url = `/v1/matters/${makeGlobalId('Matter', made.matterId)}/attachments/${attachment.sha256}`
    return { ...attachment, keeper: isKept ? HUB_SEAT : made.seat, url: isKept && !isMasked ? url : null }
  }
  const { sequence, move, stateBefore, state: stateAfter, by, seat, on, at } = made
  return {
    ...{ sequence, move, stateBefore, stateAfter, by, seat, on, at },
    seatName: nameOn(made.seat, made.on),
    to,
    toName: nameOn(to, made.on),
    fields: fieldViews(input.fields),
    day: input.day ?? null,
    extension: input.extension ?? null,
    link: input.link ?? null,
    linked: () => (input.link === undefined ? null : findLinked(context, input.link)),
    reason: input.reason ?? null,
    documentNumber: input.number ?? null,
    attachments: (input.attachments ?? []).map(attachmentView),
  }
}

export const sightOf = async (context: GraphqlContext, stored: store.StoredMatter) => {
  const { viewer } = context
  const isStaff = may(viewer, 'see_moves')
  const seesOperator = isStaff && isOpenToHub(stored) && maySeeOperator(viewer, await operatorOf(context, stored))
  return sightOfStored({ seat: seatOf(viewer), isStaff, seesOperator }, stored)
}

const operatorOf = async ({ load }: GraphqlContext, { operatorId }: Pick<store.StoredMatter, 'operatorId'>) =>
  operatorId === null ? null : load.operator(operatorId)

/** Moves of the hub are made by whoever may move the listing, also from a seat of an agency. */
export const actsForHub = async (context: GraphqlContext, stored: store.StoredMatter): Promise<boolean> => {
  if (!may(context.viewer, 'move_listing') || (await sightOf(context, stored)) === null) return false
  const operator = await operatorOf(context, stored)
  return mayInRegion(context.viewer, 'move_listing', operator?.region ?? null)
}

const maskTexts = (fields: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, maskPersonalData(value).text]))

const maskInput = (input: MatterMoveGiven, isMasked: boolean): MatterMoveGiven =>
  isMasked
    ? {
        ...input,
        ...(input.fields && { fields: maskTexts(input.fields) }),
        ...(input.reason !== undefined && { reason: maskPersonalData(input.reason).text }),
      }
    : input

/** Only its holder reads a clue of the public as it was written, and its pictures. */
const isMaskedFor = (viewer: Viewer, stored: store.StoredMatter): boolean =>
  stored.openedBy === PUBLIC_SEAT && !isHeldClue(stored, seatOf(viewer))

const contentView = async (context: GraphqlContext, kind: MatterKind, stored: store.StoredMatter) => {
  const { keys } = context.parts
  if (stored.sealedFields !== null) context.auditNotes.isSealed = true
  const { fields } = openFields(keys, stored).matter
  const isHeld = isHeldClue(stored, seatOf(context.viewer))
  const isMasked = isMaskedFor(context.viewer, stored)
  const [moves, files] = await Promise.all([context.load.matterMoves(stored.id), context.load.keptFiles(stored.id)])
  const operator = await operatorOf(context, stored)
  const report = isHeld ? await context.load.report(stored.id) : null
  const kept = new Set(files.map(({ sha256 }) => sha256))
  return {
    reference: stored.reference,
    ...operatorNamed(operator),
    fields: fieldViews(isMasked ? maskTexts(fields) : fields),
    moves: moves.map((made) => moveView(context, made, { kept, isMasked })),
    handovers: readCustody(keys, kind, stored, moves).handovers.map(({ received, ...handed }) => ({
      ...handed,
      receivedAt: received?.at ?? null,
      receivedBy: received?.way ?? null,
    })),
    parent: stored.parentId && makeGlobalId('Matter', stored.parentId),
    hasContact: report?.hasContact ?? false,
    alike: (report?.alike ?? []).map(({ id, number }) => ({ matter: makeGlobalId('Matter', id), number })),
  }
}

const operatorNamed = (operator: Awaited<ReturnType<typeof operatorOf>>) => ({
  code: maskCode(operator?.uscc ?? null) ?? operator?.shop ?? null,
  operatorName: maskName(operator?.name ?? null),
})

const ABOUT_CHARACTERS = 60

const shortened = (text: string): string => {
  const all = [...text]
  return all.length > ABOUT_CHARACTERS ? `${all.slice(0, ABOUT_CHARACTERS).join('')}…` : text
}

const aboutView = async (context: GraphqlContext, kind: MatterKind, stored: store.StoredMatter) => {
  const { code, operatorName } = operatorNamed(await operatorOf(context, stored))
  const { fields } = openFields(context.parts.keys, stored).matter
  const given = isMaskedFor(context.viewer, stored) ? maskTexts(fields) : fields
  const texts = Object.entries(kind.fields).flatMap(([name, { text }]) =>
    text === undefined ? [] : (given[name] ?? []),
  )
  const words = [operatorName ?? code, shortened(texts[0] ?? '')].filter(Boolean)
  return words.join('：') || null
}

/** A matter (also by its number), a listing or a record; null for who may not see it. */
const findLinked = async (context: GraphqlContext, link: string) => {
  const { type, key = '' } = parseGlobalId(link) ?? {}
  if (type === 'Listing') return listingById(context, link)
  if (type === 'Record') return recordById(context, parseWholeNumber(key) ?? NO_ID)
  const { db } = context.parts
  const isMatter = type === 'Matter' && isUuid(key)
  const stored = await (isMatter ? store.matterById(db, key) : store.matterByNumber(db, link))
  return stored !== null && (await sightOf(context, stored)) !== null ? makeMatterView(context, stored) : null
}

export const seesLink = async (context: GraphqlContext, matter: string, link: string): Promise<boolean> => {
  const found = await findLinked(context, link)
  return found !== null && found.id !== matter
}

export const makeMatterView = async (context: GraphqlContext, stored: store.StoredMatter) => {
  const { parts, viewer } = context
  const { matter, ...head } = stored
  const { seats, handed, state, clocks } = matter
  const kind = await kindAsBegun(parts.db, stored)
  const seat = seatOf(viewer)
  const seesHolder = handed || (seat !== null && coversSeat(seat, seats.sender))
  const waitingFor = findWaitingSeat(kind, matter)
  const day = shanghaiDate(head.openedAt)
  const { zh = '', en = '' } = kind.states[state ?? ''] ?? {}
  return {
    __typename: 'Matter' as const,
    operatorId: head.operatorId,
    id: makeGlobalId('Matter', head.id),
    number: head.number,
    kind: head.kind,
    state,
    stateName: { zh, en },
    waitingFor,
    sender: seats.sender,
    holder: seesHolder ? seats.holder : null,
    copied: seesHolder ? seats.copied : [],
    openedAt: head.openedAt,
    receivedAt: matter.receivedAt,
    outcome: matter.outcome,
    definition: () => kindView(kind, parts.rules.confirmations),
    senderName: nameOn(seats.sender, day),
    holderName: seesHolder ? nameOn(seats.holder, day) : null,
    waitingForName: nameOn(waitingFor, day),
    clocks: clocks.map((clock) => clockView(kind, clock, context)),
    nextClock: () => nextClockView(kind, clocks, context),
    moveCount: matter.moves.length,
    about: async () => ((await sightOf(context, stored)) === 'CONTENT' ? aboutView(context, kind, stored) : null),
    content: async () => ((await sightOf(context, stored)) === 'CONTENT' ? contentView(context, kind, stored) : null),
    allowedMoves: async () => {
      const own = seat !== null && may(viewer, 'open_matter') ? placesOfSeat(seats, seat) : []
      const places = (await actsForHub(context, stored)) ? [...own, 'hub' as const] : own
      return listAllowedMoves(kind, openFields(parts.keys, stored).matter, { places }).map(moveKindView)
    },
  }
}
