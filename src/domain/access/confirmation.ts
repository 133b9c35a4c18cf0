/**
 * Two-person rule for accounts. The administrator who registers a person or system, or issues a new password or secret, cannot put it into
 * force. One administrator alone could otherwise create both the officer and the reviewer of a case.
 */
import { samePerson } from './persons.js'

/** 三员分立: `systems` registers, `security` confirms, and the auditor audits. */
export const DUTIES = ['systems', 'security'] as const
export type AdministratorDuty = (typeof DUTIES)[number]

/** The first accounts with a duty are confirmed by their registration, because nobody could confirm them yet. */
export const EXEMPT_ACCOUNTS = 2

export interface Confirmer {
  sub: string
  /** A person without a duty, and a system, have null. */
  duty: AdministratorDuty | null
}

/** Returns why this person may not confirm what `changedBy` registered, or null when the person may. */
export const confirmationFault = (
  changedBy: string | null,
  { sub, duty }: Confirmer,
): 'DUTY_MISSING' | 'SECOND_PERSON' | null => {
  if (duty !== 'security') return 'DUTY_MISSING'
  return changedBy !== null && samePerson(changedBy, sub) ? 'SECOND_PERSON' : null
}
