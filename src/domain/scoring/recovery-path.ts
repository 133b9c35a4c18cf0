import { groupBy } from '../../foundation/groups.js'
import { compareTexts } from '../../foundation/text/values.js'
import type { BilingualText } from '../../foundation/text/words.js'
import { addDays, addMonths } from '../../foundation/time/dates.js'
import { isInForce } from '../calendar/dated-rows.js'
import { FACTS, type FactEvent, type FactName, type Facts } from '../records/facts.js'
import type { ActRule, AnswerTime, RecoveryRules, RestoringAct, SourcedSentence } from './recovery-rules.js'
import { score } from './score.js'
import type { Grade, Scorecard } from './scorecard.js'

/** Later steps are grouped by fact and act. */
export const RECOVERY_STEPS_MOST = 100

export interface RecoveryStep extends BilingualText {
  /** First day on which the step is lawful or, for WAIT, takes effect; never before the facts' `asOf`. */
  on: string
  act: RestoringAct
  fact: FactName
  rules: string[]
  records: number[]
  count: number
  /** Points gained beyond earlier steps; 0 when a bound hides the gain. */
  points: number
  value: number
  grade: Grade
  basis: string
  confirmed: boolean
  answer: AnswerTime | null
  ends: readonly FactEvent[]
}

export type LastingFact = Pick<
  RecoveryStep,
  'fact' | 'rules' | 'records' | 'count' | 'basis' | 'confirmed' | keyof BilingualText
>

export const planRecovery = (facts: Facts, card: Scorecard, rules: RecoveryRules): RecoveryStep[] => {
  const drafts = findLosses(facts, card, rules).flatMap(({ drafts }) => drafts)
  return orderSteps(facts, card, limitSteps(mergeDrafts(drafts, keyOfDay)))
}

export const findLastingFacts = (facts: Facts, card: Scorecard, rules: RecoveryRules): LastingFact[] =>
  findLosses(facts, card, rules).flatMap(({ why, events, rules, fact }) => {
    if (why === null) return []
    const { basis, confirmed } = why
    return [{ fact, rules, ...wordEvents(events, why), basis, confirmed }]
  })

export const applySteps = (facts: Facts, steps: readonly Pick<RecoveryStep, 'on' | 'ends'>[]): Facts => {
  const ended = new Map<string, string>()
  for (const { on, ends } of steps) for (const event of ends) ended.set(identity(event), on)
  const events = facts.events.map((event) => {
    const until = ended.get(identity(event))
    return until === undefined ? event : { ...event, until: earlier(event.until ?? null, until) }
  })
  return { ...facts, asOf: steps.at(-1)?.on ?? facts.asOf, events }
}

interface DraftStep extends SourcedSentence, Pick<RecoveryStep, 'on' | 'act' | 'fact' | 'rules' | 'answer' | 'ends'> {
  events: readonly FactEvent[]
}

interface PointLoss {
  fact: FactName
  events: FactEvent[]
  rules: string[]
  drafts: DraftStep[]
  /** Why the loss never ends; null when it does. */
  why: SourcedSentence | null
}

const findLosses = (facts: Facts, card: Scorecard, rules: RecoveryRules): PointLoss[] => {
  // An event without a date takes no points, unless its fact is a state.
  const adverse = facts.events.filter(
    ({ fact, on }) => FACTS[fact].tone === 'adverse' && (on !== null || FACTS[fact].nature === 'state'),
  )
  const alike = groupBy(adverse, (each) => `${each.fact} ${each.on} ${each.until ?? null} ${lawfulDay(each)}`)
  return [...alike.values()].flatMap((events) => lossOf(events, facts, card, rules) ?? [])
}

const lossOf = (events: FactEvent[], facts: Facts, card: Scorecard, rules: RecoveryRules): PointLoss | null => {
  const [first] = events
  if (first === undefined) return null
  const begins = first.on === null || first.on < facts.asOf ? facts.asOf : first.on
  const course = courseOf(first, begins, facts, card)
  if (course === null) return null
  const decided = lawfulDay(first)
  const row = rules.acts.find((each) => each.fact === first.fact && isInForce(each, decided ?? facts.asOf))
  const lawful = row?.act && row.months !== null ? later(begins, complete(decided ?? begins, row.months)) : null
  const acts = lawful !== null && (course.over === null || lawful < course.over)
  const overOn = acts ? lawful : course.over

  const about = { fact: first.fact, rules: course.rules, events }
  const nobody = { act: 'WAIT' as const, answer: null, ends: [] }
  const drafts: DraftStep[] = course.halves
    .filter((on) => overOn === null || on < overOn)
    .map((on) => ({ ...about, ...nobody, ...rules.waits.halving, on }))
  if (acts && row?.act)
    drafts.push({ ...about, ...row, ...onceGranted(row, rules), act: row.act, on: lawful, ends: events })
  else if (overOn !== null) {
    const wait = rules.waits[overOn === first.until ? 'end' : 'window']
    drafts.push({ ...about, ...nobody, ...(row && row.act === null ? joinSentences(wait, row) : wait), on: overOn })
  }
  const why = overOn === null ? (row ?? rules.endless) : null
  return { ...about, drafts, why }
}

interface FactCourse {
  rules: string[]
  halves: string[]
  over: string | null
}

const courseOf = (event: FactEvent, from: string, facts: Facts, card: Scorecard): FactCourse | null => {
  const on = (asOf: string) => {
    const alone = score({ ...facts, asOf, events: [event] }, card)
    const reasons = alone.reasons.filter((each) => each.fact === event.fact && each.records.includes(event.record))
    return { reasons, points: reasons.reduce((sum, each) => sum + each.points, 0), next: alone.nextChangeOn }
  }
  let now = on(from)
  // A marketplace signal of 0 points takes nothing that could be restored.
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

const keyOfDay = (draft: DraftStep): string => `${draft.on} ${draft.act} ${draft.fact} ${draft.zh}`

const mergeDrafts = (drafts: readonly DraftStep[], key: (draft: DraftStep) => string): DraftStep[] =>
  [...groupBy(drafts, key).values()].map((group) => group.reduce(joinDrafts)).sort((a, b) => compareTexts(a.on, b.on))

const joinDrafts = (a: DraftStep, b: DraftStep): DraftStep => ({
  ...(a.on < b.on ? b : a),
  rules: [...new Set([...a.rules, ...b.rules])],
  events: [...new Set([...a.events, ...b.events])],
  ends: [...a.ends, ...b.ends],
  confirmed: a.confirmed && b.confirmed,
})

const limitSteps = (drafts: DraftStep[]): DraftStep[] => {
  if (drafts.length <= RECOVERY_STEPS_MOST) return drafts
  const what = ({ act, fact }: DraftStep): string => `${act} ${fact}`
  const near = RECOVERY_STEPS_MOST - new Set(drafts.map(what)).size
  return [...drafts.slice(0, near), ...mergeDrafts(drafts.slice(near), what)]
}

const orderSteps = (facts: Facts, card: Scorecard, drafts: readonly DraftStep[]): RecoveryStep[] => {
  const steps: RecoveryStep[] = []
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

const moreFirst = (a: RecoveryStep, b: RecoveryStep): number =>
  b.points - a.points ||
  compareTexts(a.fact, b.fact) ||
  (a.records[0] ?? 0) - (b.records[0] ?? 0) ||
  compareTexts(a.act, b.act) ||
  compareTexts(a.zh, b.zh)

const stepOf = (draft: DraftStep, facts: Facts, done: readonly RecoveryStep[], card: Scorecard): RecoveryStep => {
  const { on, act, fact, rules, basis, confirmed, answer, ends, events } = draft
  const { value, grade } = score(applySteps(facts, [...done, draft]), card)
  const undone = applySteps(facts, [...done, { on, ends: [] }])
  // The gain of a WAIT step is the difference from the same events made one day younger.
  const about = new Set(act === 'WAIT' ? events.map(identity) : [])
  const held = undone.events.map((event) => (about.has(identity(event)) ? aDayYounger(event) : event))
  const points = value - score({ ...undone, events: held }, card).value
  return { on, act, fact, rules, ...wordEvents(events, draft), points, value, grade, basis, confirmed, answer, ends }
}

const aDayYounger = (event: FactEvent): FactEvent => ({
  ...event,
  on: event.on === null ? null : addDays(event.on, 1),
  until: event.until ? addDays(event.until, 1) : null,
})

const wordEvents = (events: readonly FactEvent[], { zh, en }: BilingualText) => {
  const count = events.reduce((sum, event) => sum + (event.weight ?? 1), 0)
  return {
    records: [...new Set(events.map(({ record }) => record))].sort((a, b) => a - b),
    count,
    zh: zh.replaceAll('{count}', String(count)),
    en: en.replaceAll('{count}', String(count)),
  }
}

const onceGranted = ({ zh, en, answer }: ActRule, { granted }: RecoveryRules): BilingualText => {
  const row = granted[answer === null ? 'open' : 'within']
  const workdays = String(answer?.workdays ?? '')
  return {
    zh: `${zh}；${row.zh.replaceAll('{workdays}', workdays)}`,
    en: `${en}; ${row.en.replaceAll('{workdays}', workdays)}`,
  }
}

const joinSentences = (wait: SourcedSentence, row: SourcedSentence): SourcedSentence => ({
  zh: `${wait.zh}；${row.zh}`,
  en: `${wait.en}; ${row.en}`,
  basis: `${wait.basis}；${row.basis}`,
  mark: row.mark,
  confirmed: wait.confirmed && row.confirmed,
})

const complete = (from: string, months: number): string => (months === 0 ? from : addDays(addMonths(from, months), 1))

const lawfulDay = ({ on, decidedOn }: FactEvent): string | null => decidedOn ?? on

const identity = (event: FactEvent): string =>
  `${event.record} ${event.fact} ${event.on} ${event.until ?? null} ${event.weight ?? 1} ${lawfulDay(event)}`

const later = (a: string, b: string): string => (a < b ? b : a)
const earlier = (a: string | null, b: string): string => (a !== null && a < b ? a : b)
