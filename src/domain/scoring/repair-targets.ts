/** Finds the records that repairs (信用修复) concern, in linear time. */

import { factOfList, type ListKind, type TermCounting } from '../listing/lists.js'
import { comparedAuthority, comparedAuthorityOld, comparedDocumentNumber } from '../records/decision-number.js'
import type { Body, Json, RecordKind } from '../records/records.js'

export type ListFactRules = Pick<ListKind, 'id' | 'fact' | 'terms'> & { counting?: Pick<TermCounting, 'lastDay'> }

export interface RecordEvidence {
  record: number
  kind: RecordKind
  body: Body
  /** Last day on which a shop's record is valid; its body does not hold it. */
  validTo?: string | null
}

interface Repairable {
  record: number
  target: string
  /**
   * True for judgment defaulters. Only a court removes them, so a repair without number and authority never means one.
   */
  byCourt: boolean
  number: string | null
  authority: string | null
  on: string | null
}

export interface ComparisonForms {
  number: (text: string) => string
  authority: (text: string) => string
}

const FORMS: ComparisonForms = { number: comparedDocumentNumber, authority: comparedAuthority }
/** Old rule books use these forms (evidence.ts, isOldRuleBook). */
export const OLD_COMPARISON_FORMS: ComparisonForms = { number: comparedDocumentNumber, authority: comparedAuthorityOld }

/** First day on which each repaired record no longer counts; null without repairs, the usual case. */
export const repairDaysOf = (
  records: readonly RecordEvidence[],
  lists: readonly ListFactRules[],
  forms: ComparisonForms = FORMS,
): Map<number, string> | null => {
  if (!records.some(({ kind }) => kind === 'repair')) return null
  const repairs = records.filter(({ kind }) => kind === 'repair').map(({ body }) => body)
  const ordered = repairs.filter((body) => STEP[String(body['outcome'])] !== undefined)
  ordered.sort((a, b) => compared(dayOf(a), dayOf(b)) || stepOf(a) - stepOf(b))
  const index = indexed(
    records.flatMap((each) => repairableOf(each, lists, forms)),
    forms,
  )
  const until = new Map<number, string>()
  for (const body of ordered) {
    for (const { record } of index.namedBy(body)) {
      if (stepOf(body) === STEP['REVOKED']) until.delete(record)
      else if (!until.has(record)) until.set(record, dayOf(body))
    }
  }
  return until
}

/**
 * Order within a day. A refused repair has no effect. A revoked one (false materials) restores what it ended, and comes
 * last.
 */
const STEP: Record<string, number> = { REPAIRED: 0, REMOVED: 0, REVOKED: 1 }
const stepOf = (body: Body): number => STEP[String(body['outcome'])] ?? 0
const dayOf = (body: Body): string => String(body['decided_on'])
const compared = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const text = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null)
const inForm = (value: Json | undefined, form: (text: string) => string): string | null =>
  typeof value === 'string' ? form(value) : null

const repairableOf = (
  { record, kind, body }: RecordEvidence,
  lists: readonly ListFactRules[],
  forms: ComparisonForms,
): Repairable[] => {
  const fact = kind === 'list_entry' ? factOfList(lists, body['list']) : null
  if (kind !== 'penalty' && fact === null) return []
  const penalty = kind === 'penalty'
  return [
    {
      record,
      target: penalty ? 'PENALTY' : fact === 'abnormal_list' ? 'ABNORMAL' : 'LIST_ENTRY',
      byCourt: fact === 'judgment_defaulter',
      number: inForm(body['document_number'], forms.number),
      authority: inForm(body['authority'], forms.authority),
      on: text(body[penalty ? 'decided_on' : 'listed_on']),
    },
  ]
}

/**
 * A repair names its record by decision number, and by authority if several have that number. Without a number it names
 * an entry by authority; without both, the only entry.
 */
const indexed = (repairables: readonly Repairable[], forms: ComparisonForms) => {
  const byNumber = grouped(repairables, ({ target, number }) => keyOf(target, number))
  const byAuthority = grouped(repairables, ({ target, authority }) => keyOf(target, authority))
  const numberless = grouped(repairables, ({ target, number, authority }) =>
    number === null ? keyOf(target, authority) : null,
  )
  const notByCourt = grouped(repairables, ({ target, byCourt }) => (byCourt ? null : target))
  for (const group of notByCourt.values()) group.sort((a, b) => compared(a.on ?? '', b.on ?? ''))
  return {
    namedBy: (repair: Body): readonly Repairable[] => {
      const day = dayOf(repair)
      const target = String(repair['target'])
      const by = (each: Repairable): boolean => each.on === null || each.on <= day
      const number = inForm(repair['target_document_number'], forms.number)
      const authority = inForm(repair['target_authority'], forms.authority)
      if (number !== null) {
        const numbered = (byNumber.get(`${target}/${number}`) ?? []).filter(by)
        const exact = authority === null ? [] : numbered.filter((each) => each.authority === authority)
        if (exact.length > 0) return exact
        // The repair may spell the authority differently, but which of several decisions it means is not guessed.
        if (numbered.length > 0) return numbered.length === 1 || authority === null ? numbered : []
      }
      // A penalty always has a number, so a repair without one means none.
      if (target === 'PENALTY') return []
      if (authority !== null)
        return ((number === null ? byAuthority : numberless).get(`${target}/${authority}`) ?? []).filter(by)
      const [only, another] = number === null ? (notByCourt.get(target) ?? []) : []
      return only && by(only) && !(another && by(another)) ? [only] : []
    },
  }
}

const keyOf = (target: string, form: string | null): string | null => (form === null ? null : `${target}/${form}`)

const grouped = (
  repairables: readonly Repairable[],
  groupOf: (each: Repairable) => string | null,
): Map<string, Repairable[]> => {
  const groups = new Map<string, Repairable[]>()
  for (const each of repairables) {
    const key = groupOf(each)
    if (key === null) continue
    const group = groups.get(key)
    if (group) group.push(each)
    else groups.set(key, [each])
  }
  return groups
}
