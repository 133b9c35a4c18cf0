import { hash } from 'node:crypto'
import { compareTexts } from '../../foundation/text/values.js'
import { withoutConfirmation } from '../calendar/rule-confirmations.js'
import { makeRepeatMatcher, type OwnDecision } from '../listing/own-decisions.js'
import { DISHONEST_LIST_FACT, type FactEvent, type FactFamily, type Facts } from '../records/facts.js'
import { canonicalJson, type Json } from '../records/records.js'
import { findDayAfterTerm, keepOncePerFact, listFactEvents } from './evidence.js'
import { isOldRuleBook, type ListFactRules, type RecordEvidence } from './repair-targets.js'
import { type Score, score } from './score.js'
import type { Scorecard } from './scorecard.js'

export interface ReportedEvidence extends RecordEvidence {
  fact: string | null
  run: number
}

export interface OwnEntry extends OwnDecision {
  publishedOn: string
  decidedOn: string | null
  endsOn: string | null
  removedOn: string | null
  record: number
  /** A hidden entry has no weight. */
  hidden: boolean
}

export interface OperatorEvidence {
  kind: string
  reported: readonly ReportedEvidence[]
  entries: readonly OwnEntry[]
  comingOn: string | null
}

export interface FactSources {
  asOf: string
  lists: readonly ListFactRules[]
  known: readonly FactFamily[]
}

export const makeFacts = (
  { kind, reported, entries, comingOn }: OperatorEvidence,
  { asOf, lists, known }: FactSources,
): Facts => {
  const events = listFactEvents(withoutOwn(keepOncePerFact(reported), isOldRuleBook(lists) ? [] : entries), lists)
  for (const { publishedOn: on, decidedOn, removedOn, endsOn, record, hidden } of entries) {
    const until = removedOn ?? findDayAfterTerm(lists, endsOn)
    if (!hidden) events.push({ fact: DISHONEST_LIST_FACT, on, decidedOn, until, record })
  }
  if (events.length > 1) events.sort(inOrder)
  return { asOf, kind: kind.toLowerCase() as Facts['kind'], known, events, comingOn }
}

const withoutOwn = (reported: readonly ReportedEvidence[], own: readonly OwnDecision[]) => {
  if (own.length === 0) return reported
  const isRepeated = makeRepeatMatcher(own)
  return reported.filter(({ kind, body }) => kind !== 'list_entry' || !isRepeated(body))
}

const inOrder = (a: FactEvent, b: FactEvent): number =>
  a.record - b.record ||
  compareTexts(a.fact, b.fact) ||
  compareTexts(a.on ?? '', b.on ?? '') ||
  compareTexts(a.until ?? '', b.until ?? '')

/**
 * SHA-256 (hexadecimal) of the canonical JSON of `{events: [{fact, on, record, until, weight}], kind, known}`: events by
 * record, fact, day and end, families by name. Time alone changes no fact, so the day is excluded.
 */
export const hashFacts = ({ kind, known, events }: Facts): string => {
  let eventsJson = ''
  for (const { fact, on, record, until = null, weight = 1 } of events) {
    eventsJson += `${eventsJson === '' ? '' : ','}{"fact":"${fact}","on":${quoted(on)},"record":${record},"until":${quoted(until)},"weight":${weight}}`
  }
  return hash('sha256', `{"events":[${eventsJson}],"kind":"${kind}","known":${JSON.stringify(known)}}`)
}

const quoted = (day: string | null): string => (day === null ? 'null' : `"${day}"`)

/** `nextChangeOn` also considers a state that begins later. */
export const scoreWithComingChange = (facts: Facts, card: Scorecard): Score => {
  const result = score(facts, card)
  const { comingOn = null } = facts
  const sooner = comingOn !== null && (result.nextChangeOn === null || comingOn < result.nextChangeOn)
  return sooner ? { ...result, nextChangeOn: comingOn } : result
}

export type RuleBook = ReturnType<typeof makeRuleBook>

/** Scores depend on these parts of the list rules only. */
export const makeRuleBook = (lists: readonly ListFactRules[]) => {
  const book: ListFactRules[] = lists.map(({ id, fact, terms, counting }) => ({
    ...{ id, fact, terms: terms.map(withoutConfirmation) },
    ...(counting && { counting: { lastDay: counting.lastDay } }),
  }))
  return { hash: hash('sha256', canonicalJson(book as unknown as Json)), lists: book }
}
