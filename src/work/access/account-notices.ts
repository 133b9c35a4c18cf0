import { randomUUID } from 'node:crypto'
import { type AccountEvent, describeAccountEvent } from '../../domain/notifications/account-notices.js'
import type { Tx } from '../../store/db/db.js'
import { addAccountNotice } from '../../store/notifications/account-notices.js'

/** Runs in the event's transaction, so no notice is lost. Needs a confirmed mail address. */
export const noteAccountEvent = async (
  tx: Tx,
  { person, event, now }: { person: string; event: AccountEvent; now: Date },
): Promise<void> => {
  const notice = { person, occasion: `${event} ${randomUUID()}`, text: describeAccountEvent(event, now), now }
  await addAccountNotice(tx, notice)
}
