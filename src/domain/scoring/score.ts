/** The reasons of a score add up exactly to its value, because each limit reached is a reason too. */
import { anniversaryDay, dayNumber, dayText, NEVER_DAY } from '../../foundation/time/dates.js'
import { DISHONEST_LIST_FACT, type FactEvent, type FactName, type Facts } from '../records/facts.js'
import {
  encodeFamiliesWithSource,
  getScorePlan,
  type PlannedBins,
  type PlannedUnits,
  type TallySlot,
} from './score-plan.js'
import {
  findTopScore,
  type Grade,
  HIGHEST_SCORE,
  LOWEST_SCORE,
  type Scorecard,
  type ScoreThreshold,
} from './scorecard.js'

export type ReasonKind = 'BASE' | 'UNIT' | 'BIN' | 'CAP' | 'FLOOR' | 'CEILING' | 'MISSING' | 'VETO' | 'UNDATED'

export interface Reason {
  /** Id of the rule or veto; `base`, `floor` or `ceiling` for these bounds; for MISSING the fact family. */
  rule: string
  why: ReasonKind
  fact: FactName | null
  points: number
  count: number
  /** Ids of record versions, ascending. */
  records: number[]
  fadesOn: string | null
}

export interface Score {
  /** From 0 to 1000. */
  value: number
  grade: Grade
  reasons: Reason[]
  nextChangeOn: string | null
}

export const score = (facts: Facts, card: Scorecard): Score => {
  const plan = getScorePlan(card, facts.kind, facts.asOf)
  const tallies: Tallies = new Array(plan.slots).fill(undefined)
  let familiesKnown = encodeFamiliesWithSource(facts.known)
  for (const event of facts.events) {
    const { family, slots } = plan.byFact[event.fact]
    familiesKnown |= family
    for (const slot of slots) count(event, slot, plan.today, tallies)
  }

  const sheet: Sheet = { value: card.base, reasons: [plain('base', 'BASE', card.base)], changesOn: nextOf(tallies) }
  for (const planned of plan.rules) {
    if (planned.kind === 'units') weighUnits(planned, tallies, sheet)
    else if ((planned.family & familiesKnown) !== 0) weighBin(planned, tallies, sheet)
  }
  for (const { family, bit, points } of plan.missing) {
    if ((bit & plan.familiesWeighed & ~familiesKnown) !== 0) add(sheet, plain(family, 'MISSING', points))
  }
  if (sheet.value < LOWEST_SCORE) add(sheet, plain('floor', 'FLOOR', LOWEST_SCORE - sheet.value))
  if (sheet.value > HIGHEST_SCORE) add(sheet, plain('ceiling', 'CEILING', HIGHEST_SCORE - sheet.value))
  for (const { veto, slot } of plan.vetoes) {
    const found = tallies[slot.at]
    if (found === undefined) continue
    const points = Math.min(0, findTopScore(veto.grade, card.grades) - sheet.value)
    if (found.count > 0) add(sheet, counted(veto.id, 'VETO', slot.fact, points, found))
    addUndated(veto.id, slot, found, sheet)
  }
  const { value, reasons } = sheet
  return { value, grade: gradeOf(value, card), reasons, nextChangeOn: dayText(sheet.changesOn) }
}

const gradeOf = (value: number, card: Scorecard): Grade =>
  (card.grades.find((line) => value >= line.from) ?? LOWEST_LINE).grade

/**
 * A first score below a threshold counts as a fall, and so does a raised threshold. `before.lines`: thresholds of an
 * earlier scorecard.
 */
export const findThresholdsCrossed = (
  before: { value: number; lines?: Scorecard['lines'] } | null,
  after: { value: number },
  card: Pick<Scorecard, 'lines'>,
): ScoreThreshold['opens'][] => {
  const opened = card.lines
    .filter(({ below, opens }) => {
      if (after.value >= below) return false
      const its = before?.lines?.find((line) => line.opens === opens)?.below ?? below
      return before === null || before.value >= its
    })
    .map(({ opens }) => opens)
  return [...new Set(opened)]
}

export const isOnDishonestList = (reasons: readonly Reason[]): boolean =>
  reasons.some(({ fact, why, count }) => fact === DISHONEST_LIST_FACT && why !== 'UNDATED' && count > 0)

const LOWEST_LINE = { grade: 'D' } as const

const emptyTally = () => ({
  count: 0,
  points: 0,
  records: [] as number[],
  first: NEVER_DAY,
  firstOn: '',
  fades: NEVER_DAY,
  starts: NEVER_DAY,
  /** Undated events of a fact that needs a day: shown, not counted. */
  undated: 0,
  undatedRecords: [] as number[],
  undatedEnds: NEVER_DAY,
})

type FactTally = ReturnType<typeof emptyTally>
type Tallies = (FactTally | undefined)[]

const count = (event: FactEvent, slot: TallySlot, today: number, tallies: Tallies): void => {
  const until = event.until == null ? NEVER_DAY : dayNumber(event.until)
  if (until <= today) return
  const weight = event.weight ?? 1
  if (event.on === null) {
    const found = tallyAt(slot, tallies)
    if (slot.needsDay) countUndated(found, event.record, weight, until)
    else countInForce(found, event.record, weight, slot.points, until)
    return
  }
  const on = dayNumber(event.on)
  if (on <= slot.cutoff || on >= until) return
  const found = tallyAt(slot, tallies)
  if (on > today) {
    if (on < found.starts) found.starts = on
    return
  }
  if (on < found.first) {
    found.first = on
    found.firstOn = event.on
  }
  let fades = Math.min(until, on + slot.windowDays)
  let points = slot.points
  if (slot.halvesEveryDays !== NEVER_DAY) {
    const times = Math.floor((today - on) / slot.halvesEveryDays)
    points = slot.halved[times] ?? 0
    fades = Math.min(fades, on + (times + 1) * slot.halvesEveryDays)
  }
  countInForce(found, event.record, weight, points, fades)
}

const tallyAt = (slot: TallySlot, tallies: Tallies): FactTally => {
  const known = tallies[slot.at]
  if (known !== undefined) return known
  const fresh = emptyTally()
  tallies[slot.at] = fresh
  return fresh
}

const countInForce = (found: FactTally, record: number, weight: number, points: number, fades: number): void => {
  found.count += weight
  found.points += weight * points
  found.records.push(record)
  if (fades < found.fades) found.fades = fades
}

const countUndated = (found: FactTally, record: number, weight: number, ends: number): void => {
  found.undated += weight
  found.undatedRecords.push(record)
  if (ends < found.undatedEnds) found.undatedEnds = ends
}

const nextOf = (tallies: Tallies): number => {
  let next = NEVER_DAY
  for (const found of tallies) {
    if (found !== undefined) next = Math.min(next, found.fades, found.starts, found.undatedEnds)
  }
  return next
}

interface Sheet {
  value: number
  reasons: Reason[]
  changesOn: number
}

const add = (sheet: Sheet, reason: Reason): void => {
  sheet.value += reason.points
  sheet.reasons.push(reason)
}

const weighUnits = ({ rule, slots }: PlannedUnits, tallies: Tallies, sheet: Sheet): void => {
  let sum = 0
  for (const slot of slots) {
    const found = tallies[slot.at]
    if (found === undefined) continue
    sum += found.points
    if (found.count > 0) add(sheet, counted(rule.id, 'UNIT', slot.fact, found.points, found))
    addUndated(rule.id, slot, found, sheet)
  }
  if (rule.cap === null || Math.abs(sum) <= Math.abs(rule.cap)) return
  add(sheet, plain(rule.id, 'CAP', rule.cap - sum))
}

const weighBin = (planned: PlannedBins, tallies: Tallies, sheet: Sheet): void => {
  const { rule, slot, since } = planned
  const found = tallies[slot.at]
  if (since) {
    if (found !== undefined && found.count > 0) weighYears(planned, found, sheet)
  } else {
    const bin = rule.bins.findLast((each) => (found?.count ?? 0) >= each.from)
    add(sheet, counted(rule.id, 'BIN', rule.fact, bin?.points ?? 0, found ?? NOTHING))
  }
  if (found !== undefined) addUndated(rule.id, slot, found, sheet)
}

const NOTHING = { count: 0, records: [], fades: NEVER_DAY } as const

/** Shows the bin's lower end ("at least N full years"), so an anniversary without effect stores no new score. */
const weighYears = ({ rule, reachedFrom }: PlannedBins, found: FactTally, sheet: Sheet): void => {
  const at = reachedFrom.findLastIndex((latest) => found.first <= latest)
  const [reached, next] = [rule.bins[at], rule.bins[at + 1]]
  if (next !== undefined) sheet.changesOn = Math.min(sheet.changesOn, anniversaryDay(found.firstOn, next.from))
  const shown = { count: reached?.from ?? 0, records: found.records, fades: found.fades }
  add(sheet, counted(rule.id, 'BIN', rule.fact, reached?.points ?? 0, shown))
}

const addUndated = (id: string, slot: TallySlot, found: FactTally, sheet: Sheet): void => {
  if (found.undated === 0) return
  const shown = { count: found.undated, records: found.undatedRecords, fades: found.undatedEnds }
  add(sheet, counted(id, 'UNDATED', slot.fact, 0, shown))
}

const counted = (
  rule: string,
  why: ReasonKind,
  fact: FactName,
  points: number,
  { count, records, fades }: { count: number; records: readonly number[]; fades: number },
): Reason => ({ rule, why, fact, points, count, records: ascending(records), fadesOn: dayText(fades) })

const plain = (rule: string, why: ReasonKind, points: number): Reason => {
  return { rule, why, fact: null, points, count: 0, records: [], fadesOn: null }
}

const ascending = (records: readonly number[]): number[] => {
  let last = Number.NEGATIVE_INFINITY
  for (const record of records) {
    if (record <= last) return [...new Set(records)].sort((a, b) => a - b)
    last = record
  }
  return records.slice()
}
