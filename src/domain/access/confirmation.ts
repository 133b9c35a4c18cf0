/**
 * The rule of two persons for accounts: whoever registers a person or a system, or issues a new password or secret, does not put
 * it into force. One administrator alone could otherwise make both the officer and the reviewer of a case. Pure.
 */
import { samePerson } from './persons.js'

/** 三员分立: `systems` registers, `security` confirms, and the audit is the auditor's. */
export const DUTIES = ['systems', 'security'] as const
export type Duty = (typeof DUTIES)[number]

/** Accounts with a duty that their registration confirms: before them nobody is there who could. */
export const EXEMPT_ACCOUNTS = 2

export interface Confirmer {
  sub: string
  /** Null: a person without a duty, or a system. */
  duty: Duty | null
}

/** Why this person may not confirm what `changedBy` registered; null: they may. */
export const confirmationFault = (
  changedBy: string | null,
  { sub, duty }: Confirmer,
): 'DUTY_MISSING' | 'SECOND_PERSON' | null => {
  if (duty !== 'security') return 'DUTY_MISSING'
  return changedBy !== null && samePerson(changedBy, sub) ? 'SECOND_PERSON' : null
}
