/** Sends under leases, so at least once. A doubled message has the same Message-ID (in a group: number). */
import { digestAnswer } from '../../domain/audit/audit-log.js'
import type { RecipientForm } from '../../domain/notifications/addresses.js'
import { afterQuietHours, scheduleMessageRetry } from '../../domain/notifications/schedule.js'
import { UnreachableError } from '../../foundation/http.js'
import type { Keys } from '../../foundation/keys.js'
import type { Log } from '../../foundation/log.js'
import type { Db } from '../../store/db/db.js'
import * as outbox from '../../store/notifications/outbox.js'
import type { AuditLog } from '../audit/audit-log.js'
import type { HostResolver } from '../standing/subscriber-client.js'
import { MailError, type MailSender, SENDING_MS } from './mail.js'
import { callRobot, RobotError } from './robots.js'

const AT_ONCE = 4
const MESSAGES_MOST = 200
const LEASE_MS = 2 * SENDING_MS
/** A run begins nothing later: the next one begins within a minute. */
const TURN_MS = 50_000
const MAIL: readonly RecipientForm[] = ['EMAIL']
const ROBOTS: readonly RecipientForm[] = ['DINGTALK', 'WECOM']

type RecipientKeys = Pick<Keys, 'seal' | 'unseal'>

export interface SendingParts {
  keys: RecipientKeys
  mail: MailSender | null
  allow: readonly string[]
  resolve?: HostResolver
  auditLog: Pick<AuditLog, 'chunk'>
  now: () => Date
  random: () => number
  log: Log
  signal?: AbortSignal | undefined
}

export interface SentCounts {
  sent: number
  failed: number
  dead: number
}

export const labelOfRecipient = (name: string): string => `notification recipient ${name}`
export const nameOfRecipient = ({ person, robot }: { person: string | null; robot: string | null }): string =>
  person === null ? `robot ${robot}` : `person ${person}`

/** A slow mail server does not hold up the robots, nor these it. */
export const sendMessages = async (db: Db, parts: SendingParts): Promise<SentCounts> => {
  const ways = [...(parts.mail === null ? [] : [MAIL]), ROBOTS]
  const counts = await Promise.all(ways.map((forms) => sendOf(db, parts, forms)))
  const sum = (of: keyof SentCounts): number => counts.reduce((all, each) => all + each[of], 0)
  return { sent: sum('sent'), failed: sum('failed'), dead: sum('dead') }
}

/** Ends where a whole batch failed: the receiver is away. */
const sendOf = async (db: Db, parts: SendingParts, forms: readonly RecipientForm[]): Promise<SentCounts> => {
  const counts: SentCounts = { sent: 0, failed: 0, dead: 0 }
  const begun = parts.now().getTime()
  for (let taken = 0; taken < MESSAGES_MOST && parts.signal?.aborted !== true; ) {
    const now = parts.now()
    if (now.getTime() - begun > TURN_MS) break
    const leaseUntil = new Date(now.getTime() + LEASE_MS)
    const claimed = await outbox.claimMessages(db, { forms, limit: AT_ONCE, now, leaseUntil })
    if (claimed.length === 0) break
    taken += claimed.length
    const outcomes = await Promise.all(claimed.map((message) => sendOne(db, parts, message)))
    const failed = outcomes.filter((state) => state === 'OWED').length
    counts.sent += outcomes.filter((state) => state === 'SENT').length
    counts.failed += failed
    counts.dead += outcomes.filter((state) => state === 'DEAD').length
    if (failed === claimed.length) break
  }
  return counts
}

const sendOne = async (
  db: Db,
  parts: SendingParts,
  message: outbox.ClaimedMessage,
): Promise<outbox.MessageOutcome['state'] | 'PUT_BACK'> => {
  const { id, attempts } = message
  try {
    await auditMessage(parts, message)
  } catch (error) {
    await outbox.putBack(db, message)
    throw error
  }
  const fault = await deliver(parts, message).then(
    () => null,
    (error: unknown) => error,
  )
  const now = parts.now()
  if (fault === null) {
    await outbox.bookOutcome(db, { id, attempts, state: 'SENT', error: null, dueAt: null, now })
    return 'SENT'
  }
  if (parts.signal?.aborted) {
    await outbox.putBack(db, message)
    return 'PUT_BACK'
  }
  const error = wordsOf(fault)
  const isFinal = fault instanceof MailError && fault.isFinal
  const retry = isFinal ? null : scheduleMessageRetry(attempts, now, parts.random())
  const state = retry === null ? 'DEAD' : 'OWED'
  parts.log.warn(
    { message: id, form: message.form, attempts, state, reason: error },
    'a notification was not delivered',
  )
  await outbox.bookOutcome(db, { id, attempts, state, error, dueAt: retry && afterQuietHours(message, retry), now })
  return state
}

const deliver = ({ keys, mail, ...limits }: SendingParts, message: outbox.ClaimedMessage): Promise<void> => {
  const { form, subject, body, messageId, createdAt: date } = message
  const label = labelOfRecipient(nameOfRecipient(message))
  const address = keys.unseal(message.address, label)
  if (form === 'EMAIL')
    return mail === null
      ? Promise.reject(new MailError('no mail server', false))
      : mail({ to: address, subject, body, messageId, date })
  const secret = message.secret === null ? null : keys.unseal(message.secret, label)
  const { allow, resolve, signal } = limits
  return callRobot({ form, address, secret, text: body, now: limits.now(), allow, resolve, signal })
}

/** The row is durable before the message leaves. */
const auditMessage = (
  { auditLog, now }: SendingParts,
  { id, person, robot, role, subject, body, codes }: outbox.ClaimedMessage,
): Promise<void> =>
  auditLog.chunk({
    at: now(),
    client: person ?? `robot ${robot}`,
    role: role ?? 'officer',
    agency: null,
    purpose: null,
    request: `notification-${id}`,
    asked: `notification ${subject}`,
    outcome: 'DONE',
    shown: codes,
    digest: digestAnswer(body),
  })

/** Never quotes a sentence of the other side: it may hold an address. */
export const wordsOf = (fault: unknown): string => {
  if (fault instanceof MailError || fault instanceof RobotError) return fault.message
  return fault instanceof UnreachableError ? fault.kind : 'FAULT'
}
