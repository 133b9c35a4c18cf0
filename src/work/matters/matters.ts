/** Opens and moves matters; domain/matters decides what is allowed. */

import { hash, randomUUID } from 'node:crypto'
import type { Role } from '../../domain/access/viewer.js'
import { applyAmendments, type CalendarAmendments } from '../../domain/calendar/calendar.js'
import { recountRunningClocks } from '../../domain/matters/clocks.js'
import { findFieldFault, findInputFault, findRowFault, type MatterInput } from '../../domain/matters/fields.js'
import { findParentDenial } from '../../domain/matters/guards.js'
import { actorsOf, type MatterKind, movesOfKind, OPENING_MOVE, PAPER_RECEIPT_MOVE } from '../../domain/matters/kind.js'
import {
  type Matter,
  type MatterAct,
  type MatterDenialCode,
  type MatterRules,
  makeNewMatter,
} from '../../domain/matters/matter.js'
import { attemptMatterMove, isUnreceivedBy } from '../../domain/matters/moves.js'
import {
  findSight,
  HUB_SEAT,
  hasSeatIn,
  type MatterSight,
  PUBLIC_SEAT,
  placesOfSeat,
  seatOf,
} from '../../domain/matters/seats.js'
import { redactIdNumbers } from '../../domain/records/privacy.js'
import { canonicalJson, type Json } from '../../domain/records/records.js'
import { MATTER_DENIALS } from '../../foundation/errors/denials.js'
import { Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import * as clients from '../../store/access/clients.js'
import type { Db, Tx } from '../../store/db/db.js'
import { isInTransaction } from '../../store/db/transaction.js'
import * as store from '../../store/matters/matters.js'
import {
  foldReceipt,
  formatMatterNumber,
  keepMoves,
  type MatterChain,
  type MatterMoveGiven,
  type MatterParts,
  openFields,
  openMoveInput,
  type SentMove,
  untilKept,
} from './keep-move.js'
import { kindAsBegun, organisationOfSeat, readMatterKinds, versionOfKind } from './kinds.js'

export interface MatterPerson {
  by: string
  role: Role
  /** Null for staff without an agency. */
  seat: string | null
  /** Null: the matter is not there for him. */
  sight?: (stored: store.StoredMatter) => Promise<{ isForHub: boolean } | null>
}

type Mover = Omit<MatterPerson, 'sight'> & { isForHub?: boolean }

export interface MatterOpening extends Omit<MatterMoveGiven, 'copyTo' | 'link'> {
  kind: string
  to: string
  copied?: readonly string[]
  /** The sender's own number; sent again, it is the same matter. */
  reference?: string
  operatorId?: number
  parent?: string
  /** Day on which the holder had it, if it or its channel reports afterwards; absent: today, not yet received. */
  on?: string
}

export interface MatterMoving extends MatterMoveGiven {
  id: string
  move: string
  /** Number of moves that the person saw. */
  seen?: number
  on?: string
}

const KIND_NOTED = 'matters_kind_kind_version_fkey'

/**
 * Refusals: MATTER_KIND_UNKNOWN, MATTER_NOT_YOURS, ORGANISATION_UNKNOWN, MATTER_FIELD_INVALID, MATTER_REFERENCE_TAKEN,
 * MATTER_MOVE_REFUSED.
 */
export const openMatter = async (
  parts: MatterParts,
  who: MatterPerson,
  sent: MatterOpening,
  now: Date,
): Promise<{ stored: store.StoredMatter; isNew: boolean }> => {
  const kind = readMatterKinds().get(sent.kind)
  if (kind === undefined) throw new Refusal('MATTER_KIND_UNKNOWN', { kind: sent.kind, pointer: '/kind' })
  const { seat } = who
  if (seat === null || !kind.opened_by.includes(who.role)) throw new Refusal('MATTER_NOT_YOURS', { pointer: '/kind' })
  const opening = redactIdNumbers(sent, parts.rules.pseudonymOf)
  refuseFieldFault(kind, opening, true)
  const copied = (opening.copied ?? []).map((each, place) => [`/copied/${place}`, each] as const)
  for (const [pointer, each] of [['/to', opening.to] as const, ...copied])
    await refuseUnknownSeat(parts.db, kind, { seat: each, pointer }, now)
  const { reference = randomUUID() } = opening
  const key = { openedBy: seat, kind: kind.kind, reference }
  const requestSha256 = hash('sha256', canonicalJson({ ...opening, reference } as unknown as Json))
  const noteKind = () => store.noteKind(parts.db, { kind: kind.kind, version: versionOfKind(kind), content: kind, now })
  // Noted first, because its absence would be an error, which ends the caller's transaction.
  if (isInTransaction(parts.db)) await noteKind()
  return untilKept(async () => {
    const { known, next, amendments } = await store.matterOrNumber(parts.db, key)
    if (known !== null) return { stored: sameRequest(known, requestSha256), isNew: false }
    const number = formatMatterNumber(kind, shanghaiDate(now), next)
    const made = { who: { ...who, seat }, opening, key, requestSha256, number, now, amendments }
    try {
      const stored = await openAs(parts, kind, made)
      return stored && { stored, isNew: true }
    } catch (error) {
      if ((error as { constraint?: unknown }).constraint !== KIND_NOTED) throw error
      await noteKind()
      return null
    }
  })
}

const sameRequest = (stored: store.StoredMatter, requestSha256: string): store.StoredMatter => {
  if (stored.requestSha256 !== requestSha256)
    throw new Refusal('MATTER_REFERENCE_TAKEN', { reference: stored.reference, pointer: '/reference' })
  return stored
}

/** Any seat's organisation may be copied; a supervising agency never holds a directive. */
const COPIED_ROLES: readonly string[] = ['agency', 'marketplace', 'partner']

const refuseUnknownSeat = async (
  db: Db | Tx,
  kind: MatterKind,
  { seat, pointer }: { seat: string; pointer: string },
  now: Date,
): Promise<void> => {
  const role = await findRoleOfSeat(db, seat, now)
  const fitting = pointer === '/to' ? kind.held_by : COPIED_ROLES
  if (role === null || !fitting.includes(role)) throw new Refusal('ORGANISATION_UNKNOWN', { seat, pointer })
}

export const findRoleOfSeat = async (db: Db | Tx, seat: string, now: Date): Promise<Role | null> => {
  if (seat.includes('@')) return organisationOfSeat(seat, shanghaiDate(now)) && 'agency'
  const client = await clients.findClient(db, seat, now)
  return client === null || client.ended || seatOf({ ...client, sub: seat }) !== seat ? null : client.role
}

export const refuseFieldFault = (
  kind: MatterKind,
  sent: MatterInput & { fields?: Readonly<Record<string, unknown>> },
  isOpening: boolean,
  made: Parameters<typeof findRowFault>[2] = { known: null },
): void => {
  const fault =
    findInputFault(sent) ??
    findFieldFault(kind, sent.fields ?? {}, isOpening) ??
    findRowFault(kind, sent.fields as Matter['fields'] | undefined, made)
  if (fault !== null)
    throw new Refusal('MATTER_FIELD_INVALID', { pointer: fault.pointer, reason: `${fault.zh} ${fault.en}` })
}

interface OpeningMade {
  who: Mover & { seat: string }
  opening: MatterOpening
  key: Pick<store.MatterHead, 'openedBy' | 'kind' | 'reference'>
  requestSha256: string
  number: string
  now: Date
  amendments: CalendarAmendments
}

const openAs = async (
  parts: MatterParts,
  kind: MatterKind,
  { who, opening, key, requestSha256, number, now, amendments }: OpeningMade,
): Promise<store.StoredMatter | null> => {
  if (opening.parent !== undefined) await refuseParent(parts.db, kind, opening.parent, who.seat)
  const seats = { sender: who.seat, holder: opening.to, copied: opening.copied ?? [], named: null }
  const on = opening.on ?? shanghaiDate(now)
  const head: store.MatterHead = {
    ...{ id: randomUUID(), ...key, kindVersion: versionOfKind(kind), number, requestSha256 },
    operatorId: opening.operatorId ?? null,
    listingId: null,
    parentId: opening.parent ?? null,
    openedAt: on === shanghaiDate(now) ? now : new Date(`${on}T00:00:00+08:00`),
  }
  const { reference: _, ...content } = opening
  const given = { ...content, move: OPENING_MOVE, on }
  const before = { ...makeNewMatter(seats, {}), receivedAt: opening.on === undefined ? null : head.openedAt }
  return foldAndKeep(parts, { kind, head, before, previousHash: null }, { who, given, now, amendments })
}

const refuseParent = async (db: Db | Tx, kind: MatterKind, id: string, seat: string): Promise<void> => {
  const parent = await store.matterById(db, id)
  if (parent === null || !hasSeatIn(parent.matter.seats, parent.matter.handed, seat))
    throw new Refusal('MATTER_UNKNOWN', { pointer: '/parent' })
  const because = findParentDenial(kind, parent, seat)
  if (because !== null) throw moveRefusal(OPENING_MOVE, makeNewMatter(parent.matter.seats, {}), because)
}

/** Refusals: MATTER_UNKNOWN, MATTER_MOVED_ON, MATTER_FIELD_INVALID, ORGANISATION_UNKNOWN, MATTER_MOVE_REFUSED. */
export const moveMatter = (
  parts: MatterParts,
  who: MatterPerson,
  sent: MatterMoving,
  now: Date,
): Promise<store.StoredMatter & { isNew: boolean }> =>
  untilKept(async () => {
    const { db } = parts
    const { matters, amendments } = await store.readMattersToMove(db, [sent.id])
    const [read] = matters
    const mover = read === undefined ? null : await moverOf(who, read)
    if (read === undefined || mover === null) throw new Refusal('MATTER_UNKNOWN')
    if (await isRepeatedMove(parts, mover, sent)) return { ...read, isNew: false }
    if (sent.seen !== undefined && sent.seen !== read.matter.moves.length) throw new Refusal('MATTER_MOVED_ON')
    const { previousHash, version, ...stored } = openFields(parts.keys, read)
    const kind = await kindAsBegun(db, stored)
    const given = redactIdNumbers(sent, parts.rules.pseudonymOf)
    refuseFieldFault(kind, given, false, { known: stored.matter.fields, move: movesOfKind(kind)[sent.move] })
    for (const [pointer, seat] of [['/to', given.to] as const, ['/copyTo', given.copyTo] as const])
      if (seat !== undefined) await refuseUnknownSeat(db, kind, { seat, pointer }, now)
    const made = { who: mover, given: { ...given, on: given.on ?? shanghaiDate(now) }, now, amendments }
    const moved = { kind, head: stored, version, before: stored.matter, previousHash }
    const kept = await foldAndKeep(parts, moved, made)
    return kept && { ...kept, isNew: true }
  })

const moverOf = async ({ sight, ...who }: MatterPerson, stored: store.StoredMatter): Promise<Mover | null> => {
  if (!isSeenBy(who, stored)) return null
  const seen = sight === undefined ? { isForHub: false } : await sight(stored)
  return seen && { ...who, ...seen }
}

export const isOpenToHub = ({ kind }: Pick<store.StoredMatter, 'kind'>): boolean =>
  readMatterKinds().get(kind)?.visibility === 'HUB'

/** Clues of the public are sealed, and their envelope is not. */
export const sightOfStored = (
  who: MatterSight,
  { kind, matter, sealedFields, openedBy }: Pick<store.StoredMatter, 'kind' | 'matter' | 'sealedFields' | 'openedBy'>,
) => {
  const isSealed = sealedFields !== null && openedBy !== PUBLIC_SEAT
  return findSight(who, { seats: matter.seats, handed: matter.handed, isOpen: isOpenToHub({ kind }), isSealed })
}

export const isSeenBy = ({ seat }: Pick<MatterPerson, 'seat'>, stored: store.StoredMatter): boolean =>
  sightOfStored({ seat, isStaff: seat === null, seesOperator: false }, stored) !== null

/** Refusal MATTER_REFERENCE_TAKEN for another move. */
const isRepeatedMove = async (
  { db, keys, rules }: MatterParts,
  { seat, isForHub }: Mover,
  { id, move, seen: _, ...sent }: MatterMoving,
): Promise<boolean> => {
  const { reference } = sent
  if (reference === undefined) return false
  const made = (await store.movesOfMatters(db, [id])).find(
    (one) =>
      one.sequence > 1 &&
      (one.seat === seat || (isForHub && one.seat === HUB_SEAT)) &&
      openMoveInput(keys, one).reference === reference,
  )
  if (made === undefined) return false
  const { on = made.on, ...given } = redactIdNumbers(sent, rules.pseudonymOf)
  const text = (input: object) => canonicalJson(input as Json)
  if (made.move === move && made.on === on && text(openMoveInput(keys, made)) === text(given)) return true
  throw new Refusal('MATTER_REFERENCE_TAKEN', { reference, pointer: '/reference' })
}

/** Refuses a link to the matter itself or to what the mover may not see. */
export const refuseUnknownLink = (isSeen: boolean): void => {
  if (isSeen) return
  const reason =
    '没有这条信用信息、名单记录或者另一事项，或者您无权查看 No such record, listing or other matter, or it is not for you'
  throw new Refusal('MATTER_FIELD_INVALID', { pointer: '/link', reason })
}

interface MoveMade {
  who: Mover
  given: SentMove
  now: Date
  amendments: CalendarAmendments
}

/** A holder's move is its receipt too. Returns null if the matter was written meanwhile. */
const foldAndKeep = async (
  { db, keys, rules }: MatterParts,
  { before, ...chain }: Omit<MatterChain, 'moves'> & { before: Matter },
  { who, given, now, amendments }: MoveMade,
): Promise<store.StoredMatter | null> => {
  const { kind, head } = chain
  const calendar = applyAmendments(rules.calendar, amendments)
  const isReceived = given.move === PAPER_RECEIPT_MOVE || !isUnreceivedBy(before, who.seat)
  const receipts = isReceived ? [] : [foldReceipt(before, { way: 'QUEUE', now }, calendar)]
  const received = receipts[0]?.after ?? before
  const openedOn = head.listingId === null ? shanghaiDate(head.openedAt) : undefined
  const act = { ...actOf(kind, received, who, given, now), ...(openedOn && { openedOn }) }
  const present = { ...received, clocks: recountRunningClocks(received.clocks, calendar) }
  const made = attemptMatterMove(kind, present, act, { calendar, lineOfSeat: linesOn(act.on) })
  if (!made.ok) throw moveRefusal(act.move, before, made.because)
  const moves = [...receipts, { before: received, act, given, after: made.after }]
  const [kept = null] = await keepMoves(db, keys, [{ ...chain, moves }])
  return kept
}

export const linesOn =
  (day: string): MatterRules['lineOfSeat'] =>
  (seat) =>
    organisationOfSeat(seat, day)?.line ?? null

const actOf = (
  kind: MatterKind,
  { seats }: Matter,
  { by, seat, isForHub = false }: Mover,
  { attachments, ...rest }: MoveMade['given'],
  now: Date,
): MatterAct => {
  const places = seat === null ? [] : placesOfSeat(seats, seat)
  const row = movesOfKind(kind)[rest.move]
  const isHubs = isForHub && row !== undefined && !actorsOf(row).some((actor) => places.includes(actor))
  return {
    ...rest,
    ...(seat === null || isHubs ? { seat: HUB_SEAT, places: isForHub ? ['hub'] : [] } : { seat, places }),
    by,
    at: now,
    ...(attachments && { attachments: attachments.map(({ type }) => type) }),
  }
}

const moveRefusal = (move: string, { state }: Matter, because: MatterDenialCode): Refusal => {
  const { zh, en, pointer } = MATTER_DENIALS[because]
  return new Refusal('MATTER_MOVE_REFUSED', { move, state: state ?? '—', because, reason: `${zh} ${en}`, pointer })
}
