/** An objection never changes the score; only a correction of the contested record does. */

import type { BilingualText } from '../../foundation/text/words.js'
import { addWorkdays, type Calendar } from '../calendar/calendar.js'
import {
  checkRuleRows,
  type DatedRow,
  findCoverageFaults,
  findRowInForce,
  type RuleFault,
} from '../calendar/dated-rows.js'
import type { Reason } from './score.js'

export const OBJECTION_STATES = ['OPEN', 'UPHELD', 'REJECTED', 'WITHDRAWN'] as const
export type ObjectionState = (typeof OBJECTION_STATES)[number]

export const findContestedReason = (reasons: readonly Reason[], versions: readonly number[]): Reason | null =>
  reasons
    .filter((reason) => reasonRestsOn(reason, versions))
    .reduce<Reason | null>((most, each) => (most === null || each.points < most.points ? each : most), null)

export const reasonRestsOn = ({ records }: Pick<Reason, 'records'>, versions: readonly number[]): boolean =>
  records.some((id) => versions.includes(id))

export const describeConsequence = ({
  state,
  correctionPending,
}: {
  state: ObjectionState
  correctionPending: boolean
}): BilingualText => (state === 'UPHELD' && !correctionPending ? CORRECTED : CONSEQUENCES[state])

const CORRECTED: BilingualText = {
  zh: '异议成立；报送该信息的信源单位已更正、终止或撤回该信息。',
  en: 'The objection was upheld; the agency that sent the record has corrected, ended or withdrawn it.',
}

const CONSEQUENCES: Record<ObjectionState, BilingualText> = {
  OPEN: {
    zh: '异议正在核查；核查期间照常评分，答复中标明存在异议。',
    en: 'The objection is being examined; scoring goes on, and answers say that there is one.',
  },
  UPHELD: {
    zh: '异议成立；信用信息由报送它的信源单位更正，评分不作直接改动，待更正报送后自动随之变化；此前答复仍标明存在异议。',
    en: 'The objection is upheld; the record is corrected by the agency that sent it. The score is not touched, and follows once the correction has come; until then answers still say that there is an objection.',
  },
  REJECTED: {
    zh: '异议不成立；信用信息和评分维持不变。',
    en: 'The objection is rejected; record and score stand.',
  },
  WITHDRAWN: { zh: '异议已撤回。', en: 'The objection was withdrawn.' },
}

export interface ObjectionRules {
  decision: (DatedRow & { workdays: number })[]
}

export const checkObjectionRules = ({ decision }: ObjectionRules): RuleFault[] => [
  ...checkRuleRows(decision, 'decision', () => true),
  ...findCoverageFaults('decision', decision),
]

export const computeObjectionDueDay = ({ decision }: ObjectionRules, calendar: Calendar, openedOn: string): string => {
  const row = findRowInForce(decision, openedOn)
  if (row === undefined) throw new Error(`no term of objections on ${openedOn}`)
  return addWorkdays(calendar, openedOn, row.workdays).date
}

export const isObjectionLate = (
  { state, dueOn }: { state: ObjectionState; dueOn: string | null },
  today: string,
): boolean => state === 'OPEN' && dueOn !== null && dueOn < today
