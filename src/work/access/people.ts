import { type AccountInput, checkedAccount, checkedDuty, isOfOrganisation } from '../../domain/access/accounts.js'
import { Refusal } from '../../foundation/errors.js'
import { hashSecret, newSecret } from '../../foundation/keys.js'
import { findClient } from '../../store/access/clients.js'
import { endAccount } from '../../store/access/confirmations.js'
import * as people from '../../store/access/people.js'
import { removeAllFactors } from '../../store/access/second-factors.js'
import { endSessionsOfPerson } from '../../store/access/sessions.js'
import type { Db } from '../../store/db/db.js'
import * as office from '../../store/office/proposals.js'
import { handOverAllOf } from '../../store/worklist/keepers.js'
import { noteAccountEvent } from './account-notices.js'

const ONE_TIME_MS = 7 * 24 * 3_600_000

export interface PersonCredentials extends Pick<people.Person, 'role' | 'duty' | 'agency' | 'region'> {
  name: string
  one_time_password: string
  good_until: string
  pending: boolean
}

export interface PersonInput extends AccountInput {
  duty?: string
}

/**
 * `onlyFirst`: refused with SETUP_CLOSED where anybody is registered. Refusals: USAGE, ROLE_UNKNOWN, AGENCY_UNKNOWN,
 * CLIENT_UNKNOWN, PERSON_EXISTS.
 */
export const registerPerson = async (
  db: Db,
  input: PersonInput,
  agencies: readonly string[],
  { onlyFirst = false, ...change }: people.AccountChange & { onlyFirst?: boolean },
): Promise<PersonCredentials> => {
  const known = isOfOrganisation(input) ? [await findOrganisation(db, input, change.now)] : agencies
  const { name, role, agency, region } = checkedAccount(input, known)
  const duty = checkedDuty(role, input.duty)
  const { password, ...secret } = await oneTime(change.now)
  const added = await db.transaction(async (tx) => {
    await people.lockPeople(tx)
    if (onlyFirst && (await people.hasPeople(tx))) throw new Refusal('SETUP_CLOSED')
    if (onlyFirst) await office.noteBeganAtDesk(tx)
    return people.addPerson(tx, { id: name, role, duty, agency, region, ...secret }, change)
  })
  if (added === null) throw new Refusal('PERSON_EXISTS', { name })
  const issued = { one_time_password: password, good_until: secret.oneTimeUntil.toISOString() }
  return { name, ...issued, role, duty, agency, region, pending: added.pending }
}

const findOrganisation = async (db: Db, { role, agency = '' }: PersonInput, now: Date): Promise<string> => {
  const client = await findClient(db, agency, now)
  if (client === null || client.ended || client.role !== role) throw new Refusal('CLIENT_UNKNOWN', { name: agency })
  return client.id
}

/** Ends all sessions. Refusal PERSON_UNKNOWN. */
export const resetPassword = async (db: Db, name: string, change: people.AccountChange): Promise<PersonCredentials> => {
  const { now } = change
  const person = await people.findPerson(db, name)
  if (person === null) throw new Refusal('PERSON_UNKNOWN', { name })
  const { password, ...secret } = await oneTime(now)
  const { role, duty, agency, region } = person
  const { pending } = await db.transaction(async (tx) => {
    const made = { before: person.passwordHash, ...secret, duty, ...change }
    const changed = await people.resetPassword(tx, name, made)
    if (changed === null) throw new Refusal('PERSON_UNKNOWN', { name })
    await noteAccountEvent(tx, { person: name, event: 'PASSWORD_RESET', now })
    await endSessionsOfPerson(tx, name, now)
    return changed
  })
  const issued = { one_time_password: password, good_until: secret.oneTimeUntil.toISOString() }
  return { name, ...issued, role, duty, agency, region, pending }
}

export interface LeavingHandover {
  by: string
  /** Takes over the open cases; the office if null. */
  to: string | null
}

/**
 * Ends all sessions. After a second person's confirmation, the first sign-in enrols another factor. Refusal
 * PERSON_UNKNOWN.
 */
export const resetSecondFactor = async (
  db: Db,
  name: string,
  change: people.AccountChange,
): Promise<{ pending: boolean }> => {
  const person = await people.findPerson(db, name)
  if (person === null) throw new Refusal('PERSON_UNKNOWN', { name })
  return db.transaction(async (tx) => {
    const changed = await people.awaitConfirmation(tx, name, { duty: person.duty, change: 'SECOND_FACTOR', ...change })
    if (changed === null) throw new Refusal('PERSON_UNKNOWN', { name })
    await removeAllFactors(tx, name)
    await noteAccountEvent(tx, { person: name, event: 'FACTORS_RESET', now: change.now })
    await endSessionsOfPerson(tx, name, change.now)
    return changed
  })
}

/** Refusal PERSON_UNKNOWN. */
export const wakePerson = async (db: Db, name: string, change: { by: string; now: Date }): Promise<void> => {
  if (!(await people.wakePerson(db, name, change))) throw new Refusal('PERSON_UNKNOWN', { name })
}

/** Ends all sessions, hands over open cases, keeps the name reserved. Refusal PERSON_UNKNOWN. */
export const endPerson = (db: Db, name: string, now: Date, { by, to }: LeavingHandover = TO_OFFICE): Promise<void> =>
  db.transaction(async (tx) => {
    if (!(await endAccount(tx, 'people', name, now))) throw new Refusal('PERSON_UNKNOWN', { name })
    await handOverAllOf(tx, name, { to, note: LEFT, by, at: now })
  })

const TO_OFFICE: LeavingHandover = { by: 'command', to: null }
const LEFT = '原经办人的账号已停用。'

export const { findPerson, findPersonByTypedName } = people

const oneTime = async (now: Date) => {
  const password = newSecret()
  return { password, passwordHash: await hashSecret(password), oneTimeUntil: new Date(now.getTime() + ONE_TIME_MS) }
}
