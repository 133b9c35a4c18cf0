/** Stores moves with links in the hash chains. Content for seats only is sealed. */

import { hash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { applyAmendments, type Calendar } from '../../domain/calendar/calendar.js'
import { listUncertainRows, type RuleConfirmations } from '../../domain/calendar/rule-confirmations.js'
import { CLOCK_TABLE, isConfirmedClock, recountRunningClocks } from '../../domain/matters/clocks.js'
import { RECEIPT_MOVE } from '../../domain/matters/custody.js'
import type { MatterKind } from '../../domain/matters/kind.js'
import type { Matter, MatterAct } from '../../domain/matters/matter.js'
import { findWaitingSeat, isUnreceivedBy, receiveMatter } from '../../domain/matters/moves.js'
import { HUB_SEAT, PUBLIC_SEAT, RECEIPT_SEAT } from '../../domain/matters/seats.js'
import { canonicalJson, type Json } from '../../domain/records/records.js'
import { Refusal } from '../../foundation/errors.js'
import type { Keys } from '../../foundation/keys.js'
import { makeOnce } from '../../foundation/memo.js'
import { addDays, shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as store from '../../store/matters/matters.js'
import { applyAmendmentsToRules } from '../calendar/calendar.js'
import type { WorkRules } from '../calendar/rules.js'
import { kindAsBegun, readClockTable } from './kinds.js'

const NUMBER_DIGITS = 8

export const formatMatterNumber = ({ sign }: MatterKind, day: string, number: number): string =>
  `${sign}${day.slice(0, 4)}-${String(number).padStart(NUMBER_DIGITS, '0')}`

/** The hub knows its hash, and its bytes if the seat has sent them. */
export interface MatterAttachment {
  type: string
  name: string
  sha256: string
  bytes: number
}

export interface MatterMoveGiven
  extends Pick<MatterAct, 'reason' | 'number' | 'day' | 'extension' | 'fields' | 'to' | 'copyTo' | 'link'> {
  attachments?: readonly MatterAttachment[]
  /** The mover's own number; a repeated one is the same move. */
  reference?: string
}

export interface MatterParts {
  db: Db
  rules: WorkRules
  keys: Pick<Keys, 'seal' | 'unseal'>
}

export type SentMove = MatterMoveGiven & { move: string; on: string }

export interface FoldedMove {
  before: Matter
  act: Pick<MatterAct, 'by' | 'at' | 'seat'>
  given: SentMove
  after: Matter
}

export interface MatterChain {
  kind: MatterKind
  head: store.MatterHead
  version?: string | null
  /** Of its newest kept move. */
  previousHash: string | null
  moves: readonly FoldedMove[]
}

/** Leaves out what somebody has written since it was read. */
export const keepMoves = async (
  db: Db | Tx,
  keys: Pick<Keys, 'seal'>,
  made: readonly MatterChain[],
): Promise<store.StoredMatter[]> => {
  const writings = made.map((one) => writingOf(keys, one))
  const kept = await store.writeMatters(db, writings)
  return writings.flatMap(({ head, sealedFields, closedAt }, n) => {
    const matter = made[n]?.moves.at(-1)?.after
    return matter !== undefined && kept.has(head.id) ? [{ ...head, matter, sealedFields, closedAt }] : []
  })
}

const writingOf = (
  keys: Pick<Keys, 'seal'>,
  { kind, head, version = null, previousHash, moves }: MatterChain,
): store.MatterWriting => {
  const last = moves.at(-1)
  if (last === undefined) throw new Error('no move to keep')
  const { act, after } = last
  const isSealed = kind.visibility === 'SEATS_ONLY' || head.openedBy === PUBLIC_SEAT
  const about = sealedAbout(head.id)
  const rows: store.NewMatterMove[] = []
  for (const made of moves)
    rows.push(moveRowOf({ head, about: isSealed ? about : null, keys }, made, rows.at(-1)?.hash ?? previousHash))
  return {
    ...{ head, version },
    matter: isSealed ? { ...after, fields: {} } : after,
    sealedFields: isSealed ? keys.seal(canonicalJson(after.fields as Json), about) : null,
    closedAt: after.outcome === null ? null : act.at,
    waiting: findWaitingSeat(kind, after),
    moves: rows,
    seats: seatRowsOf(after),
    clocks: clockRowsOf(kind, after),
    files: moves.flatMap(({ act: { seat }, given: { attachments = [] } }) =>
      attachments.map(({ sha256, bytes }) => ({ seat, sha256, bytes })),
    ),
  }
}

const moveRowOf = (
  { head, about, keys }: { head: store.MatterHead; about: string | null; keys: Pick<Keys, 'seal'> },
  { before, act: { by, at, seat }, given, after }: FoldedMove,
  previousHash: string | null,
): store.NewMatterMove => {
  const { move, on } = given
  const input = inputOf(given)
  const text = canonicalJson(input as Json)
  const [sequence, state] = [after.moves.length, after.state ?? '']
  const link = { head: head.id, sequence, move, state: after.state, by, seat, on, input: hash('sha256', text) }
  return {
    ...{ sequence, move, stateBefore: before.state, state, by, seat, on, at },
    input: about === null ? input : null,
    sealedInput: about === null ? null : keys.seal(text, about),
    previousHash,
    hash: hash('sha256', canonicalJson({ previousHash, ...link } as unknown as Json)),
  }
}

const INPUT_MEMBERS = [
  ...(['reason', 'number', 'day', 'extension', 'fields', 'to', 'copyTo', 'link', 'attachments', 'reference'] as const),
]

/** Acts of people bring further members, which are not the move's input. */
const inputOf = (given: SentMove): object =>
  Object.fromEntries(INPUT_MEMBERS.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])))

const sealedAbout = (id: string): string => `matter ${id}`

export const openFields = <M extends store.StoredMatter>(keys: Pick<Keys, 'unseal'>, stored: M): M =>
  stored.sealedFields === null
    ? stored
    : {
        ...stored,
        matter: { ...stored.matter, fields: JSON.parse(keys.unseal(stored.sealedFields, sealedAbout(stored.id))) },
      }

export const openMoveInput = (
  keys: Pick<Keys, 'unseal'>,
  { matterId, input, sealedInput }: Pick<store.StoredMatterMove, 'matterId' | 'input' | 'sealedInput'>,
): MatterMoveGiven =>
  sealedInput === null
    ? ((input ?? {}) as MatterMoveGiven)
    : JSON.parse(keys.unseal(sealedInput, sealedAbout(matterId)))

const seatRowsOf = ({ seats, handed }: Matter): store.MatterWriting['seats'] => [
  ...([HUB_SEAT, PUBLIC_SEAT].includes(seats.sender) ? [] : [{ seat: seats.sender, place: 'sender' as const }]),
  ...(handed ? [{ seat: seats.holder, place: 'holder' as const }] : []),
  ...(handed ? seats.copied.map((seat) => ({ seat, place: 'copied' as const })) : []),
]

const clockRowsOf = (
  kind: MatterKind,
  { clocks }: Pick<Matter, 'clocks'>,
  confirmations?: RuleConfirmations,
): store.MatterClockColumns[] =>
  clocks.map(({ clock, seat, row, due, ended }, place) => ({
    place,
    clock,
    seat,
    dueOn: due?.on ?? null,
    dueAt: due && (due.at ?? new Date(`${addDays(due.on, 1)}T00:00:00+08:00`)),
    confirmed: isConfirmedClock({ kind, clock, row }, confirmations),
    running: ended === null,
  }))

const STEP_CLOCKS = 500
const FINGERPRINT_CHARACTERS = 16

export const recountMatters = async (db: Db, base: WorkRules): Promise<number> => {
  let moved = 0
  for (let step: RecountStep = { counted: STEP_CLOCKS, moved: 0 }; step.counted > 0; moved += step.moved)
    step = await db.transaction((tx) => recountSome(tx, base))
  return moved
}

interface RecountStep {
  counted: number
  moved: number
}

const recountSome = async (tx: Tx, base: WorkRules): Promise<RecountStep> => {
  const rules = await applyAmendmentsToRules(tx, base)
  const counting = fingerprintOf(rules)
  const found = await store.lockCountedOtherwise(tx, counting, STEP_CLOCKS)
  const recounted: store.RecountedMatter[] = []
  for (const { id, matter, ...begun } of found) {
    const clocks = recountRunningClocks(matter.clocks, rules.calendar)
    const columns = clockRowsOf(await kindAsBegun(tx, begun), { clocks }, rules.confirmations)
    recounted.push({ id, clocks: columns, content: isDeepStrictEqual(clocks, matter.clocks) ? null : clocks })
  }
  return {
    counted: await store.keepRecount(tx, counting, recounted),
    moved: recounted.filter(({ content }) => content !== null).length,
  }
}

const listClockKeys = makeOnce(() => new Set(listUncertainRows(CLOCK_TABLE, readClockTable()).map(({ key }) => key)))

export const fingerprintOf = ({ calendar: { holidays, workdays, knownUntil }, confirmations }: WorkRules): string => {
  const confirmed = [...(confirmations?.keys() ?? [])].filter((key) => listClockKeys().has(key))
  const days = { holidays: [...holidays].sort(), workdays: [...workdays].sort(), knownUntil }
  return hash('sha256', canonicalJson({ ...days, confirmed: confirmed.sort() })).slice(0, FINGERPRINT_CHARACTERS)
}

export type ReceiptWay = 'QUEUE' | 'WEBHOOK' | 'FOLDER'

const ATTEMPTS_MOST = 20

/** Repeats `act` while it returns null. Refusal RUN_BUSY. */
export const untilKept = async <T>(act: () => Promise<T | null>): Promise<T> => {
  for (let attempt = 0; attempt < ATTEMPTS_MOST; attempt += 1) {
    const kept = await act()
    if (kept !== null) return kept
  }
  throw new Refusal('RUN_BUSY', { job: 'move', subject: '' })
}

/** Sets each holder's receipt once. */
export const receiveMatters = (
  { db, rules, keys }: MatterParts,
  { seat, ids, way, now }: { seat: string; ids: readonly string[]; way: ReceiptWay; now: Date },
): Promise<void> =>
  untilKept(async () => {
    const { matters, amendments } = await store.readMattersToMove(db, ids)
    const calendar = applyAmendments(rules.calendar, amendments)
    const chains: MatterChain[] = []
    for (const read of matters.filter(({ matter }) => isUnreceivedBy(matter, seat))) {
      const { previousHash, version, ...head } = openFields(keys, read)
      const moves = [foldReceipt(head.matter, { way, now }, calendar)]
      chains.push({ kind: await kindAsBegun(db, head), head, version, previousHash, moves })
    }
    const kept = await keepMoves(db, keys, chains)
    return kept.length === chains.length ? undefined : null
  })

export const foldReceipt = (
  before: Matter,
  { way, now }: { way: ReceiptWay; now: Date },
  calendar: Calendar,
): FoldedMove => {
  const on = shanghaiDate(now)
  const act = { on, at: now, by: way, seat: RECEIPT_SEAT }
  const moves = [...before.moves, { move: RECEIPT_MOVE, seat: RECEIPT_SEAT, by: way }]
  const after = { ...receiveMatter(before, act, calendar), moves }
  return { before, act, given: { move: RECEIPT_MOVE, on, reason: way }, after }
}
