/**
 * Results of repair that entrances elsewhere tell (feed `repairs`), and what follows from them for a listing of this hub. Of all
 * that is told of an entry the newest counts, in whatever order it came; it is followed when it comes. Pure.
 */

import { numberCompared } from '../records/decision-number.js'
import type { Body } from '../records/records.js'
import type { Case, State } from './case.js'

export interface ToldResult {
  /** Version of the record. */
  record: number
  /** Of a record of kind repair. */
  body: Body
  /** It came with what is being taken in now. */
  fresh: boolean
}

/** Of one day: what was granted may have been taken back, and what was refused was granted after all. */
const STEP: Record<string, number> = { REFUSED: 0, REPAIRED: 1, REMOVED: 1, REVOKED: 2 }

/**
 * GRANTED: it leaves the list. REFUSED: its application ends. TAKEN_BACK: whether it is restored is a person's to decide; and so
 * it is with what is TOLD before the entry is shown, or without the number of its decision.
 */
export type Follows = 'GRANTED' | 'REFUSED' | 'TAKEN_BACK' | 'TOLD'

/** Null: nothing follows. `documentNumber`: of the decision by which it was listed. */
export const followsFrom = (
  facts: Case,
  documentNumber: string,
  told: readonly ToldResult[],
): { what: Follows; told: ToldResult } | null => {
  const newest = newestOf(told.filter(({ body }) => names(body, documentNumber)))
  if (newest?.fresh) {
    const what = resultOf(facts, newest.body)
    return what === null ? null : { what, told: newest }
  }
  const nameless = newestOf(told.filter(({ body, fresh }) => fresh && isNameless(body)))
  return nameless !== null && countsFor(facts, nameless.body) ? { what: 'TOLD', told: nameless } : null
}

/** Which entry it is of is not said. */
const isNameless = ({ target_document_number: target, outcome }: Body): boolean =>
  target === null && (outcome === 'REPAIRED' || outcome === 'REMOVED')

const names = ({ target_document_number: target, outcome }: Body, documentNumber: string): boolean =>
  typeof target === 'string' &&
  numberCompared(target) === numberCompared(documentNumber) &&
  STEP[String(outcome)] !== undefined

const newestOf = (told: readonly ToldResult[]): ToldResult | null =>
  [...told].sort((a, b) => (later(a, b) ? -1 : 1))[0] ?? null

const later = (a: ToldResult, b: ToldResult): boolean => {
  if (dayOf(a) !== dayOf(b)) return dayOf(a) > dayOf(b)
  if (stepOf(a) !== stepOf(b)) return stepOf(a) > stepOf(b)
  return a.record > b.record
}
const dayOf = ({ body }: ToldResult): string => String(body['decided_on'])
const stepOf = ({ body }: ToldResult): number => STEP[String(body['outcome'])] ?? 0

const BEFORE_SHOWN: readonly (State | null)[] = ['DECIDED', 'SERVED']

/** What was decided before the entry itself, or before it was restored, was of an earlier one. */
const countsFor = ({ decidedOn, termFrom, restoredOn }: Case, body: Body): boolean => {
  const on = String(body['decided_on'])
  const restored = restoredOn ?? termFrom
  return decidedOn !== null && on >= decidedOn && (restored === null || on > restored)
}

const resultOf = (facts: Case, body: Body): Follows | null => {
  const { state, repair, removal } = facts
  const on = String(body['decided_on'])
  if (body['outcome'] === 'REVOKED') return state === 'REMOVED' && removal === 'REPAIRED' ? 'TAKEN_BACK' : null
  // What was decided before this application was of an earlier one.
  if (body['outcome'] === 'REFUSED') {
    // Entered here later than it was handed in there, perhaps: a person knows.
    if (repair === null) return null
    return on >= repair.appliedOn ? 'REFUSED' : 'TOLD'
  }
  if (state === 'REMOVED' || !countsFor(facts, body)) return null
  return BEFORE_SHOWN.includes(state) ? 'TOLD' : 'GRANTED'
}
