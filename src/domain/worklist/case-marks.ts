import type { Case } from '../listing/case.js'

export interface CaseCircumstances {
  isDefenceRunning: boolean
  isConsentNeeded: boolean
}

/** `store/worklist` asks the same in SQL; a test compares both. */
export const CASE_MARKS = {
  returned: ({ returned }) => returned !== null,
  decisionLinked: ({ decisionLinked }) => decisionLinked,
  defenceOpen: ({ defenceOpen }) => defenceOpen,
  hearingOpen: ({ hearingAsked, hearingOn }) => hearingAsked && hearingOn === null,
  defenceRunning: (_, { isDefenceRunning }) => isDefenceRunning,
  consentDue: ({ consentedOn }, { isConsentNeeded }) => consentedOn === null && isConsentNeeded,
  hidingConfirmed: ({ hiding }) => hiding?.confirmedBy != null,
  repairOpen: ({ repair }) => repair !== null,
  repairAccepted: ({ repair }) => repair?.acceptedOn != null,
} satisfies Record<string, (of: Case, given: CaseCircumstances) => boolean>

export type CaseMark = keyof typeof CASE_MARKS
