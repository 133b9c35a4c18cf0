/** An address counts once a code sent to it came back. */
import { randomInt } from 'node:crypto'
import { findMailAddressFault } from '../../domain/notifications/addresses.js'
import { isNotificationKind, kindsOfferedTo, type NotificationKind } from '../../domain/notifications/kinds.js'
import { composeCodeMessage } from '../../domain/notifications/message.js'
import { findChoiceFault, findSendingTime, type SendingChoice } from '../../domain/notifications/schedule.js'
import { Refusal } from '../../foundation/errors.js'
import type { Keys } from '../../foundation/keys.js'
import { equalsSecret } from '../../foundation/keys.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as outbox from '../../store/notifications/outbox.js'
import * as store from '../../store/notifications/recipients.js'
import { noteAccountEvent } from '../access/account-notices.js'
import type { MailSender } from './mail.js'
import { labelOfRecipient, nameOfRecipient } from './send.js'

const CODE_LIVES_MINUTES = 15
const CODE_TRIES_MOST = 5
const CODES_A_DAY_MOST = 5
const CODE_EVERY_MS = 60_000
const CODES = 1_000_000
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

export type SettingsKeys = Pick<Keys, 'seal' | 'unseal' | 'pseudonymOf'>

export const labelOfPerson = (person: string): string => labelOfRecipient(nameOfRecipient({ person, robot: null }))

interface PersonAct {
  person: string
  now: Date
}

/** Refusals: INPUT_INVALID, PERSON_UNKNOWN. What waits is told by the new choice. */
export const chooseNotifications = (
  db: Db,
  { person, kinds, now, ...choice }: PersonAct & SendingChoice & { kinds: readonly string[] },
): Promise<store.StoredSettings> =>
  db.transaction(async (tx) => {
    const checked = checkedKinds(kinds)
    refuseChoiceFault(choice)
    if (!(await store.saveChoice(tx, { person, kinds: checked, ...choice, now })))
      throw new Refusal('PERSON_UNKNOWN', { name: person })
    const saved = await settingsOf(tx, person)
    await outbox.moveDueTimes(tx, saved.id, findSendingTime(choice, now))
    return saved
  })

export const checkedKinds = (kinds: readonly string[]): NotificationKind[] => {
  const known = [...new Set(kinds)].filter(isNotificationKind)
  if (known.length < new Set(kinds).size) throw new Refusal('INPUT_INVALID', { reason: '未知的提醒种类 unknown kind' })
  return known
}

export const refuseChoiceFault = (choice: SendingChoice): void => {
  const fault = findChoiceFault(choice)
  if (fault !== null) throw new Refusal('INPUT_INVALID', { reason: fault })
}

const settingsOf = async (tx: Tx, person: string): Promise<store.StoredSettings> => {
  const settings = await store.findOfPerson(tx, person)
  if (settings === null) throw new Refusal('PERSON_UNKNOWN', { name: person })
  return settings
}

interface MailParts {
  keys: SettingsKeys
  mail: MailSender | null
  publicUrl: string
}

/**
 * Refusals: INPUT_INVALID, MAIL_NOT_CONFIGURED, MAIL_CODE_LATER, MAIL_FAILED. The former address counts until the new
 * one is confirmed.
 */
export const sendMailCode = async (
  db: Db,
  { keys, mail, publicUrl }: MailParts,
  { person, address, now }: PersonAct & { address: string },
): Promise<store.StoredSettings> => {
  const fault = findMailAddressFault(address)
  if (fault !== null) throw new Refusal('INPUT_INVALID', { reason: fault })
  if (mail === null) throw new Refusal('MAIL_NOT_CONFIGURED')
  const code = String(randomInt(CODES)).padStart(6, '0')
  const settings = await db.transaction(async (tx) => {
    await firstChoice(tx, person, now)
    const before = await settingsOf(tx, person)
    const { codeSentAt } = before
    // A clock set back puts the last code ahead by as much.
    const ago = codeSentAt === null ? DAY_MS : Math.abs(now.getTime() - codeSentAt.getTime())
    const sent = ago >= DAY_MS ? 0 : before.codesSent
    if (ago < CODE_EVERY_MS || sent >= CODES_A_DAY_MOST) throw new Refusal('MAIL_CODE_LATER')
    await store.awaitProof(tx, {
      ...{ person, now, codesSent: sent + 1 },
      pendingAddress: keys.seal(address, labelOfPerson(person)),
      codeMark: markOf(keys, person, code),
      codeUntil: new Date(now.getTime() + CODE_LIVES_MINUTES * MINUTE_MS),
    })
    return settingsOf(tx, person)
  })
  const messageId = `<code-${settings.id}-${now.getTime()}@${new URL(publicUrl).hostname}>`
  const message = { to: address, ...composeCodeMessage(code, CODE_LIVES_MINUTES), messageId, date: now }
  await mail(message).catch(() => {
    throw new Refusal('MAIL_FAILED')
  })
  return settings
}

/** A first address hears everything that is offered to the role. */
const firstChoice = async (tx: Tx, person: string, now: Date): Promise<void> => {
  if ((await store.findOfPerson(tx, person)) !== null) return
  const choice = { person, kinds: [], digestHour: null, quietFrom: null, quietTo: null, now }
  if (!(await store.saveChoice(tx, choice))) throw new Refusal('PERSON_UNKNOWN', { name: person })
  const { role } = await settingsOf(tx, person)
  if (role !== null) await store.saveChoice(tx, { ...choice, kinds: kindsOfferedTo(role) })
}

const markOf = (keys: SettingsKeys, person: string, code: string): string =>
  keys.pseudonymOf(`mail code ${person} ${code}`)

/** Refusal MAIL_CODE_WRONG. */
export const confirmMailAddress = async (
  db: Db,
  keys: SettingsKeys,
  { person, code, now }: PersonAct & { code: string },
): Promise<store.StoredSettings> => {
  // Its own transaction counts the attempt, so a refusal does not undo it.
  const tried = await db.transaction((tx) => store.tryCode(tx, { person, triesMost: CODE_TRIES_MOST, now }))
  if (tried?.codeMark == null || !equalsSecret(markOf(keys, person, code.trim()), tried.codeMark))
    throw new Refusal('MAIL_CODE_WRONG')
  return db.transaction(async (tx) => {
    await noteAccountEvent(tx, { person, event: 'MAIL_REPLACED', now })
    await store.acceptAddress(tx, person, now)
    return settingsOf(tx, person)
  })
}

export const removeMailAddress = (db: Db, { person, now }: PersonAct): Promise<void> =>
  db.transaction(async (tx) => {
    const settings = await store.findOfPerson(tx, person)
    if (settings === null) return
    await noteAccountEvent(tx, { person, event: 'MAIL_REMOVED', now })
    await store.resetOfPerson(tx, person, { kinds: settings.role === null ? [] : kindsOfferedTo(settings.role), now })
  })
