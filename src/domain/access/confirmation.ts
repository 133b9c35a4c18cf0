/**
 * Two-person rule: the administrator who registers a person or system, or issues a secret, cannot put it into force. One alone could
 * otherwise create both officer and reviewer of a case.
 */
import { isSamePerson } from './persons.js'

/** 三员分立: `systems` registers, `security` confirms, and the auditor audits. */
export const ADMINISTRATOR_DUTIES = ['systems', 'security'] as const
export type AdministratorDuty = (typeof ADMINISTRATOR_DUTIES)[number]

/** So many first accounts with a duty need no confirmation: nobody else could give it. */
export const EXEMPT_ACCOUNTS_MOST = 2

export interface Confirmer {
  sub: string
  /** Systems, and people without a duty, have null. */
  duty: AdministratorDuty | null
}

/** Returns why this person may not confirm what `changedBy` registered. */
export const confirmationFault = (
  changedBy: string | null,
  { sub, duty }: Confirmer,
): 'DUTY_MISSING' | 'SECOND_PERSON' | null => {
  if (duty !== 'security') return 'DUTY_MISSING'
  return changedBy !== null && isSamePerson(changedBy, sub) ? 'SECOND_PERSON' : null
}
