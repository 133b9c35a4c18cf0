/** Rows `leads` of a kind of list say which penalties may carry a listing. A score alone never does. */
import { addMonths } from '../../foundation/time/dates.js'
import { type DatedRow, isInForce } from '../calendar/dated-rows.js'
import type { Facts } from '../records/facts.js'
import { compareMoney } from '../records/money.js'
import { isWithdrawnPenalty, judgePenaltySeverity } from '../records/penalty.js'
import type { Json, RecordBody } from '../records/records.js'

export interface LeadRule extends DatedRow {
  /** PENALTY: opens a lead by itself. SCORE: may carry a lead that a falling score opens. */
  trigger: 'PENALTY' | 'SCORE'
  severity: 'HEAVY' | 'LIGHT'
  /** Least fine in yuan; null for any penalty of this severity. */
  fineYuan: string | null
  /** Months after the decision in which it opens a lead. */
  months: number
}

export type LeadGround = 'HEAVIER_PENALTY' | 'MAY_BE_HEAVIER' | 'IF_NOT_PERFORMED' | 'NONE'

interface PenaltyOnRecord {
  body: RecordBody
}

/** Penalties that weigh on day `asOf` and fit a rule. */
export const listWeighingPenalties = (
  { events, asOf }: Pick<Facts, 'events' | 'asOf'>,
  rules: readonly LeadRule[],
): number[] =>
  events
    .filter(({ fact }) => fact === 'penalty_light' || fact === 'penalty_heavy')
    .filter(({ on, until }) => on !== null && on <= asOf && (until == null || until > asOf))
    .filter(({ fact, on, fineYuan }) =>
      rules.some((rule) => isGraveEnough(fact === 'penalty_heavy', fineYuan, rule) && isRecent(on, rule, asOf)),
    )
    .map(({ record }) => record)

export const findLeadRules = (rules: readonly LeadRule[], triggers: readonly LeadRule['trigger'][], on: string) =>
  rules.filter((rule) => triggers.includes(rule.trigger) && isInForce(rule, on))

export const chooseLeadPenalty = <P extends PenaltyOnRecord>(
  penalties: readonly P[],
  { rules, trigger, on }: { rules: readonly LeadRule[]; trigger: LeadRule['trigger']; on: string },
): P | null => {
  const rows = findLeadRules(rules, [trigger], on)
  return pickGravest(
    penalties.filter(({ body }) => rows.some((row) => isRecent(body['decided_on'], row, on) && fits(body, row))),
  )
}

/** Heavier penalties come first, then the larger fine, then the later decision. */
export const pickGravest = <P extends PenaltyOnRecord>(penalties: readonly P[]): P | null =>
  penalties
    .filter(({ body }) => !isWithdrawnPenalty(body) && judgePenaltySeverity(body) !== 'WARNING_ONLY')
    .toSorted((a, b) => compareGravity(b.body, a.body))[0] ?? null

export const judgeLeadGround = (body: RecordBody | null, rules: readonly LeadRule[], on: string): LeadGround => {
  if (body === null || isWithdrawnPenalty(body)) return 'NONE'
  const severity = judgePenaltySeverity(body)
  if (severity === 'WARNING_ONLY') return 'NONE'
  if (severity === 'HEAVY') return 'HEAVIER_PENALTY'
  const opening = findLeadRules(rules, ['PENALTY'], on)
  return opening.some((row) => fits(body, row)) ? 'MAY_BE_HEAVIER' : 'IF_NOT_PERFORMED'
}

const fits = (body: RecordBody, rule: LeadRule): boolean => {
  const judged = judgePenaltySeverity(body)
  return judged !== 'WARNING_ONLY' && isGraveEnough(judged === 'HEAVY', fineOf(body), rule)
}

const isGraveEnough = (isHeavy: boolean, fine: string | null | undefined, { severity, fineYuan }: LeadRule): boolean =>
  (severity === 'LIGHT' || isHeavy) && (fineYuan === null || compareMoney(fine ?? '0', fineYuan) >= 0)

const isRecent = (decidedOn: Json | undefined, { months }: LeadRule, on: string): boolean =>
  typeof decidedOn === 'string' && addMonths(decidedOn, months) >= on

const fineOf = ({ fine_yuan: fine }: RecordBody): string => (typeof fine === 'string' ? fine : '0')

const compareGravity = (a: RecordBody, b: RecordBody): number => {
  const weight = (body: RecordBody): number => (judgePenaltySeverity(body) === 'HEAVY' ? 1 : 0)
  return (
    weight(a) - weight(b) ||
    compareMoney(fineOf(a), fineOf(b)) ||
    String(a['decided_on']).localeCompare(String(b['decided_on']))
  )
}
