import { findAccountConfirmationFault } from '../../domain/access/accounts.js'
import { Refusal } from '../../foundation/errors.js'
import * as confirmations from '../../store/access/confirmations.js'
import * as people from '../../store/access/people.js'
import type { Db } from '../../store/db/db.js'

export interface AccountConfirmation {
  table: confirmations.AccountTable
  name: string
  /** The change that the confirming person saw; a later one needs its own confirmation. */
  pendingSince: Date
  by: string
  now: Date
}

/** Refusals: PERSON_UNKNOWN, CLIENT_UNKNOWN, DUTY_MISSING, SECOND_PERSON, ACCOUNT_CHANGED. */
export const confirmAccount = async (
  db: Db,
  { table, name, pendingSince, by, now }: AccountConfirmation,
): Promise<void> => {
  const confirmer = await people.findPerson(db, by)
  await db.transaction(async (tx) => {
    const pending = await confirmations.lockConfirmation(tx, table, name)
    if (pending === null) throw new Refusal(table === 'people' ? 'PERSON_UNKNOWN' : 'CLIENT_UNKNOWN', { name })
    // The release before this column noted only `changedBy`.
    const changers = [
      ...Object.values(pending.pendingChanges),
      ...(pending.changedBy === null ? [] : [pending.changedBy]),
    ]
    const fault = findAccountConfirmationFault(changers, { sub: by, duty: confirmer?.duty ?? null })
    if (fault !== null) throw new Refusal(fault)
    if (pending.pendingSince?.getTime() !== pendingSince.getTime()) throw new Refusal('ACCOUNT_CHANGED', { name })
    await confirmations.markAccountConfirmed(tx, table, name, by, now)
  })
}
