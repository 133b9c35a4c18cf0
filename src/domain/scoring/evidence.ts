/** Turns records into the facts that a scorecard weighs. */
import { addDays } from '../../foundation/time/dates.js'
import { factOfList, termEnd } from '../listing/lists.js'
import type { FactEvent, FactFamily, FactName } from '../records/facts.js'
import { isWithdrawnPenalty, penaltySeverityOf } from '../records/penalty.js'
import { type Body, type Json, RECORD_KIND_TRAITS, type RecordKind } from '../records/records.js'
import { type ListFactRules, OLD_COMPARISON_FORMS, type RecordEvidence, repairDaysOf } from './repair-targets.js'

/**
 * Fact family of each kind. A family is known, not missing, when some feed supplies its kind. Other kinds are not
 * weighed.
 */
export const FAMILY_OF_KIND: Partial<Record<RecordKind, FactFamily>> = {
  registration: 'registration',
  shop: 'shops',
  trademark: 'trademarks',
  inspection: 'inspections',
  penalty: 'penalties',
  list_entry: 'lists',
  icp_filing: 'filings',
  recall: 'recalls',
  commitment: 'commitments',
  standard: 'standards',
  trustmark: 'certifications',
}

/** Permits are excluded: their number says what a firm does, not how well. */
export const WEIGHED_KINDS: readonly RecordKind[] = [...(Object.keys(FAMILY_OF_KIND) as RecordKind[]), 'repair']

const FAMILY_OF_FEED: Record<string, FactFamily> = { abnormal: 'abnormal', defaulters: 'courts' }

export const familiesOfFeeds = (feeds: Iterable<{ id: string; kind: RecordKind }>): FactFamily[] => [
  ...new Set([...feeds].flatMap(({ id, kind }) => FAMILY_OF_FEED[id] ?? FAMILY_OF_KIND[kind] ?? [])),
]

export const WITHDRAWN_RECORD_STATUS = 'REVOKED'

/** Fields of the body that bulk queries fetch. */
export const FIELDS_OF_EVIDENCE: Partial<Record<RecordKind, readonly string[]>> = {
  registration: ['established_on', 'status'],
  shop: ['opened_on', 'real_name_matched'],
  trademark: ['status', 'registered_on', 'expires_on'],
  inspection: ['result', 'announced_on', 'party_role'],
  icp_filing: ['status', 'filed_on'],
  recall: ['announced_on'],
  standard: ['status', 'declared_on', 'abolished_on'],
  trustmark: ['status', 'issued_on', 'valid_to'],
}

const PENALTY_FACTS = { WARNING_ONLY: 'penalty_warning', LIGHT: 'penalty_light', HEAVY: 'penalty_heavy' } as const
const STATUS_FACTS: Record<string, FactName> = { ACTIVE: 'registration_active', REVOKED: 'registration_revoked' }
const CHECK_FACTS: Record<string, FactName> = {
  KEPT: 'commitment_kept',
  PARTLY: 'commitment_partly',
  BROKEN: 'commitment_broken',
}

/**
 * Returns each fact once, independent of input order. A repair (信用修复) ends the facts it names, the end of publication
 * ends a penalty, and withdrawn records give no fact. `lists` gives the term of entries without an end.
 */
export const factEventsOf = (evidence: readonly RecordEvidence[], lists: readonly ListFactRules[]): FactEvent[] => {
  const events: FactEvent[] = []
  const records = ascending(evidence)
  const repaired = isOldRuleBook(lists)
    ? repairDaysOf(records, lists, OLD_COMPARISON_FORMS)
    : repairDaysOf(records, lists)
  for (const each of records) tell(each, lists, repaired?.get(each.record) ?? null, events)
  return events
}

const ascending = (evidence: readonly RecordEvidence[]): readonly RecordEvidence[] => {
  let last = Number.NEGATIVE_INFINITY
  for (const { record } of evidence) {
    if (record < last) return [...evidence].sort((a, b) => a.record - b.record)
    last = record
  }
  return evidence
}

const tell = (
  { record, kind, body, validTo }: RecordEvidence,
  lists: readonly ListFactRules[],
  repairedOn: string | null,
  events: FactEvent[],
): void => {
  switch (kind) {
    case 'registration': {
      const since = text(body['established_on'])
      if (since !== null) events.push({ fact: 'registered_years', on: since, record })
      const fact = STATUS_FACTS[String(body['status'])]
      if (fact) events.push({ fact, on: null, record })
      return
    }
    case 'shop': {
      const matched = body['real_name_matched']
      if (typeof matched !== 'boolean') return
      const fact = matched ? 'shop_real_name' : 'shop_real_name_failed'
      const until = isOldRuleBook(lists) ? null : after(validTo)
      events.push({ fact, on: text(body['opened_on']), ...(until !== null && { until }), record })
      return
    }
    case 'trademark':
      if (body['status'] !== 'REGISTERED') return
      events.push({ fact: 'trademark_held', on: text(body['registered_on']), until: after(body['expires_on']), record })
      return
    case 'inspection': {
      const failed = body['party_role'] === 'LABELLED_PRODUCER' ? 'inspection_failed_labelled' : 'inspection_failed'
      const fact = body['result'] === 'PASS' ? 'inspection_passed' : failed
      events.push({ fact, on: text(body['announced_on']), record })
      return
    }
    case 'penalty': {
      if (isWithdrawnPenalty(body)) return
      const until = earlier(after(body['publish_until']), repairedOn)
      events.push({ fact: PENALTY_FACTS[penaltySeverityOf(body)], on: text(body['decided_on']), until, record })
      return
    }
    case 'list_entry': {
      const fact = factOfList(lists, body['list'])
      if (fact === null) return
      events.push({
        fact,
        on: text(body['listed_on']),
        until: earlier(mirroredEntryEnd(body, lists), repairedOn),
        record,
      })
      return
    }
    case 'icp_filing':
      if (body['status'] === 'VALID') events.push({ fact: 'icp_filed', on: text(body['filed_on']), record })
      return
    case 'recall':
      events.push({ fact: 'recall', on: text(body['announced_on']), record })
      return
    case 'commitment':
      tellCommitment(body, record, events)
      return
    case 'standard': {
      // A standard abolished on an unknown day is not in force now.
      const until = text(body['abolished_on'])
      if (body['status'] !== 'IN_FORCE' && until === null) return
      events.push({ fact: 'standard_declared', on: text(body['declared_on']), until, record })
      return
    }
    case 'trustmark':
      if (body['status'] !== 'VALID') return
      events.push({ fact: 'trustmark_held', on: text(body['issued_on']), until: after(body['valid_to']), record })
      return
  }
}

const tellCommitment = (body: Body, record: number, events: FactEvent[]): void => {
  events.push({ fact: 'commitment_made', on: text(body['made_on']), until: after(body['valid_to']), record })
  const checks = body['checks']
  if (!Array.isArray(checks)) return
  for (const check of checks) {
    if (check === null || typeof check !== 'object' || Array.isArray(check)) continue
    const fact = CHECK_FACTS[String(check['result'])]
    if (fact) events.push({ fact, on: text(check['checked_on']), record })
  }
}

const text = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null)

const earlier = (a: string | null, b: string | null): string | null => (a === null || (b !== null && b < a) ? b : a)

const nextDays = new Map<string, string>()
const MAX_NEXT_DAYS = 50_000 // days

const after = (last: Json | undefined): string | null => {
  if (typeof last !== 'string') return null
  const known = nextDays.get(last)
  if (known !== undefined) return known
  if (nextDays.size >= MAX_NEXT_DAYS) nextDays.clear()
  const next = addDays(last, 1)
  nextDays.set(last, next)
  return next
}

/**
 * Keeps one record per fact: the first report of an event, the last of a state. A withdrawing source wins over all, in
 * the firm's favour. In SQL: the store's `oncePerFact`.
 */
export const oncePerFact = <
  Row extends { kind: RecordKind; fact: string | null; body: Body; run: number; record: number },
>(
  rows: readonly Row[],
): readonly Row[] => {
  const kept = new Map<string, Row>()
  let shared = 0
  for (const row of rows) {
    if (row.fact === null) continue
    shared += 1
    const key = `${row.kind}/${row.fact}`
    const other = kept.get(key)
    if (other === undefined || outweighs(row, other)) kept.set(key, row)
  }
  if (kept.size === shared) return rows
  return rows.filter((row) => row.fact === null || kept.get(`${row.kind}/${row.fact}`) === row)
}

type RecordReport = { kind: RecordKind; body: Body; run: number; record: number }
const outweighs = (one: RecordReport, other: RecordReport): boolean => {
  const [withdrawn, otherWithdrawn] = [isOver(one), isOver(other)]
  if (withdrawn !== otherWithdrawn) return withdrawn
  const isEarlier = one.run === other.run ? one.record < other.record : one.run < other.run
  return RECORD_KIND_TRAITS[one.kind].changes === 'state' ? !isEarlier : isEarlier
}

const isOver = ({ kind, body }: RecordReport): boolean =>
  isWithdrawnPenalty(body) || (kind === 'list_entry' && text(body['removed_on']) !== null)

/** First day on which a mirrored entry no longer stands: its removal, or else its own end, or else the end of its kind's term. */
export const mirroredEntryEnd = (body: Body, lists: readonly ListFactRules[]): string | null => {
  return text(body['removed_on']) ?? dayAfterTermEnd(lists, mirroredLastDay(body, lists))
}

/** Last day of the term, as the authority states it or else as the list kind sets it. */
export const mirroredLastDay = (body: Body, lists: readonly ListFactRules[]): string | null => {
  const list = lists.find((row) => row.id === body['list'])
  return text(body['ends_on']) ?? (list ? termEnd(list, text(body['listed_on'])) : null)
}

/**
 * True for stored list rules without `counting`. Scores under them are recomputed the old way: shops had no last day,
 * a hub entry repeated by its agency's list counted twice, and 长春市场监督管理局 differed from 长春市市场监督管理局.
 */
export const isOldRuleBook = (lists: readonly ListFactRules[]): boolean =>
  lists.length > 0 && lists.every(({ counting }) => counting === undefined)

export const dayAfterTermEnd = (lists: readonly ListFactRules[], endsOn: string | null): string | null =>
  endsOn !== null && lists.some(({ counting }) => counting?.lastDay === 'STANDS') ? addDays(endsOn, 1) : endsOn
