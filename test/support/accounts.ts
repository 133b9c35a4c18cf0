/** Registered people and systems, confirmed by a second person. */
import type { AccountInput } from '../../src/domain/access/accounts.js'
import * as confirmations from '../../src/store/access/confirmations.js'
import type { Db } from '../../src/store/db/db.js'
import * as clients from '../../src/work/access/clients.js'
import * as people from '../../src/work/access/people.js'

const FIRST = 'systems-1'
const SECOND = 'security-1'

const confirmed = (db: Db, table: confirmations.AccountTable, name: string, now: Date): Promise<void> =>
  db.transaction((tx) => confirmations.markAccountConfirmed(tx, table, name, SECOND, now))

export const confirmedClient = async (
  db: Db,
  given: AccountInput,
  agencies: readonly string[],
  now: Date,
): Promise<clients.ClientCredentials> => {
  const made = await clients.registerClient(db, given, agencies, { by: FIRST, now })
  await confirmed(db, 'clients', made.client_id, now)
  return made
}

export const confirmedRotation = async (
  db: Db,
  name: string,
  now: Date,
  options: { overlapMs?: number; leaked?: boolean } = {},
): Promise<clients.RotatedSecret> => {
  const made = await clients.rotateSecretWithOverlap(db, name, { by: FIRST, now, ...options })
  await confirmed(db, 'clients', name, now)
  return made
}

export const confirmedPerson = async (
  db: Db,
  given: people.PersonInput,
  agencies: readonly string[],
  now: Date,
): Promise<people.PersonCredentials> => {
  const made = await people.registerPerson(db, given, agencies, { by: FIRST, byCommand: false, now })
  await confirmed(db, 'people', made.name, now)
  return made
}

export const confirmedReset = async (db: Db, name: string, now: Date): Promise<people.PersonCredentials> => {
  const made = await people.resetPassword(db, name, { by: FIRST, byCommand: false, now })
  await confirmed(db, 'people', name, now)
  return made
}
