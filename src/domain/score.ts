/**
 * The fold from facts and a scorecard to points, reasons and a grade. Integers only; the points of the reasons add up to
 * the value exactly, whatever bounds were met on the way, because each bound met is a reason itself. The order of events
 * does not matter, and nothing but the arguments does.
 */
import { addDays, addYears } from './dates.js'
import type { FactEvent, FactFamily, FactName, Facts, OperatorKind, Words } from './facts.js'
import { FACTS, FAMILIES } from './facts.js'
import type { BinRule, Grade, Rule, Scorecard, UnitRule } from './scorecard.js'
import { factsOf, HIGHEST, LOWEST, topOf } from './scorecard.js'

/** Why points moved. Zero points are a reason as well where they say something: what is missing, what was not counted. */
export interface Reason {
  /** Id of the rule or veto; `base`, `floor`, `ceiling` or `missing` for what the scorecard as a whole does. */
  rule: string
  /** null for what belongs to no dimension: the base and the bounds. */
  dimension: string | null
  /** null where no single fact stands behind it: the base, a cap, missing data. */
  fact: FactName | null
  points: number
  count: number
  /** Ids of the versions behind it, ascending. */
  records: number[]
  zh: string
  en: string
  /** The first day on which some of it no longer counts; null: nothing known ends it. */
  fadesOn: string | null
}

export interface Score {
  /** 0–1000. */
  value: number
  grade: Grade
  reasons: Reason[]
  /** The first later day on which these same facts give other reasons; null: time alone changes nothing. */
  nextChangeOn: string | null
}

export const score = (facts: Facts, card: Scorecard): Score => {
  const eventsOf = byFact(facts.events)
  const { rules, families, cutoffs } = planOf(card, facts.kind, facts.asOf)
  const missing = missingFamilies(families, facts, eventsOf)
  const counted: Counted = (fact, windowDays) => {
    const events = eventsOf.get(fact)
    return events === undefined ? NOTHING : tally(FACTS[fact].nature, events, windowDays, facts.asOf, cutoffs)
  }

  const reasons: Reason[] = [plain('base', null, card.base, card.sentences.base)]
  const changes: (string | null)[] = []
  for (const rule of rules) {
    if (rule.kind === 'units') weighUnits(rule, card, counted, reasons, changes)
    else if (!missing.has(FACTS[rule.fact].family)) weighBin(rule, card, facts.asOf, counted, reasons, changes)
  }
  for (const each of card.missing) {
    if (missing.has(each.family)) reasons.push(plain('missing', each.dimension, each.points, each))
  }
  boundValue(card, reasons)
  for (const veto of card.vetoes) {
    const found = counted(veto.fact, null)
    changes.push(found.changesOn)
    if (found.count > 0) {
      const points = Math.min(0, topOf(veto.grade, card.grades) - total(reasons))
      reasons.push(reasonOf(veto.id, veto.dimension, veto.fact, points, found, veto))
    }
    if (found.undated.count > 0) reasons.push(undatedReason(veto.id, veto.dimension, veto.fact, found, card))
  }

  const value = total(reasons)
  return { value, grade: gradeOf(value, card), reasons, nextChangeOn: changes.reduce(earlier, null) }
}

export const gradeOf = (value: number, card: Scorecard): Grade =>
  (card.grades.find((line) => value >= line.from) ?? LOWEST_LINE).grade

/** Falling to the lowest grade opens a lead: a reason to look, never a ground for listing. */
export const crossesLine = (before: Grade | null, after: Grade): boolean => after === 'D' && before !== 'D'

const LOWEST_LINE = { grade: 'D' } as const
const total = (reasons: readonly Reason[]): number => reasons.reduce((sum, reason) => sum + reason.points, 0)

const byFact = (events: readonly FactEvent[]): Map<FactName, FactEvent[]> => {
  const groups = new Map<FactName, FactEvent[]>()
  for (const event of events) {
    const group = groups.get(event.fact)
    if (group) group.push(event)
    else groups.set(event.fact, [event])
  }
  return groups
}

/** What of a card applies to a kind of operator on a day: the same for a million folds, so it is worked out once. */
interface Plan {
  asOf: string
  rules: Rule[]
  families: Set<FactFamily>
  /** By the window in days: what happened on this day or before has faded. */
  cutoffs: Map<number, string>
}

const plans = new WeakMap<Scorecard, Map<OperatorKind, Plan>>()

const planOf = (card: Scorecard, kind: OperatorKind, asOf: string): Plan => {
  const ofCard = plans.get(card) ?? new Map<OperatorKind, Plan>()
  plans.set(card, ofCard)
  const known = ofCard.get(kind)
  if (known?.asOf === asOf) return known
  const rules = card.rules.filter((rule) => !rule.operators || rule.operators.includes(kind))
  const facts = [...rules.flatMap(factsOf), ...card.vetoes.map((veto) => veto.fact)]
  const cutoffs = new Map<number, string>()
  for (const rule of rules) {
    for (const { windowDays } of rule.kind === 'units' ? rule.units : [rule]) {
      if (windowDays !== null) cutoffs.set(windowDays, addDays(asOf, -windowDays))
    }
  }
  const plan = {
    asOf,
    rules,
    families: new Set(facts.map((fact) => FACTS[fact].family)),
    cutoffs,
  }
  ofCard.set(kind, plan)
  return plan
}

/** Families asked about whose source holds nothing of this operator, or of which the hub has no source at all. */
const missingFamilies = (
  asked: ReadonlySet<FactFamily>,
  facts: Facts,
  eventsOf: Map<FactName, FactEvent[]>,
): Set<FactFamily> => {
  const missing = new Set<FactFamily>()
  for (const family of asked) {
    if (FAMILIES[family].whenAbsent === 'unknown' || !facts.known.includes(family)) missing.add(family)
  }
  for (const fact of eventsOf.keys()) missing.delete(FACTS[fact].family)
  return missing
}

/** What is in force of one fact on one day. */
interface Tally {
  count: number
  records: number[]
  /** The earliest day among what is in force. */
  firstOn: string | null
  fadesOn: string | null
  /** What has no day, where the day decides: shown, not counted. */
  undated: { count: number; records: number[] }
  /** The next day on which this tally is another. */
  changesOn: string | null
}

type Counted = (fact: FactName, windowDays: number | null) => Readonly<Tally>

const NOTHING: Readonly<Tally> = Object.freeze({
  count: 0,
  records: [],
  firstOn: null,
  fadesOn: null,
  undated: { count: 0, records: [] },
  changesOn: null,
})

const tally = (
  nature: (typeof FACTS)[FactName]['nature'],
  events: readonly FactEvent[],
  windowDays: number | null,
  asOf: string,
  cutoffs: ReadonlyMap<number, string>,
): Tally => {
  const inForce: FactEvent[] = []
  const undated: FactEvent[] = []
  const cutoff = windowDays === null ? '' : (cutoffs.get(windowDays) ?? '')
  let firstOn: string | null = null
  let firstUntil: string | null = null
  let startsOn: string | null = null
  for (const event of events) {
    const until = event.until ?? null
    if (event.on === null && nature !== 'state') undated.push(event)
    else if (until !== null && until <= asOf) continue
    else if (event.on === null || event.on <= asOf) {
      if (event.on !== null && event.on <= cutoff) continue
      inForce.push(event)
      firstOn = earlier(firstOn, event.on)
      firstUntil = earlier(firstUntil, until)
    } else if (until === null || event.on < until) startsOn = earlier(startsOn, event.on)
  }
  const fadesOn = earlier(firstOn === null || windowDays === null ? null : addDays(firstOn, windowDays), firstUntil)
  const { count, records } = sumOf(inForce)
  return { count, records, firstOn, fadesOn, undated: sumOf(undated), changesOn: earlier(fadesOn, startsOn) }
}

const NONE: Tally['undated'] = { count: 0, records: [] }

const sumOf = (events: readonly FactEvent[]): Tally['undated'] => {
  if (events.length === 0) return NONE
  let count = 0
  let records: number[] = []
  for (const event of events) {
    count += event.weight ?? 1
    records.push(event.record)
  }
  if (records.length > 1) records = [...new Set(records)].sort((a, b) => a - b)
  return { count, records }
}

/** Points per unit by severity, under one cap: were each severity capped alone, a worse record could raise a score. */
const weighUnits = (
  rule: UnitRule,
  card: Scorecard,
  counted: Counted,
  reasons: Reason[],
  changes: (string | null)[],
): void => {
  let sum = 0
  for (const unit of rule.units) {
    const found = counted(unit.fact, unit.windowDays)
    changes.push(found.changesOn)
    if (found.count > 0) {
      const points = unit.points * found.count
      sum += points
      reasons.push(reasonOf(rule.id, rule.dimension, unit.fact, points, found, unit))
    }
    if (found.undated.count > 0) reasons.push(undatedReason(rule.id, rule.dimension, unit.fact, found, card))
  }
  if (rule.cap === null || Math.abs(sum) <= Math.abs(rule.cap)) return
  reasons.push(plain(rule.id, rule.dimension, rule.cap - sum, card.sentences.cap, rule.cap))
}

/** One fact, points by the bin that its count, or its full years, falls into. */
const weighBin = (
  rule: BinRule,
  card: Scorecard,
  asOf: string,
  counted: Counted,
  reasons: Reason[],
  changes: (string | null)[],
): void => {
  const found = counted(rule.fact, rule.windowDays)
  changes.push(found.changesOn)
  if (FACTS[rule.fact].nature === 'since') {
    if (found.firstOn !== null) weighYears(rule, found, found.firstOn, asOf, reasons, changes)
  } else {
    const bin = rule.bins.findLast((each) => found.count >= each.from)
    reasons.push(reasonOf(rule.id, rule.dimension, rule.fact, bin?.points ?? 0, found, rule))
  }
  if (found.undated.count > 0) reasons.push(undatedReason(rule.id, rule.dimension, rule.fact, found, card))
}

/** The count shown is the bin's lower end ("at least N full years"): an anniversary that moves no point adds no score row. */
const weighYears = (
  rule: BinRule,
  found: Tally,
  since: string,
  asOf: string,
  reasons: Reason[],
  changes: (string | null)[],
): void => {
  const years = fullYears(since, asOf)
  const reached = rule.bins.findLast((bin) => bin.from <= years)
  const next = rule.bins.find((bin) => bin.from > years)
  if (next) changes.push(addYears(since, next.from))
  const { records, fadesOn } = found
  const shown = { count: reached?.from ?? 0, records, fadesOn }
  reasons.push(reasonOf(rule.id, rule.dimension, rule.fact, reached?.points ?? 0, shown, rule))
}

const fullYears = (since: string, asOf: string): number => {
  const years = Number(asOf.slice(0, 4)) - Number(since.slice(0, 4))
  return addYears(since, years) <= asOf ? years : years - 1
}

const undatedReason = (id: string, dimension: string, fact: FactName, found: Tally, card: Scorecard): Reason => {
  const zh = card.sentences.undated.zh.replace('{fact}', FACTS[fact].zh)
  const en = card.sentences.undated.en.replace('{fact}', FACTS[fact].en)
  return reasonOf(id, dimension, fact, 0, { ...found.undated, fadesOn: null }, { zh, en })
}

const boundValue = (card: Scorecard, reasons: Reason[]): void => {
  const sum = total(reasons)
  if (sum < LOWEST) reasons.push(plain('floor', null, LOWEST - sum, card.sentences.floor))
  if (sum > HIGHEST) reasons.push(plain('ceiling', null, HIGHEST - sum, card.sentences.ceiling))
}

const reasonOf = (
  rule: string,
  dimension: string,
  fact: FactName,
  points: number,
  found: Pick<Tally, 'count' | 'records' | 'fadesOn'>,
  words: Words,
): Reason => ({
  rule,
  dimension,
  fact,
  points,
  count: found.count,
  records: [...found.records],
  zh: words.zh.replace('{count}', String(found.count)),
  en: words.en.replace('{count}', String(found.count)),
  fadesOn: found.fadesOn,
})

const plain = (rule: string, dimension: string | null, points: number, words: Words, cap = 0): Reason => ({
  rule,
  dimension,
  fact: null,
  points,
  count: 0,
  records: [],
  zh: words.zh.replace('{cap}', String(cap)),
  en: words.en.replace('{cap}', String(cap)),
  fadesOn: null,
})

const earlier = (a: string | null, b: string | null): string | null => (a === null || (b !== null && b < a) ? b : a)
