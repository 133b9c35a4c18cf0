/** Recomputes a score from the auditors' JSON alone, by the words of its `method`. It shares no code with src. */
import { createHash } from 'node:crypto'

type Event = { fact: string; on: string | null; until: string | null; weight: number; record: number }
type Unit = { fact: string; points: number; windowDays: number | null; halvesEveryDays?: number | null }
type Bin = { from: number; to: number | null; points: number }
type Rule = { id: string; operators?: string[] } & (
  | { kind: 'units'; units: Unit[]; cap: number | null }
  | { kind: 'bins'; fact: string; windowDays: number | null; bins: Bin[] }
)
type Weighed = { rule: string; why: string; fact: string | null; points: number; count: number; records: number[] }
/** The required parts of the JSON. */
export interface Audited {
  score: { scorecardHash: string; factsHash: string; value: number; grade: string; reasons: Weighed[] }
  card: {
    base: number
    grades: { grade: string; from: number }[]
    missing: { family: string; points: number }[]
    rules: Rule[]
    vetoes: { id: string; fact: string; grade: string }[]
  }
  facts: { asOf: string; kind: string; known: string[]; events: Event[] }
  method: {
    lowest: number
    highest: number
    facts: { fact: string; family: string; nature: string }[]
    families: { family: string; whenAbsent: string }[]
  }
}

/** Returns the differences between the stated and the recomputed score. */
export const differences = (audited: Audited): string[] => {
  const { score, card, facts } = audited
  const reasons = reasonsOf(audited)
  const value = total(reasons)
  const pairs: Record<string, [unknown, unknown]> = {
    'card hash': [score.scorecardHash, sha256(card)],
    'facts hash': [score.factsHash, sha256({ kind: facts.kind, known: facts.known, events: facts.events })],
    value: [score.value, value],
    grade: [score.grade, card.grades.find(({ from }) => from <= value)?.grade],
    reasons: [score.reasons.map(weighed), reasons.map(weighed)],
  }
  return Object.entries(pairs).flatMap(([what, [stored, made]]) =>
    canonical(stored) === canonical(made) ? [] : [`${what}: stored ${canonical(stored)}, made ${canonical(made)}`],
  )
}

const weighed = ({ rule, why, fact, points, count, records }: Weighed) => [rule, why, fact, points, count, records]
const sha256 = (value: unknown): string => createHash('sha256').update(canonical(value), 'utf8').digest('hex')
const total = (reasons: readonly Weighed[]): number => reasons.reduce((sum, { points }) => sum + points, 0)

const canonical = (value: unknown): string => {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join(',')}}`
}

const reasonsOf = ({ card, facts, method }: Audited): Weighed[] => {
  const { asOf, events } = facts
  const told = new Map(method.facts.map((row) => [row.fact, row]))
  const familyOf = (fact: string): string => told.get(fact)?.family ?? ''
  const sources = method.families.filter((row) => row.whenAbsent === 'none' && facts.known.includes(row.family))
  const present = new Set([...sources.map(({ family }) => family), ...events.map(({ fact }) => familyOf(fact))])
  const rules = card.rules.filter(({ operators }) => !operators || operators.includes(facts.kind))

  const reasons: Weighed[] = []
  const say = (rule: string, why: string, points: number, fact: string | null = null, count = 0, of: Event[] = []) =>
    reasons.push({ rule, why, fact, points, count, records: recordsOf(of) })
  /** The events of a fact that count, with their points. `sayUndated` adds a reason for events without a day. */
  const counting = (rule: string, { fact, points, windowDays, halvesEveryDays = null }: Unit) => {
    const own = events.filter((event) => event.fact === fact && (event.until === null || event.until > asOf))
    const needsDay = told.get(fact)?.nature !== 'state' || (points !== 0 && halvesEveryDays !== null)
    const inForce = own.flatMap((event) => {
      if (event.on === null) return needsDay ? [] : [{ event, points }]
      const age = days(event.on, asOf)
      if (age < 0 || (windowDays !== null && age >= windowDays)) return []
      const left = halvesEveryDays === null ? points : halved(points, Math.floor(age / halvesEveryDays))
      return left === 0 && halvesEveryDays !== null && points !== 0 ? [] : [{ event, points: left }]
    })
    const undated = needsDay ? own.filter((event) => event.on === null) : []
    const sayUndated = () => {
      if (undated.length > 0) say(rule, 'UNDATED', 0, fact, units(undated), undated)
    }
    return { inForce, found: inForce.map(({ event }) => event), sayUndated }
  }

  say('base', 'BASE', card.base)
  for (const rule of rules) {
    if (rule.kind === 'units') {
      let sum = 0
      for (const unit of rule.units) {
        const { inForce, found, sayUndated } = counting(rule.id, unit)
        const points = inForce.reduce((all, each) => all + each.points * each.event.weight, 0)
        sum += points
        if (found.length > 0) say(rule.id, 'UNIT', points, unit.fact, units(found), found)
        sayUndated()
      }
      if (rule.cap !== null && Math.abs(sum) > Math.abs(rule.cap)) say(rule.id, 'CAP', rule.cap - sum)
    } else if (present.has(familyOf(rule.fact))) {
      const { found, sayUndated } = counting(rule.id, { fact: rule.fact, points: 0, windowDays: rule.windowDays })
      const inYears = told.get(rule.fact)?.nature === 'since'
      const many = inYears ? fullYears(found.map(({ on }) => on ?? asOf).sort()[0] ?? asOf, asOf) : units(found)
      const bin = rule.bins.find(({ from, to }) => many >= from && (to === null || many <= to))
      const shown = inYears ? (bin?.from ?? 0) : many
      if (!inYears || found.length > 0) say(rule.id, 'BIN', bin?.points ?? 0, rule.fact, shown, found)
      sayUndated()
    }
  }
  const weighedFacts = rules.flatMap((rule) =>
    rule.kind === 'units' ? rule.units.map(({ fact }) => fact) : [rule.fact],
  )
  const asked = new Set([...weighedFacts, ...card.vetoes.map(({ fact }) => fact)].map(familyOf))
  for (const { family, points } of card.missing) {
    if (asked.has(family) && !present.has(family)) say(family, 'MISSING', points)
  }
  const sum = total(reasons)
  if (sum < method.lowest) say('floor', 'FLOOR', method.lowest - sum)
  if (sum > method.highest) say('ceiling', 'CEILING', method.highest - sum)
  for (const { id, fact, grade } of card.vetoes) {
    const { found, sayUndated } = counting(id, { fact, points: 0, windowDays: null })
    const above = card.grades[card.grades.findIndex((line) => line.grade === grade) - 1]
    const top = above ? above.from - 1 : method.highest
    if (found.length > 0) say(id, 'VETO', Math.min(0, top - total(reasons)), fact, units(found), found)
    sayUndated()
  }
  return reasons
}

const units = (events: readonly Event[]): number => events.reduce((sum, { weight }) => sum + weight, 0)
const recordsOf = (events: readonly Event[]) => [...new Set(events.map(({ record }) => record))].sort((a, b) => a - b)
const days = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 86_400_000

const halved = (points: number, times: number): number => {
  let left = points
  for (let n = 0; n < times && left !== 0; n += 1) left = Math.trunc(left / 2)
  return left
}

/** 29 February falls on the 28th in a common year. */
const fullYears = (since: string, asOf: string): number => {
  const years = Number(asOf.slice(0, 4)) - Number(since.slice(0, 4))
  const leap = new Date(Date.UTC(Number(asOf.slice(0, 4)), 1, 29)).getUTCMonth() === 1
  const day = since.slice(5) === '02-29' && !leap ? '02-28' : since.slice(5)
  return day <= asOf.slice(5) ? years : years - 1
}
