/** A plan is a scorecard resolved for one kind of operator on one day. */
import { addDays, addYears, dayNumber, NEVER_DAY } from '../../foundation/time/dates.js'
import { FACT_FAMILIES, FACTS, type FactFamily, type FactName, type OperatorKind } from '../records/facts.js'
import type { BinRule, Scorecard, UnitFact, UnitRule } from './scorecard.js'

/** Most plans cached per kind, one for each day: recomputing stored scores visits many days. */
const PLANS_KEPT = 1000
const NO_DAY = Number.NEGATIVE_INFINITY

export type TallySlot = ReturnType<typeof makeSlot>
export type PlannedUnits = ReturnType<typeof planUnits>
export type PlannedBins = ReturnType<typeof planBins>
type ScorePlan = ReturnType<typeof makePlan>

const FAMILIES = Object.keys(FACT_FAMILIES)
const BITS = Object.fromEntries(FAMILIES.map((family, i) => [family, 1 << i])) as Record<FactFamily, number>

export const encodeFamiliesWithSource = (known: readonly FactFamily[]): number =>
  known.reduce((bits, family) => (FACT_FAMILIES[family].whenAbsent === 'none' ? bits | BITS[family] : bits), 0)

const plans = new WeakMap<Scorecard, Map<OperatorKind, Map<string, ScorePlan>>>()

export const getScorePlan = (card: Scorecard, kind: OperatorKind, asOf: string): ScorePlan => {
  const kinds = plans.get(card) ?? new Map<OperatorKind, Map<string, ScorePlan>>()
  const days = kinds.get(kind) ?? new Map<string, ScorePlan>()
  const known = days.get(asOf)
  if (known !== undefined) return known
  if (days.size >= PLANS_KEPT) days.clear()
  const plan = makePlan(card, kind, asOf)
  plans.set(card, kinds.set(kind, days.set(asOf, plan)))
  return plan
}

const makePlan = (card: Scorecard, kind: OperatorKind, asOf: string) => {
  const slots: TallySlot[] = []
  const slotOf: SlotOf = (fact, unit) => {
    const slot = makeSlot(slots.length, fact, unit, asOf)
    slots.push(slot)
    return slot
  }
  const rules = card.rules
    .filter((rule) => !rule.operators || rule.operators.includes(kind))
    .map((rule) => (rule.kind === 'units' ? planUnits(rule, slotOf) : planBins(rule, asOf, slotOf)))
  const vetoes = card.vetoes.map((veto) => ({ veto, slot: slotOf(veto.fact, { points: 0, windowDays: null }) }))
  const ofFact = (fact: string, family: FactFamily) => {
    return { family: BITS[family], slots: slots.filter((slot) => slot.fact === fact) }
  }
  const byFact = Object.fromEntries(
    Object.entries(FACTS).map(([fact, { family }]) => [fact, ofFact(fact, family)]),
  ) as Record<FactName, ReturnType<typeof ofFact>>
  const familiesWeighed = slots.reduce((bits, { fact }) => bits | BITS[FACTS[fact].family], 0)
  const missing = card.missing.map(({ family, points }) => ({ family, bit: BITS[family], points }))
  return { today: dayNumber(asOf), rules, vetoes, slots: slots.length, byFact, familiesWeighed, missing }
}

type Weight = Pick<UnitFact, 'points' | 'windowDays' | 'halvesEveryDays'>
type SlotOf = (fact: FactName, weight: Weight) => TallySlot

const planUnits = (rule: UnitRule, slotOf: SlotOf) => {
  return { kind: 'units' as const, rule, slots: rule.units.map((unit) => slotOf(unit.fact, unit)) }
}

const planBins = (rule: BinRule, asOf: string, slotOf: SlotOf) => {
  const since = FACTS[rule.fact].nature === 'since'
  const slot = slotOf(rule.fact, { points: 0, windowDays: rule.windowDays })
  const reachedFrom = since ? rule.bins.map((bin) => latestSince(asOf, bin.from)) : []
  return { kind: 'bins' as const, rule, slot, family: BITS[FACTS[rule.fact].family], since, reachedFrom }
}

const makeSlot = (at: number, fact: FactName, { points, ...weight }: Weight, asOf: string) => {
  const halvesEveryDays = points === 0 ? NEVER_DAY : (weight.halvesEveryDays ?? NEVER_DAY)
  // Points after 0, 1, 2 … halvings, without the final 0.
  const halved = halvesEveryDays === NEVER_DAY ? [points] : halvings(points)
  const windowDays = Math.min(weight.windowDays ?? NEVER_DAY, halved.length * halvesEveryDays)
  // Events of this day or earlier have faded.
  const cutoff = dayNumber(asOf) - windowDays
  // The age of undated events is unknown.
  const needsDay = FACTS[fact].nature !== 'state' || halvesEveryDays !== NEVER_DAY
  return { at, fact, points, windowDays, cutoff, halvesEveryDays, halved, needsDay }
}

const halvings = (points: number): number[] => {
  const all: number[] = []
  for (let left = points; left !== 0; left = Math.trunc(left / 2)) all.push(left)
  return all
}

const FIRST_YEAR = 1900

/**
 * Latest day from which `years` full years have passed by `asOf`: for one year and 28 February 2025, 29 February 2024.
 */
const latestSince = (asOf: string, years: number): number => {
  if (years === 0) return dayNumber(asOf)
  if (Number(asOf.slice(0, 4)) - years < FIRST_YEAR) return NO_DAY
  const day = addYears(asOf, -years)
  const next = addDays(day, 1)
  return dayNumber(addYears(next, years) <= asOf ? next : day)
}
