/**
 * Two-person rule: the administrator who registers a person or system, or issues a secret, cannot put it into force.
 * One administrator could otherwise create both officer and reviewer of a case.
 */
import { isSamePerson } from './persons.js'

/**
 * Separation of duties (三员分立): one administrator (`systems`) registers, another (`security`) confirms; the auditor
 * audits.
 */
export const ADMINISTRATOR_DUTIES = ['systems', 'security'] as const
export type AdministratorDuty = (typeof ADMINISTRATOR_DUTIES)[number]

/** The first accounts with a duty need no confirmation, because nobody can confirm yet. */
export const EXEMPT_FROM_CONFIRMATION_MOST = 2

export interface Confirmer {
  sub: string
  /** Null for systems and for people without a duty. */
  duty: AdministratorDuty | null
}

/** Returns why this person may not confirm what `changedBy` registered; null when they may. */
export const confirmationFault = (
  changedBy: string | null,
  { sub, duty }: Confirmer,
): 'DUTY_MISSING' | 'SECOND_PERSON' | null => {
  if (duty !== 'security') return 'DUTY_MISSING'
  return changedBy !== null && isSamePerson(changedBy, sub) ? 'SECOND_PERSON' : null
}
