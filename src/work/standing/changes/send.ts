/**
 * Sends removals first, and each seller's changes in order. Each change has its own message, signed and retried by
 * itself. It states the standing at sending, so an older state never follows a newer one.
 */
import type { Agency } from '../../../agencies/feed.js'
import { answerDigest } from '../../../domain/audit/audit-log.js'
import * as breaker from '../../../domain/delivery/circuit-breaker.js'
import type { ListKind } from '../../../domain/listing/lists.js'
import type { StandingChange } from '../../../domain/standing/changes.js'
import { isWebhookDead, nextWebhookTry, responseMeaningOf } from '../../../domain/standing/webhooks.js'
import { reasonOf } from '../../../foundation/errors.js'
import { UnreachableError } from '../../../foundation/http.js'
import { webhookSignature } from '../../../foundation/keys/webhooks.js'
import type { Log } from '../../../foundation/log.js'
import type { Db } from '../../../store/db/db.js'
import * as queue from '../../../store/standing/webhook-queue.js'
import * as store from '../../../store/standing/webhooks.js'
import type { AuditLog } from '../../audit/audit-log.js'
import { callSubscriber, type HostResolver } from '../subscriber-client.js'
import { changesBySequence } from './received-changes.js'
import { sealingLabelOf, type WebhookKeys } from './webhooks.js'

const AT_ONCE = 8
const SEND_MS = 10_000
const LEASE_MS = 30_000
const SECOND_MS = 1_000
const ERROR_MOST = 200

export interface WebhookSenderParts {
  keys: WebhookKeys
  lists: readonly ListKind[]
  agencies: readonly Agency[]
  allow: readonly string[]
  resolve?: HostResolver
  auditLog: Pick<AuditLog, 'chunk'>
  now: () => Date
  random: () => number
  log: Log
}

export interface WebhookCounts {
  confirmed: number
  failed: number
}

/** Each address has its own loop, so that a slow one delays no other. */
export const sendWebhooks = async (db: Db, parts: WebhookSenderParts, signal?: AbortSignal): Promise<WebhookCounts> => {
  const teller = makeWebhookSender(db, parts, signal)
  do await teller.look()
  while ((await teller.ended()) > 0 && !signal?.aborted)
  return teller.sent
}

export interface WebhookSender {
  readonly sent: WebhookCounts
  look: () => Promise<void>
  ended: () => Promise<number>
}

export const makeWebhookSender = (db: Db, parts: WebhookSenderParts, signal?: AbortSignal): WebhookSender => {
  const sent: WebhookCounts = { confirmed: 0, failed: 0 }
  const loops = new Map<number, Promise<number>>()
  let faults: unknown[] = []
  const loop = async (id: number): Promise<number> => {
    let all = 0
    for (;;) {
      const { confirmed, failed } = await tellOne(db, parts, id, signal)
      sent.confirmed += confirmed
      sent.failed += failed
      all += confirmed + failed
      if (confirmed + failed === 0 || signal?.aborted) return all
    }
  }
  return {
    sent,
    look: async () => {
      for (const id of await queue.webhooksWithDue(db, parts.now())) {
        if (loops.has(id) || signal?.aborted) continue
        const begun = loop(id)
          .catch((error) => {
            faults.push(error)
            return 0
          })
          .finally(() => loops.delete(id))
        loops.set(id, begun)
      }
    },
    ended: async () => {
      const delivered = await Promise.all(loops.values())
      const [fault] = faults
      faults = []
      if (fault !== undefined) throw fault
      return delivered.reduce((all, one) => all + one, 0)
    },
  }
}

const tellOne = async (db: Db, parts: WebhookSenderParts, id: number, signal?: AbortSignal): Promise<WebhookCounts> => {
  const nothing = { confirmed: 0, failed: 0 }
  const webhook = await store.byId(db, id)
  const now = parts.now()
  if (webhook === null || webhook.disabledAt !== null) return nothing
  const passage = breaker.callsAllowed(webhook, now)
  if (passage === 'NONE') return nothing
  const limit = passage === 'PROBE' ? 1 : AT_ONCE
  const claimed = await queue.claim(db, id, { limit, now, leaseUntil: new Date(now.getTime() + LEASE_MS) })
  if (claimed.length === 0) return nothing
  const outcomes = await sendAll(db, parts, webhook, claimed, signal).catch(async (error) => {
    await queue.putBack(db, claimed)
    throw error
  })
  for (const { outcome } of outcomes) await queue.bookOutcome(db, webhook.client, outcome, parts.now())
  await judge(db, parts, webhook, outcomes)
  const confirmed = outcomes.filter(({ outcome }) => outcome.state === 'CONFIRMED').length
  return { confirmed, failed: outcomes.length - confirmed }
}

interface JudgedMessage {
  outcome: queue.WebhookOutcome
  meaning: ReturnType<typeof responseMeaningOf>
  retryAfterSeconds: number
}

const sendAll = async (
  db: Db,
  parts: WebhookSenderParts,
  webhook: store.StoredWebhook,
  claimed: readonly queue.WebhookMessage[],
  signal?: AbortSignal,
): Promise<JudgedMessage[]> => {
  const { client } = webhook
  const now = parts.now()
  const sequences = claimed.map(({ sequence }) => sequence)
  const { changes, shown } = await changesBySequence(
    db,
    { client, lists: parts.lists, agencies: parts.agencies, now },
    sequences,
  )
  const replaced = await queue.replacedSequences(db, webhook.id, sequences)
  const bodies = new Map(changes.map((change) => [change.sequence, bodyOf(change, replaced.get(change.sequence))]))
  // The audit row must be durable before the message leaves.
  await parts.auditLog.chunk({
    at: now,
    client,
    role: 'marketplace',
    agency: null,
    purpose: null,
    request: `webhook-${webhook.id}`,
    asked: `POST ${webhook.url} ${sequences.join(' ')}`,
    outcome: 'DONE',
    shown,
    digest: answerDigest([...bodies.values()].join('\n')),
  })
  const secrets = secretsOf(parts, webhook, now)
  return Promise.all(
    claimed.map(async (message) =>
      sendOne(parts, { webhook, message, secrets, body: bodies.get(message.sequence) }, signal),
    ),
  )
}

/** Body by Standard Webhooks. `replaces` lists earlier changes of the seller that this one covers. */
const bodyOf = (change: StandingChange, replaces: readonly number[] = []): string =>
  JSON.stringify({
    type: 'seller.changed',
    timestamp: change.at.toISOString(),
    data: { ...change, ...(replaces.length > 0 && { replaces }) },
  })

const secretsOf = (
  { keys }: WebhookSenderParts,
  { id, secret, previousSecret, previousUntil }: store.StoredWebhook,
  now: Date,
): string[] => [
  keys.unseal(secret, sealingLabelOf(id)),
  ...(previousSecret !== null && previousUntil !== null && previousUntil > now
    ? [keys.unseal(previousSecret, sealingLabelOf(id))]
    : []),
]

const sendOne = async (
  parts: WebhookSenderParts,
  {
    webhook,
    message,
    secrets,
    body,
  }: {
    webhook: store.StoredWebhook
    message: queue.WebhookMessage
    secrets: readonly string[]
    body: string | undefined
  },
  signal?: AbortSignal,
): Promise<JudgedMessage> => {
  if (body === undefined)
    return judged({ message, state: 'GIVEN_UP', status: null, error: 'past its time', dueAt: null }, 'REFUSED')
  const id = `change-${webhook.id}-${message.sequence}`
  const timestamp = Math.floor(parts.now().getTime() / SECOND_MS)
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'credit-hub',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': webhookSignature(secrets, { id, timestamp, body }),
  }
  const { allow, resolve, now, random } = parts
  try {
    const { status, retryAfterSeconds } = await callSubscriber(webhook.url, {
      headers,
      body,
      allow,
      timeoutMs: SEND_MS,
      ...(resolve && { resolve }),
      ...(signal && { signal }),
    })
    const meaning = responseMeaningOf(status)
    if (meaning === 'CONFIRMED')
      return judged({ message, state: 'CONFIRMED', status, error: null, dueAt: null }, meaning)
    return judged(
      later(message, nextWebhookTry(message.attempts, now(), random(), retryAfterSeconds), status, `HTTP ${status}`),
      meaning,
      retryAfterSeconds,
    )
  } catch (error) {
    const text = error instanceof UnreachableError ? `${error.kind}: ${error.message}` : reasonOf(error)
    const stopped = signal?.aborted === true
    const due = stopped ? now() : nextWebhookTry(message.attempts, now(), random())
    return judged(later(message, due, null, text.slice(0, ERROR_MOST)), stopped ? 'REFUSED' : 'BUSY')
  }
}

const later = (
  message: queue.WebhookMessage,
  dueAt: Date | null,
  status: number | null,
  error: string,
): queue.WebhookOutcome => ({
  message,
  state: dueAt === null ? 'GIVEN_UP' : 'OWED',
  status,
  error,
  dueAt,
})

const judged = (
  outcome: queue.WebhookOutcome,
  meaning: JudgedMessage['meaning'],
  retryAfterSeconds = 0,
): JudgedMessage => ({
  outcome,
  meaning,
  retryAfterSeconds,
})

const judge = async (
  db: Db,
  { now, random, log }: WebhookSenderParts,
  webhook: store.StoredWebhook,
  outcomes: readonly JudgedMessage[],
): Promise<void> => {
  const { id, client, failures, openUntil } = webhook
  const has = (meaning: JudgedMessage['meaning']) => outcomes.some((each) => each.meaning === meaning)
  const alarm = (because: 'GONE' | 'FAILING') =>
    log.error(
      { alarm: 'WEBHOOK_DISABLED', webhook: id, client, because },
      'a webhook is told nothing more until its marketplace enables it',
    )
  if (has('GONE')) {
    await store.disable(db, id, 'GONE', now())
    return alarm('GONE')
  }
  if (has('CONFIRMED')) return store.noteWorking(db, id, now())
  const retryAfter = Math.max(0, ...outcomes.map(({ retryAfterSeconds }) => retryAfterSeconds))
  const after = has('BUSY') ? breaker.breakerAfterFailure({ failures, openUntil }, now(), random(), retryAfter) : null
  const since = await store.noteFailing(db, id, after, now())
  if (since === null || !isWebhookDead(since, now())) return
  await store.disable(db, id, 'FAILING', now())
  alarm('FAILING')
}
