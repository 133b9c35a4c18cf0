import { randomUUID } from 'node:crypto'
import { composeTestMail, type MailSettings } from '../../domain/notifications/message.js'
import { Refusal } from '../../foundation/errors.js'
import type { Keys } from '../../foundation/keys.js'
import type { Db } from '../../store/db/db.js'
import * as store from '../../store/notifications/recipients.js'
import { MailError, type MailFault, makeMailSender } from './mail.js'
import { labelOfPerson } from './settings.js'

interface TestMailParts {
  keys: Pick<Keys, 'unseal'>
  settings: MailSettings | null
  publicUrl: string
}

export interface TestMailOutcome {
  /** False: to the sender's own address, because the person has confirmed none. */
  isOwnAddress: boolean
  /** Null: the server took the mail. */
  fault: MailFault | null
}

/**
 * Tries only the mail server in force, to the person's own or the sender's address: one administrator alone must not
 * make the hub call an internal address. Refusal MAIL_NOT_CONFIGURED.
 */
export const sendTestMail = async (
  db: Db,
  { keys, settings, publicUrl }: TestMailParts,
  { person, now }: { person: string; now: Date },
): Promise<TestMailOutcome> => {
  if (settings === null) throw new Refusal('MAIL_NOT_CONFIGURED')
  const sealed = (await store.findOfPerson(db, person))?.address ?? null
  const to = sealed === null ? settings.sender : keys.unseal(sealed, labelOfPerson(person))
  const messageId = `<test-${randomUUID()}@${new URL(publicUrl).hostname}>`
  const fault = await makeMailSender(settings)({ to, ...composeTestMail(publicUrl), messageId, date: now }).then(
    () => null,
    (error: unknown) => (error instanceof MailError ? error.fault : 'OTHER'),
  )
  return { isOwnAddress: sealed !== null, fault }
}
