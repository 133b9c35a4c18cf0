import { isDate, shanghaiDate } from '../../foundation/time/dates.js'
import type { Calendar } from '../calendar/calendar.js'
import {
  extendClock,
  findClockRow,
  findExtensionDenial,
  findRunningClock,
  instantOf,
  isDaySoonerThan,
  isPausedClock,
  pauseClock,
  resumeClock,
  startAtReceipt,
  startClock,
} from './clocks.js'
import { answersRows, listUnansweredRows, mergeFields } from './fields.js'
import { findGuardDenial, isRuledOut } from './guards.js'
import {
  actorsOf,
  isOpenState,
  type MatterKind,
  type MatterMoveRow,
  movesOfKind,
  OPENING_MOVE,
  PAPER_RECEIPT_MOVE,
  splitWord,
  type WaitedFor,
} from './kind.js'
import type { Matter, MatterAct, MatterClock, MatterDenialCode, MatterRules } from './matter.js'
import { findCommonSuperior, HUB_SEAT, type MatterSeats } from './seats.js'

export type MatterMoveResult = { ok: true; after: Matter } | { ok: false; because: MatterDenialCode }

export const attemptMatterMove = (
  kind: MatterKind,
  before: Matter,
  act: MatterAct,
  rules: MatterRules,
): MatterMoveResult => {
  const moves = movesOfKind(kind)
  const row = Object.hasOwn(moves, act.move) ? moves[act.move] : undefined
  if (row === undefined) return { ok: false, because: 'MOVE_UNKNOWN' }
  const because =
    findStateDenial(kind, row, before, act) ??
    findInputDenial(kind, row, before, act) ??
    findGuardDenial({ kind, before, act, rules }, row.guards ?? []) ??
    findClockDenial(kind, row, before, act)
  return because === null
    ? { ok: true, after: applyMove(kind, row, before, act, rules.calendar) }
    : { ok: false, because }
}

export const listAllowedMoves = (
  kind: MatterKind,
  before: Matter,
  act: Pick<MatterAct, 'places'>,
): [name: string, row: MatterMoveRow][] =>
  Object.entries(movesOfKind(kind)).filter(
    ([move, row]) =>
      move !== OPENING_MOVE &&
      (move !== PAPER_RECEIPT_MOVE || before.receivedAt === null) &&
      findStateDenial(kind, row, before, { ...act, move }) === null &&
      !isRuledOut(kind, before, move, row),
  )

const findStateDenial = (
  kind: MatterKind,
  row: MatterMoveRow,
  { state, fields }: Matter,
  { move, places }: Pick<MatterAct, 'move' | 'places'>,
): MatterDenialCode | null => {
  const isOpening = move === OPENING_MOVE
  if (isOpening !== (state === null)) return isOpening ? 'OPENED_BEFORE' : 'NOT_OPENED'
  if (state !== null && !isOpenState(kind, state)) return row.from?.includes(state) ? placeDenial(row, places) : 'ENDED'
  if (state !== null && row.from !== undefined && !row.from.includes(state)) return 'STATE'
  return placeDenial(row, places) ?? findRowsDenial(kind, row, fields)
}

const placeDenial = (row: MatterMoveRow, places: MatterAct['places']): MatterDenialCode | null =>
  actorsOf(row).some((actor) => places.includes(actor)) ? null : 'SEAT'

const findRowsDenial = (kind: MatterKind, row: MatterMoveRow, fields: Matter['fields']): MatterDenialCode | null => {
  const isOpen = listUnansweredRows(kind, fields).length > 0
  if (answersRows(kind, row)) return isOpen ? null : 'NO_ROWS'
  return isOpen && row.to !== undefined && !isOpenState(kind, row.to) && actorsOf(row).includes('holder')
    ? 'ROWS_UNANSWERED'
    : null
}

const findInputDenial = (
  kind: MatterKind,
  row: MatterMoveRow,
  { seats }: Matter,
  act: MatterAct,
): MatterDenialCode | null => {
  if (!isDate(act.on) || act.on > shanghaiDate(act.at)) return 'DAY_AHEAD'
  if (act.openedOn !== undefined && act.on < act.openedOn) return 'DAY_BEFORE'
  for (const requirement of row.requires ?? []) {
    const { word, operand } = splitWord(requirement)
    const denial = REQUIREMENTS[word]?.(act, operand) ?? null
    if (denial !== null) return denial
  }
  const effects = row.effects ?? []
  if (effects.includes('hand_to') && act.to === undefined) return 'NO_RECEIVER'
  if (effects.includes('copy_to') && act.copyTo === undefined) return 'NO_RECEIVER'
  const opensItsOwn = act.move === OPENING_MOVE && actorsOf(row).includes('holder')
  if (act.to === act.seat && act.to === seats.holder && !opensItsOwn) return 'OWN_SEAT'
  if (effects.includes('link') && act.link === undefined) return 'NO_LINK'
  if (act.move === OPENING_MOVE && seats.copied.length === 0 && waitsForCopied(kind)) return 'NO_COPIED'
  const unknown = (act.attachments ?? []).some((type) => !Object.hasOwn(kind.attachments, type))
  return unknown ? 'ATTACHMENT_UNKNOWN' : null
}

const waitsForCopied = ({ states }: MatterKind): boolean =>
  Object.values(states).some((state) => state.waits_for === 'copied')

const isBlank = (text: string | undefined): boolean => text === undefined || text.trim() === ''

const REQUIREMENTS: Readonly<Record<string, (act: MatterAct, operand: string) => MatterDenialCode | null>> = {
  reason: ({ reason }) => (isBlank(reason) ? 'NO_REASON' : null),
  number: ({ number }) => (isBlank(number) ? 'NO_NUMBER' : null),
  day: ({ day }) => (day === undefined || !isDate(day) ? 'NO_DAY' : null),
  field: ({ fields }, name) => (isBlank(fields?.[name]) ? 'NO_FIELD' : null),
  attachment: ({ attachments = [] }, type) => (attachments.includes(type) ? null : 'NO_ATTACHMENT'),
}

const findClockDenial = (
  kind: MatterKind,
  row: MatterMoveRow,
  before: Matter,
  act: MatterAct,
): MatterDenialCode | null => {
  if (row.extends !== undefined) return findExtensionDenial(findRunningClock(before, row.extends), act)
  const paused = findRunningClock(before, row.pauses ?? row.resumes ?? '')
  if (row.pauses !== undefined) return paused && !isPausedClock(paused) ? null : 'CLOCK_NOT_RUNNING'
  if (row.resumes !== undefined) return paused && isPausedClock(paused) ? null : 'CLOCK_NOT_PAUSED'
  const rules = startedBy(row).map((name) => findClockRow(kind, name, { ...before.fields, ...act.fields }, act.on))
  if (rules.includes(undefined)) return 'NO_CLOCK_RULE'
  const set = rules.flatMap((rule) => (rule?.unit === 'SET' ? [rule] : []))
  if (set.some((rule) => act.day === undefined || isDaySoonerThan(rule, act))) return 'DAY_TOO_SOON'
  const isDayFixed = rules.length > 0 && set.length === 0 && !row.requires?.includes('day')
  return act.day !== undefined && isDayFixed ? 'DAY_FIXED' : null
}

const startedBy = ({ starts = [], restarts }: MatterMoveRow): string[] =>
  restarts === undefined ? [...starts] : [...starts, restarts]

const applyMove = (
  kind: MatterKind,
  given: MatterMoveRow,
  before: Matter,
  act: MatterAct,
  calendar: Calendar,
): Matter => {
  const fields = mergeFields(kind, before.fields, act.fields)
  const isPartial = answersRows(kind, given) && listUnansweredRows(kind, fields).length > 0
  const row: MatterMoveRow = isPartial ? { zh: given.zh, en: given.en, by: given.by } : given
  const effects = row.effects ?? []
  const state = effects.includes('back') ? before.stateBefore : (row.to ?? before.state)
  const hasNewHolder = effects.includes('hand_to') && act.to !== undefined
  const isCopied = effects.includes('copy_to') && act.copyTo !== undefined
  const moved: Matter = {
    ...before,
    state,
    stateBefore: state === before.state ? before.stateBefore : before.state,
    fields,
    seats: {
      ...before.seats,
      ...(hasNewHolder && act.to !== undefined && { holder: act.to }),
      ...(isCopied && act.copyTo !== undefined && { copied: [...new Set([...before.seats.copied, act.copyTo])] }),
    },
    receivedAt: hasNewHolder ? null : before.receivedAt,
    handed: before.handed || isHandedOver(kind, state),
    moves: [...before.moves, { move: act.move, seat: act.seat, by: act.by }],
    attachments: [...new Set([...before.attachments, ...(act.attachments ?? [])])],
    outcome: (state !== null && kind.states[state]?.ends) || null,
  }
  const clocked = { ...moved, clocks: clocksAfter(kind, row, { before, after: moved }, act, calendar) }
  return act.move === PAPER_RECEIPT_MOVE ? receiveMatter(clocked, act, calendar) : clocked
}

const waitsFor = (kind: MatterKind, state: string | null) =>
  state === null ? undefined : kind.states[state]?.waits_for

/** A matter that its sender ended before handing it over stays the sender's own. */
export const isHandedOver = (kind: MatterKind, state: string | null): boolean =>
  ![undefined, 'sender'].includes(waitsFor(kind, state))

const clocksAfter = (
  kind: MatterKind,
  row: MatterMoveRow,
  { before, after }: { before: Matter; after: Matter },
  act: MatterAct,
  calendar: Calendar,
): MatterClock[] => {
  const end = (clock: MatterClock, how: 'MET' | 'DROPPED' | 'RESTARTED'): MatterClock => ({
    ...clock,
    ended: { on: act.on, at: act.at, how },
  })
  const kept = after.clocks.map((clock): MatterClock => {
    const { clock: name, ended } = clock
    if (ended !== null) return clock
    if (row.meets?.includes(name)) return end(clock, 'MET')
    if (row.drops?.includes(name)) return end(clock, 'DROPPED')
    if (row.restarts === name) return end(clock, 'RESTARTED')
    if (row.pauses === name) return pauseClock(clock, act, calendar)
    if (row.resumes === name) return resumeClock(clock, act, calendar)
    if (row.extends === name) return extendClock(clock, act, calendar)
    // The next holder is bound too.
    return clock.seat === before.seats.holder ? { ...clock, seat: after.seats.holder } : clock
  })
  const isMadeByListing = act.places.includes('listing')
  const started = startedBy(row).flatMap((name) => {
    const rule = findClockRow(kind, name, after.fields, act.on)
    if (rule === undefined) return []
    const seat = findSeatOf(rule.of ?? waitsFor(kind, after.state), after.seats)
    const waitsForReceipt = seat === after.seats.holder && after.receivedAt === null && !isMadeByListing
    return [startClock({ name, row: rule, seat, waitsForReceipt }, act, calendar)]
  })
  return [...kept, ...started]
}

export const findWaitingSeat = (kind: MatterKind, { state, seats }: Pick<Matter, 'state' | 'seats'>): string | null =>
  findSeatOf(waitsFor(kind, state), seats)

const findSeatOf = (actor: WaitedFor | undefined, seats: MatterSeats): string | null => {
  switch (actor) {
    case 'sender':
      return seats.sender
    case 'holder':
      return seats.holder
    case 'copied':
      return seats.copied[0] ?? null
    case 'named':
      return seats.named
    case 'hub':
      return HUB_SEAT
    case 'superior':
      return findCommonSuperior(seats.sender, seats.holder)
    default:
      return null
  }
}

export const isUnreceivedBy = ({ receivedAt, handed, seats }: Matter, seat: string | null): boolean =>
  handed && receivedAt === null && seats.holder === seat

export const receiveMatter = (before: Matter, received: Pick<MatterAct, 'on' | 'at'>, calendar: Calendar): Matter => {
  if (before.receivedAt !== null) return before
  const { holder } = before.seats
  return {
    ...before,
    receivedAt: instantOf(received),
    clocks: before.clocks.map((clock) => (clock.seat === holder ? startAtReceipt(clock, received, calendar) : clock)),
  }
}
