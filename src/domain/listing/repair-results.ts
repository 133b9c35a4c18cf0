/** Repair results of other offices (feed `repairs`): the newest counts, whatever the order of arrival. */

import { simplifyDocumentNumber } from '../records/decision-number.js'
import type { RecordBody } from '../records/records.js'
import type { Case, CaseState } from './case.js'

export interface ReportedRepair {
  record: number
  body: RecordBody
  fresh: boolean
}

/** Order within one day: a grant may follow a refusal, a revocation a grant. */
const STEP: Record<string, number> = { REFUSED: 0, REPAIRED: 1, REMOVED: 1, REVOKED: 2 }

/**
 * TAKEN_BACK: a person decides on restoration. TOLD: a person decides, because the entry is not shown yet or its decision
 * has no number.
 */
export type RepairConsequence = 'GRANTED' | 'REFUSED' | 'TAKEN_BACK' | 'TOLD'

export const judgeRepairResults = (
  facts: Case,
  documentNumber: string,
  told: readonly ReportedRepair[],
): { what: RepairConsequence; told: ReportedRepair } | null => {
  const newest = newestOf(told.filter(({ body }) => names(body, documentNumber)))
  if (newest?.fresh) {
    const what = resultOf(facts, newest.body)
    return what === null ? null : { what, told: newest }
  }
  const nameless = newestOf(told.filter(({ body, fresh }) => fresh && isNameless(body)))
  return nameless !== null && countsFor(facts, nameless.body) ? { what: 'TOLD', told: nameless } : null
}

const isNameless = ({ target_document_number: target, outcome }: RecordBody): boolean =>
  target === null && (outcome === 'REPAIRED' || outcome === 'REMOVED')

const names = ({ target_document_number: target, outcome }: RecordBody, documentNumber: string): boolean =>
  typeof target === 'string' &&
  simplifyDocumentNumber(target) === simplifyDocumentNumber(documentNumber) &&
  STEP[String(outcome)] !== undefined

const newestOf = (told: readonly ReportedRepair[]): ReportedRepair | null =>
  [...told].sort((a, b) => (later(a, b) ? -1 : 1))[0] ?? null

const later = (a: ReportedRepair, b: ReportedRepair): boolean => {
  if (dayOf(a) !== dayOf(b)) return dayOf(a) > dayOf(b)
  if (stepOf(a) !== stepOf(b)) return stepOf(a) > stepOf(b)
  return a.record > b.record
}
const dayOf = ({ body }: ReportedRepair): string => String(body['decided_on'])
const stepOf = ({ body }: ReportedRepair): number => STEP[String(body['outcome'])] ?? 0

const BEFORE_SHOWN: readonly (CaseState | null)[] = ['DECIDED', 'SERVED']

/** A result from before the entry's decision or restoration concerned an earlier entry. */
const countsFor = ({ decidedOn, termFrom, restoredOn }: Case, body: RecordBody): boolean => {
  const on = String(body['decided_on'])
  const restored = restoredOn ?? termFrom
  return decidedOn !== null && on >= decidedOn && (restored === null || on > restored)
}

const resultOf = (facts: Case, body: RecordBody): RepairConsequence | null => {
  const { state, repair, removal } = facts
  const on = String(body['decided_on'])
  if (body['outcome'] === 'REVOKED') return state === 'REMOVED' && removal === 'REPAIRED' ? 'TAKEN_BACK' : null
  if (body['outcome'] === 'REFUSED') {
    // A refusal dated before the application was entered here may still answer it, so a person decides.
    if (repair === null) return null
    return on >= repair.appliedOn ? 'REFUSED' : 'TOLD'
  }
  if (state === 'REMOVED' || !countsFor(facts, body)) return null
  return BEFORE_SHOWN.includes(state) ? 'TOLD' : 'GRANTED'
}
