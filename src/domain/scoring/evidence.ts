/** What a record is evidence of: from the bodies of an operator's records to the facts a scorecard weighs. Pure. */
import { addDays } from '../../foundation/time/dates.js'
import { factOfList, termEnd } from '../listing/lists.js'
import type { FactEvent, FactFamily, FactName } from '../records/facts.js'
import { isHeavy, isWithdrawn, severity } from '../records/penalty.js'
import { type Body, type Json, KINDS, type RecordKind } from '../records/records.js'
import { type Evidence, type ListFacts, OLD_FORMS, repairsOf } from './repair-targets.js'

/**
 * Where the facts of each kind of record belong: a hub that has a feed of the kind knows of the family, even of nothing in
 * it. Kinds that no scorecard weighs belong to none, and a repair to none of its own: it ends the facts of others.
 */
export const FAMILY_OF: Partial<Record<RecordKind, FactFamily>> = {
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

/**
 * The kinds of record that `eventsOf` needs. Permits are not among them: how many an activity needs says what a firm
 * does, not how well.
 */
export const WEIGHED_KINDS: readonly RecordKind[] = [...(Object.keys(FAMILY_OF) as RecordKind[]), 'repair']

/** Lists kept by feeds of their own, whose facts are another family than the lists of the seriously dishonest. */
const FAMILY_OF_FEED: Record<string, FactFamily> = { abnormal: 'abnormal', defaulters: 'courts' }

/** The families of facts that a hub with these feeds has a source for. */
export const familiesOf = (feeds: Iterable<{ id: string; kind: RecordKind }>): FactFamily[] => [
  ...new Set([...feeds].flatMap(({ id, kind }) => FAMILY_OF_FEED[id] ?? FAMILY_OF[kind] ?? [])),
]

/** The status by which an authority's own record says that it withdrew what it had decided. */
export const WITHDRAWN = 'REVOKED'

/**
 * All that is read of the bodies of some kinds: days, words of a fixed list, and whether something is so. Whoever fetches
 * millions of records need fetch no more of them.
 */
export const PLAIN_FIELDS: Partial<Record<RecordKind, readonly string[]>> = {
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
 * What all records of one operator together are evidence of, each fact once; in whatever order they come, the same events
 * in the same order. A repair (信用修复) ends what it names on its day, the end of its publication ends a penalty, and what
 * was withdrawn is none. `lists`: the kinds of list, for the term of an entry that brings no end of its own.
 */
export const eventsOf = (evidence: readonly Evidence[], lists: readonly ListFacts[]): FactEvent[] => {
  const events: FactEvent[] = []
  const records = ascending(evidence)
  const repaired = isOldBook(lists) ? repairsOf(records, lists, OLD_FORMS) : repairsOf(records, lists)
  for (const each of records) tell(each, lists, repaired?.get(each.record) ?? null, events)
  return events
}

/** The store sends records in this order already. */
const ascending = (evidence: readonly Evidence[]): readonly Evidence[] => {
  let last = Number.NEGATIVE_INFINITY
  for (const { record } of evidence) {
    if (record < last) return [...evidence].sort((a, b) => a.record - b.record)
    last = record
  }
  return evidence
}

const tell = (
  { record, kind, body, validTo }: Evidence,
  lists: readonly ListFacts[],
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
      const until = isOldBook(lists) ? null : after(validTo)
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
      if (isWithdrawn(body)) return
      const until = earlier(after(body['publish_until']), repairedOn)
      events.push({ fact: PENALTY_FACTS[severity(body)], on: text(body['decided_on']), until, record })
      return
    }
    case 'list_entry': {
      const fact = factOfList(lists, body['list'])
      if (fact === null) return
      events.push({ fact, on: text(body['listed_on']), until: earlier(entryEnd(body, lists), repairedOn), record })
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
      // Abolished, nobody says since when: not in force, and nobody knows until when it was.
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

/** Days are few and records many. */
const nextDays = new Map<string, string>()
const MAX_NEXT_DAYS = 50_000 // days

/** The day after a last day. */
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
 * Of the records of one operator one for each fact, however many sources told it: of an event the one that came first, of a
 * state the one that came last; if any source withdrew it or removed it from its list, that one, in the firm's favour. What `oncePerFact` of the store's versions does, for rows already read.
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

type Told = { kind: RecordKind; body: Body; run: number; record: number }
const outweighs = (one: Told, other: Told): boolean => {
  const [withdrawn, otherWithdrawn] = [isOver(one), isOver(other)]
  if (withdrawn !== otherWithdrawn) return withdrawn
  const isEarlier = one.run === other.run ? one.record < other.record : one.run < other.run
  return KINDS[one.kind].changes === 'state' ? !isEarlier : isEarlier
}

const isOver = ({ kind, body }: Told): boolean =>
  isWithdrawn(body) || (kind === 'list_entry' && text(body['removed_on']) !== null)

/** The first day on which a mirrored entry no longer stands: removed, else its own end, else the term of its kind; null: not known. */
export const entryEnd = (body: Body, lists: readonly ListFacts[]): string | null => {
  return text(body['removed_on']) ?? afterLastDay(lists, lastDayOf(body, lists))
}

/** The last day of a mirrored entry's term: as its authority says, else by the term of its kind; null: not known. */
export const lastDayOf = (body: Body, lists: readonly ListFacts[]): string | null => {
  const list = lists.find((row) => row.id === body['list'])
  return text(body['ends_on']) ?? (list ? termEnd(list, text(body['listed_on'])) : null)
}

/**
 * Whether scores by these rules were made before the counting of terms was one of them. Such scores are replayed as they were made:
 * the last day of a shop was not asked for, an entry of this hub that its agency's list repeats counted twice, and 长春市场监督管理局
 * was another authority than 长春市市场监督管理局.
 */
export const isOldBook = (lists: readonly ListFacts[]): boolean =>
  lists.length > 0 && lists.every(({ counting }) => counting === undefined)

/** The first day on which what ends on `endsOn` no longer stands, by the counting of these rules (lists.ts Counting). */
export const afterLastDay = (lists: readonly ListFacts[], endsOn: string | null): string | null =>
  endsOn !== null && lists.some(({ counting }) => counting?.lastDay === 'STANDS') ? addDays(endsOn, 1) : endsOn

/** What a decision that a listing rests on has become, over all its sources. */
export interface Ground {
  /**
   * WITHDRAWN: a source says that its authority withdrew it. FALLEN: nobody says it any more, or not of this operator.
   * ABSENT: a whole delivery lacked it. ELSEWHERE: it is said of another operator.
   */
  state: 'STANDS' | 'WITHDRAWN' | 'FALLEN' | 'ABSENT' | 'ELSEWHERE'
  /** Whether what stands is a heavier penalty; by the linked source where that still stands. */
  heavy: boolean
}

export interface GroundSource {
  operatorId: number | null
  body: Body
  /** Not ended. */
  stands: boolean
  /** It is the record that was linked, not another source of the same fact. */
  linked: boolean
}

/** `sources`: what is believed now of the linked record and of the same fact elsewhere. One explicit withdrawal outweighs all. */
export const groundOf = (sources: readonly GroundSource[], operatorId: number): Ground => {
  const own = sources.filter((source) => source.operatorId === operatorId)
  const standing = own.filter((source) => source.stands)
  const said = standing.find((source) => source.linked)
  const heavy = said ? isHeavy(said.body) : standing.some(({ body }) => isHeavy(body))
  if (own.some(({ body }) => isWithdrawn(body))) return { state: 'WITHDRAWN', heavy: false }
  if (standing.length > 0) return { state: 'STANDS', heavy }
  if (own.length > 0) return { state: 'ABSENT', heavy: false }
  return { state: sources.length > 0 ? 'ELSEWHERE' : 'FALLEN', heavy: false }
}
