/**
 * The figures of a month count matters by the days on which moves were done. An event counts for whoever holds the matter
 * after it, an answer for whoever owed it. Clocks whose rule is from memory (M) are counted neither in time nor late.
 */
import { daysBetween, shanghaiDate } from '../../foundation/time/dates.js'
import type { RuleConfirmations } from '../calendar/rule-confirmations.js'
import { isConfirmedClock, isRunOut } from './clocks.js'
import { RECEIPT_MOVE } from './custody.js'
import { add, type FigureCell, type FigureCounts, makeNoCounts } from './figure-sums.js'
import { handsOver } from './guards.js'
import { isOpenState, type MatterKind, movesOfKind, OPENING_MOVE, PAPER_RECEIPT_MOVE } from './kind.js'
import type { MatterClock } from './matter.js'
import { findWaitingSeat, isHandedOver } from './moves.js'
import type { MatterSeats } from './seats.js'

export interface CountedHistory {
  number: string
  kind: MatterKind
  seats: MatterSeats
  clocks: readonly MatterClock[]
  moves: readonly { move: string; state: string; on: string; to: string | null }[]
}

/** A matter that waits for an answer at the end of the month. */
export interface LongWait {
  number: string
  kind: string
  state: string
  seat: string
  /** The day on which its present holder got it. */
  since: string
  dueOn: string | null
}

export interface FigureMonth {
  first: string
  last: string
  end: Date
}

export interface FigureTally {
  month: FigureMonth
  confirmations: RuleConfirmations | undefined
  cells: Map<string, FigureCell>
  waits: LongWait[]
}

const WAITS_MOST = 10
const WAITS_KEPT = 1_000

const cellOf = ({ cells }: FigureTally, { kind }: MatterKind, seat: string): FigureCell => {
  const key = `${kind} ${seat}`
  const known = cells.get(key)
  if (known !== undefined) return known
  const made = { kind, seat, ...makeNoCounts() }
  cells.set(key, made)
  return made
}

interface Holding {
  seat: string
  on: string
  received: boolean
}

export const countMatter = (tally: FigureTally, history: CountedHistory): void => {
  const { kind, moves, seats } = history
  const { first, last } = tally.month
  const isIn = (on: string) => on >= first && on <= last
  const isSecret = kind.visibility === 'SEATS_ONLY'
  let holding: Holding = { seat: moves[0]?.to ?? seats.holder, on: '', received: false }
  let handedOn: string | null = null
  let atEnd: (Holding & { state: string }) | null = null
  const holders = new Set<string>()
  const entered = new Set<string>()
  const ending = findLastEnding(history)
  const elsewhere = makeNoCounts()
  for (const made of moves) {
    const { move, state, on, to } = made
    if (to !== null && move !== OPENING_MOVE && handsOver(kind, move)) holding = { seat: to, on, received: false }
    const isHanding = handedOn === null && isHandedOver(kind, state)
    if (isHanding) {
      handedOn = on
      holding.on = on
    }
    if (handedOn !== null) {
      const counts = isIn(on) ? cellOf(tally, kind, isSecret ? '' : holding.seat) : elsewhere
      if (isHanding) counts.opened += 1
      if (isSecret) return
      if (isReceipt(move) && !holding.received) counts.received += 1
      if (isReceipt(move)) holding.received = true
      countEvent(tally, counts, { history, made, isEnding: made === ending, handedOn, entered })
      if (on <= last) atEnd = { ...holding, state }
      holders.add(holding.seat)
    }
  }
  if (atEnd === null) return
  countAtEnd(tally, history, atEnd)
  countClocks(tally, history, { holders, heldBy: atEnd.seat })
}

/** A later outcome replaces a former one, which only the history keeps. */
const findLastEnding = ({ kind, moves }: CountedHistory) =>
  moves.findLast(({ state }, n) => kind.states[state]?.ends !== undefined && state !== moves[n - 1]?.state)

const isReceipt = (move: string): boolean => move === RECEIPT_MOVE || move === PAPER_RECEIPT_MOVE

interface CountedEvent {
  history: CountedHistory
  made: CountedHistory['moves'][number]
  isEnding: boolean
  handedOn: string
  /** Figures that the matter has reached before. */
  entered: Set<string>
}

const countEvent = (tally: FigureTally, counts: FigureCounts, event: CountedEvent): void => {
  const { history, made, isEnding, handedOn, entered } = event
  const { kind } = history
  for (const [code, { state, in_time: clock }] of Object.entries(kind.figures ?? {})) {
    if (state !== made.state || entered.has(code)) continue
    entered.add(code)
    if (clock === undefined || wasMetInTime(tally, history, clock, made.on)) add(counts.steps, code)
  }
  const row = movesOfKind(kind)[made.move]
  if (row?.restarts !== undefined) counts.restarts += 1
  if (row?.extends !== undefined) counts.extensions += 1
  const outcome = kind.states[made.state]?.ends
  if (outcome === undefined || !isEnding) return
  add(counts.outcomes, outcome)
  add(counts.days, Math.max(0, daysBetween(handedOn, made.on)))
}

const wasMetInTime = (
  { month, confirmations }: FigureTally,
  { kind, clocks }: CountedHistory,
  name: string,
  on: string,
): boolean =>
  clocks.some(
    (clock) =>
      clock.clock === name &&
      clock.ended?.how === 'MET' &&
      clock.ended.on === on &&
      !isRunOut(clock, month.end) &&
      isConfirmedClock({ kind, ...clock }, confirmations),
  )

const countAtEnd = (tally: FigureTally, history: CountedHistory, atEnd: Holding & { state: string }): void => {
  const { kind, number, seats, clocks } = history
  const { state, seat, on: since } = atEnd
  if (!isOpenState(kind, state)) return
  cellOf(tally, kind, seat).open += 1
  const waited = kind.states[state]?.waits_for
  if (waited === 'nobody' || waited === 'named' || waited === 'hub') return
  const waiting = findWaitingSeat(kind, { state, seats: { ...seats, holder: seat } }) ?? seat
  const due = clocks.flatMap((clock) => (endWithin(clock, tally) === null && clock.due ? [clock.due.on] : [])).sort()[0]
  tally.waits.push({ number, kind: kind.kind, state, seat: waiting, since, dueOn: due ?? null })
  if (tally.waits.length >= WAITS_KEPT) tally.waits = longestWaits(tally.waits)
}

export const longestWaits = (waits: readonly LongWait[]): LongWait[] =>
  waits
    .toSorted((a, b) => (a.since === b.since ? (a.number < b.number ? -1 : 1) : a.since < b.since ? -1 : 1))
    .slice(0, WAITS_MOST)

const endWithin = ({ ended }: MatterClock, { month }: FigureTally): MatterClock['ended'] =>
  ended !== null && ended.on <= month.last ? ended : null

const countClocks = (
  tally: FigureTally,
  { kind, clocks, seats }: CountedHistory,
  { holders, heldBy }: { holders: ReadonlySet<string>; heldBy: string },
): void => {
  const { first, end } = tally.month
  for (const clock of clocks) {
    const ended = endWithin(clock, tally)
    const isOfMonth = ended === null || (ended.on >= first && ended.how !== 'DROPPED')
    if (clock.seat === null || clock.seat === seats.named || !isOfMonth) continue
    if (!isConfirmedClock({ kind, ...clock }, tally.confirmations)) continue
    const name = findCount(clock, ended, end)
    if (name === null) continue
    // A running clock follows the matter to its next holder, who did not owe it in this month.
    const seat = ended === null && holders.has(clock.seat) ? heldBy : clock.seat
    cellOf(tally, kind, seat)[name] += 1
  }
}

const findCount = (
  clock: MatterClock,
  ended: MatterClock['ended'],
  end: Date,
): 'inTime' | 'late' | 'overdue' | null => {
  if (ended === null) return isRunOut({ ...clock, ended: null }, end) ? 'overdue' : null
  if (isRunOut(clock, end)) return 'late'
  return ended.how === 'MET' ? 'inTime' : null
}

export const isOverMonth = ({ last }: FigureMonth, now: Date): boolean => shanghaiDate(now) > last
