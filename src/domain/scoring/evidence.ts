import { addDays } from '../../foundation/time/dates.js'
import { computeTermEnd, findFactOfList } from '../listing/lists.js'
import type { FactEvent, FactFamily, FactName } from '../records/facts.js'
import { isWithdrawnPenalty, judgePenaltySeverity } from '../records/penalty.js'
import { type Json, RECORD_KIND_TRAITS, type RecordBody, type RecordKind } from '../records/records.js'
import { findRepairDays, isOldRuleBook, type ListFactRules, type RecordEvidence } from './repair-targets.js'

export const findFamiliesOfFeeds = (feeds: Iterable<{ provesAbsenceOf: readonly FactFamily[] }>): FactFamily[] => [
  ...new Set([...feeds].flatMap(({ provesAbsenceOf }) => provesAbsenceOf)),
]

export const WITHDRAWN_RECORD_STATUS = 'REVOKED'

/** Kinds not named need the whole body. */
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
 * The result does not depend on input order. A repair (信用修复) ends the facts it names, the end of publication ends a
 * penalty, and withdrawn records give no fact.
 */
export const listFactEvents = (evidence: readonly RecordEvidence[], lists: readonly ListFactRules[]): FactEvent[] => {
  const events: FactEvent[] = []
  const records = ascending(evidence)
  const repaired = findRepairDays(records, lists)
  for (const each of records) {
    const found = EVENTS_OF_KIND[each.kind]?.(each, lists, repaired?.get(each.record) ?? null) ?? []
    if (!Array.isArray(found)) events.push(found)
    else for (const event of found) events.push(event)
  }
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

type EventsOfRecord = (
  evidence: RecordEvidence,
  lists: readonly ListFactRules[],
  repairedOn: string | null,
) => FactEvent | FactEvent[]

const NO_EVENT: FactEvent[] = []

const EVENTS_OF_KIND: Partial<Record<RecordKind, EventsOfRecord>> = {
  registration: ({ record, body }) => {
    const since = text(body['established_on'])
    const years = since === null ? [] : [eventOf('registered_years', since, record)]
    const fact = STATUS_FACTS[String(body['status'])]
    if (fact) years.push(eventOf(fact, null, record))
    return years
  },
  shop: ({ record, body, validTo }, lists) => {
    const matched = body['real_name_matched']
    if (typeof matched !== 'boolean') return NO_EVENT
    const until = isOldRuleBook(lists) ? null : dayAfter(validTo)
    return eventOf(matched ? 'shop_real_name' : 'shop_real_name_failed', body['opened_on'], record, until ?? undefined)
  },
  trademark: ({ record, body }) => {
    if (body['status'] !== 'REGISTERED') return NO_EVENT
    return eventOf('trademark_held', body['registered_on'], record, dayAfter(body['expires_on']))
  },
  inspection: ({ record, body }) => {
    const failed = body['party_role'] === 'LABELLED_PRODUCER' ? 'inspection_failed_labelled' : 'inspection_failed'
    return eventOf(body['result'] === 'PASS' ? 'inspection_passed' : failed, body['announced_on'], record)
  },
  penalty: ({ record, body }, _, repairedOn) => {
    if (isWithdrawnPenalty(body)) return NO_EVENT
    const until = earlier(dayAfter(body['publish_until']), repairedOn)
    const fact = PENALTY_FACTS[judgePenaltySeverity(body)]
    return { fact, on: text(body['decided_on']), until, fineYuan: text(body['fine_yuan']), record }
  },
  list_entry: ({ record, body }, lists, repairedOn) => {
    const fact = findFactOfList(lists, body['list'])
    if (fact === null) return NO_EVENT
    return eventOf(fact, body['listed_on'], record, earlier(findMirroredEntryEnd(body, lists), repairedOn))
  },
  icp_filing: ({ record, body }) =>
    body['status'] === 'VALID' ? eventOf('icp_filed', body['filed_on'], record) : NO_EVENT,
  recall: ({ record, body }) => eventOf('recall', body['announced_on'], record),
  commitment: ({ record, body }) => {
    const checks = Array.isArray(body['checks']) ? body['checks'] : []
    return [
      eventOf('commitment_made', body['made_on'], record, dayAfter(body['valid_to'])),
      ...checks.flatMap((check) => {
        if (check === null || typeof check !== 'object' || Array.isArray(check)) return []
        const fact = CHECK_FACTS[String(check['result'])]
        return fact ? [eventOf(fact, check['checked_on'], record)] : []
      }),
    ]
  },
  standard: ({ record, body }) => {
    // A standard abolished on an unknown day is not in force now.
    const until = text(body['abolished_on'])
    if (body['status'] !== 'IN_FORCE' && until === null) return NO_EVENT
    return eventOf('standard_declared', body['declared_on'], record, until)
  },
  trustmark: ({ record, body }) => {
    if (body['status'] !== 'VALID') return NO_EVENT
    return eventOf('trustmark_held', body['issued_on'], record, dayAfter(body['valid_to']))
  },
}

/** Permits say what a firm does, not how well. */
export const WEIGHED_KINDS: readonly RecordKind[] = [...(Object.keys(EVENTS_OF_KIND) as RecordKind[]), 'repair']

const eventOf = (fact: FactName, on: Json | undefined, record: number, until?: string | null): FactEvent =>
  until === undefined ? { fact, on: text(on), record } : { fact, on: text(on), until, record }

const text = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null)

const earlier = (a: string | null, b: string | null): string | null => (a === null || (b !== null && b < a) ? b : a)

const nextDays = new Map<string, string>()
const MAX_NEXT_DAYS = 50_000 // days

const dayAfter = (last: Json | undefined): string | null => {
  if (typeof last !== 'string') return null
  const known = nextDays.get(last)
  if (known !== undefined) return known
  if (nextDays.size >= MAX_NEXT_DAYS) nextDays.clear()
  const next = addDays(last, 1)
  nextDays.set(last, next)
  return next
}

/** A withdrawing source wins over all, in the firm's favour. In SQL: `selectOncePerFactSql`. */
export const keepOncePerFact = <Row extends RecordReport & { fact: string | null }>(
  rows: readonly Row[],
): readonly Row[] => {
  const keyOf = ({ kind, fact }: Row): string => `${kind}/${fact}`
  const shared = rows.filter(({ fact }) => fact !== null)
  const kept = new Map<string, Row>()
  for (const row of shared) {
    const other = kept.get(keyOf(row))
    if (other === undefined || outweighs(row, other)) kept.set(keyOf(row), row)
  }
  if (kept.size === shared.length) return rows
  return rows.filter((row) => row.fact === null || kept.get(keyOf(row)) === row)
}

type RecordReport = { kind: RecordKind; body: RecordBody; run: number; record: number }
const outweighs = (one: RecordReport, other: RecordReport): boolean => {
  const [withdrawn, otherWithdrawn] = [isOver(one), isOver(other)]
  if (withdrawn !== otherWithdrawn) return withdrawn
  const isEarlier = one.run === other.run ? one.record < other.record : one.run < other.run
  return RECORD_KIND_TRAITS[one.kind].changes === 'state' ? !isEarlier : isEarlier
}

const isOver = ({ kind, body }: RecordReport): boolean =>
  isWithdrawnPenalty(body) || (kind === 'list_entry' && text(body['removed_on']) !== null)

/** First day after a mirrored entry: its removal, its stated end, or the end of its list's term. */
export const findMirroredEntryEnd = (body: RecordBody, lists: readonly ListFactRules[]): string | null =>
  text(body['removed_on']) ?? findDayAfterTerm(lists, findLastDayOfMirroredEntry(body, lists))

/** Last day that the authority states, or else of the list's term. */
export const findLastDayOfMirroredEntry = (body: RecordBody, lists: readonly ListFactRules[]): string | null => {
  const list = lists.find((row) => row.id === body['list'])
  return text(body['ends_on']) ?? (list ? computeTermEnd(list, text(body['listed_on'])) : null)
}

export const findDayAfterTerm = (lists: readonly ListFactRules[], endsOn: string | null): string | null =>
  endsOn !== null && lists.some(({ counting }) => counting?.lastDay === 'STANDS') ? addDays(endsOn, 1) : endsOn
