/**
 * The way back up: what was lost, from which day the law or time gives it back, by which act, and the score then reached.
 * When a fact fades is asked of the fold itself, one event alone, so that nothing here can disagree with it; what an act
 * can do before that is a dated row of schema/rules/restoration.json. Pure.
 */

import type { Words } from '../../foundation/text/words.js'
import { addDays, addMonths } from '../../foundation/time/dates.js'
import type { FactEvent, FactName, Facts } from '../records/facts.js'
import { FACTS } from '../records/facts.js'
import type { Answer, RestorationRules, RestoringAct, Told } from './recovery-rules.js'
import { applies } from './recovery-rules.js'
import { score } from './score.js'
import type { Grade, Scorecard } from './scorecard.js'

/** Steps of one plan: more than there are pairs of fact and act, by which what lies further off is told together. */
export const STEPS_MOST = 100

export interface Step extends Words {
  /** The first day on which it may be done or applied for, or (WAIT) happens; never before the day of the facts. */
  on: string
  act: RestoringAct
  fact: FactName
  /** Ids of the rules and vetoes by which the fact weighs. */
  rules: string[]
  /** Ids of the versions behind it, ascending. */
  records: number[]
  count: number
  /** What this step alone gives on its day, the steps before it being done; 0 where something else hides it. */
  points: number
  /** The score once this step and all before it are done and granted, reckoned as of that day. */
  value: number
  grade: Grade
  basis: string
  /** Whether every number behind it was found in a published text and holds in every field; never for the card's own. */
  confirmed: boolean
  answer: Answer | null
  /** What the act ends; what only time ends is not here. */
  ends: readonly FactEvent[]
}

/** An adverse fact in force that neither time nor a lawful act of its own ends. */
export interface Lasting extends Words {
  fact: FactName
  rules: string[]
  records: number[]
  count: number
  basis: string
  confirmed: boolean
}

/** By day, then the bigger gain, then fact and record. Empty: nothing was lost, or nothing can be had back (see `lasting`). */
export const restoration = (facts: Facts, card: Scorecard, rules: RestorationRules): Step[] => {
  const drafts = losses(facts, card, rules).flatMap(({ drafts }) => drafts)
  return weighed(facts, card, within(together(drafts, keyOfDay)))
}

export const lasting = (facts: Facts, card: Scorecard, rules: RestorationRules): Lasting[] =>
  losses(facts, card, rules).flatMap(({ why, events, rules, fact }) => {
    if (why === null) return []
    const { basis, confirmed } = why
    return [{ fact, rules, ...told(events, why), basis, confirmed }]
  })

/** The facts on the last step's day with these steps done: the fold over them gives what the last step promises. */
export const applied = (facts: Facts, steps: readonly Pick<Step, 'on' | 'ends'>[]): Facts => {
  const ended = new Map<string, string>()
  for (const { on, ends } of steps) for (const event of ends) ended.set(identity(event), on)
  const events = facts.events.map((event) => {
    const until = ended.get(identity(event))
    return until === undefined ? event : { ...event, until: earlier(event.until ?? null, until) }
  })
  return { ...facts, asOf: steps.at(-1)?.on ?? facts.asOf, events }
}

/** A step whose points and value are not known yet. */
interface Draft extends Told, Pick<Step, 'on' | 'act' | 'fact' | 'rules' | 'answer' | 'ends'> {
  /** All that it is about, also what time ends. */
  events: readonly FactEvent[]
}

/** Events of one fact that begin and end alike. */
interface Loss {
  fact: FactName
  events: FactEvent[]
  rules: string[]
  drafts: Draft[]
  /** Why it is never over; null: it will be. */
  why: Told | null
}

const losses = (facts: Facts, card: Scorecard, rules: RestorationRules): Loss[] => {
  const alike = new Map<string, FactEvent[]>()
  for (const event of facts.events) {
    // What has no day, where the day decides, takes no points.
    if (FACTS[event.fact].tone !== 'adverse' || (event.on === null && FACTS[event.fact].nature !== 'state')) continue
    const key = `${event.fact} ${event.on} ${event.until ?? null} ${lawfulDay(event)}`
    const group = alike.get(key)
    if (group) group.push(event)
    else alike.set(key, [event])
  }
  return [...alike.values()].flatMap((events) => lossOf(events, facts, card, rules) ?? [])
}

const lossOf = (events: FactEvent[], facts: Facts, card: Scorecard, rules: RestorationRules): Loss | null => {
  const [first] = events
  if (first === undefined) return null
  const begins = first.on === null || first.on < facts.asOf ? facts.asOf : first.on
  const course = courseOf(first, begins, facts, card)
  if (course === null) return null
  const decided = lawfulDay(first)
  const row = rules.acts.find((each) => each.fact === first.fact && applies(each, decided ?? facts.asOf))
  const lawful = row?.act && row.months !== null ? later(begins, complete(decided ?? begins, row.months)) : null
  const acts = lawful !== null && (course.over === null || lawful < course.over)
  const overOn = acts ? lawful : course.over

  const about = { fact: first.fact, rules: course.rules, events }
  const nobody = { act: 'WAIT' as const, answer: null, ends: [] }
  const drafts: Draft[] = course.halves
    .filter((on) => overOn === null || on < overOn)
    .map((on) => ({ ...about, ...nobody, ...rules.waits.halving, on }))
  if (acts && row?.act)
    drafts.push({ ...about, ...row, ...onceGranted(row, rules), act: row.act, on: lawful, ends: events })
  else if (overOn !== null) {
    const wait = rules.waits[overOn === first.until ? 'end' : 'window']
    drafts.push({ ...about, ...nobody, ...(row && row.act === null ? both(wait, row) : wait), on: overOn })
  }
  const why = overOn === null ? (row ?? rules.endless) : null
  return { ...about, drafts, why }
}

interface Course {
  rules: string[]
  /** The days on which less of it counts. */
  halves: string[]
  /** The first day on which nothing of it counts; null: none known. */
  over: string | null
}

/** What time alone does to one event, as the fold says; null: it does not weigh on that day. */
const courseOf = (event: FactEvent, from: string, facts: Facts, card: Scorecard): Course | null => {
  const on = (asOf: string) => {
    const alone = score({ ...facts, asOf, events: [event] }, card)
    const reasons = alone.reasons.filter((each) => each.fact === event.fact && each.records.includes(event.record))
    return { reasons, points: reasons.reduce((sum, each) => sum + each.points, 0), next: alone.nextChangeOn }
  }
  let now = on(from)
  // A signal that the card shows and gives no points for takes nothing that could be had back.
  if (now.reasons.every(({ why, points }) => why === 'UNIT' && points === 0)) return null
  const rules = [...new Set(now.reasons.map((reason) => reason.rule))]
  const halves: string[] = []
  for (let day = now.next; day !== null; day = now.next) {
    const then = on(day)
    if (then.reasons.length === 0) return { rules, halves, over: day }
    if (then.points !== now.points) halves.push(day)
    now = then
  }
  return { rules, halves, over: null }
}

const keyOfDay = (draft: Draft): string => `${draft.on} ${draft.act} ${draft.fact} ${draft.zh}`

/** One step of all that have one key, on the last of their days: by then each of them is lawful. */
const together = (drafts: readonly Draft[], key: (draft: Draft) => string): Draft[] => {
  const groups = new Map<string, Draft>()
  for (const draft of drafts) {
    const before = groups.get(key(draft))
    groups.set(key(draft), before === undefined ? draft : joined(before, draft))
  }
  return [...groups.values()].sort((a, b) => compare(a.on, b.on))
}

const joined = (a: Draft, b: Draft): Draft => ({
  ...(a.on < b.on ? b : a),
  rules: [...new Set([...a.rules, ...b.rules])],
  // A fact may halve on several of the days told together.
  events: [...new Set([...a.events, ...b.events])],
  ends: [...a.ends, ...b.ends],
  confirmed: a.confirmed && b.confirmed,
})

/** Of many, the nearest one by one, and whatever lies further off by fact and act, on the last of its days. */
const within = (drafts: Draft[]): Draft[] => {
  if (drafts.length <= STEPS_MOST) return drafts
  const what = ({ act, fact }: Draft): string => `${act} ${fact}`
  const near = STEPS_MOST - new Set(drafts.map(what)).size
  return [...drafts.slice(0, near), ...together(drafts.slice(near), what)]
}

/** Of one day the step that gives most is told first, then the one that gives most once that is done. */
const weighed = (facts: Facts, card: Scorecard, drafts: readonly Draft[]): Step[] => {
  const steps: Step[] = []
  const left = new Set(drafts)
  for (const { on } of drafts) {
    const ofDay = [...left].filter((draft) => draft.on === on)
    const [next] = ofDay
      .map((draft) => ({ draft, step: stepOf(draft, facts, steps, card) }))
      .sort((a, b) => moreFirst(a.step, b.step))
    if (next === undefined) break
    left.delete(next.draft)
    steps.push(next.step)
  }
  return steps
}

const moreFirst = (a: Step, b: Step): number =>
  b.points - a.points ||
  compare(a.fact, b.fact) ||
  (a.records[0] ?? 0) - (b.records[0] ?? 0) ||
  compare(a.act, b.act) ||
  compare(a.zh, b.zh)

const stepOf = (draft: Draft, facts: Facts, done: readonly Step[], card: Scorecard): Step => {
  const { on, act, fact, rules, basis, confirmed, answer, ends, events } = draft
  const { value, grade } = score(applied(facts, [...done, draft]), card)
  const undone = applied(facts, [...done, { on, ends: [] }])
  // What time does cannot be left out: it is held against the same events as they were the day before.
  const about = new Set(act === 'WAIT' ? events.map(identity) : [])
  const held = undone.events.map((event) => (about.has(identity(event)) ? aDayYounger(event) : event))
  const points = value - score({ ...undone, events: held }, card).value
  return { on, act, fact, rules, ...told(events, draft), points, value, grade, basis, confirmed, answer, ends }
}

const aDayYounger = (event: FactEvent): FactEvent => ({
  ...event,
  on: event.on === null ? null : addDays(event.on, 1),
  until: event.until ? addDays(event.until, 1) : null,
})

const told = (events: readonly FactEvent[], { zh, en }: Words) => {
  const count = events.reduce((sum, event) => sum + (event.weight ?? 1), 0)
  return {
    records: [...new Set(events.map(({ record }) => record))].sort((a, b) => a - b),
    count,
    zh: zh.replaceAll('{count}', String(count)),
    en: en.replaceAll('{count}', String(count)),
  }
}

/** What is done on a day takes effect only when somebody grants it: the sentence says so itself. */
const onceGranted = ({ zh, en, answer }: Words & { answer: Answer | null }, { granted }: RestorationRules): Words => {
  const row = granted[answer === null ? 'open' : 'within']
  const workdays = String(answer?.workdays ?? '')
  return {
    zh: `${zh}；${row.zh.replaceAll('{workdays}', workdays)}`,
    en: `${en}; ${row.en.replaceAll('{workdays}', workdays)}`,
  }
}

/** Waiting, and why nothing is faster. */
const both = (wait: Told, row: Told): Told => ({
  zh: `${wait.zh}；${row.zh}`,
  en: `${wait.en}; ${row.en}`,
  basis: `${wait.basis}；${row.basis}`,
  mark: row.mark,
  confirmed: wait.confirmed && row.confirmed,
})

/** The first day on which that many months are complete: of none, the day itself (Civil Code arts 201 and 202). */
const complete = (from: string, months: number): string => (months === 0 ? from : addDays(addMonths(from, months), 1))

/** The day from which the law counts. */
const lawfulDay = ({ on, decidedOn }: FactEvent): string | null => decidedOn ?? on

const identity = (event: FactEvent): string =>
  `${event.record} ${event.fact} ${event.on} ${event.until ?? null} ${event.weight ?? 1} ${lawfulDay(event)}`

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const later = (a: string, b: string): string => (a < b ? b : a)
const earlier = (a: string | null, b: string): string => (a !== null && a < b ? a : b)
