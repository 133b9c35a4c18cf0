/**
 * Sends removals first, a seller's changes in order, with the standing at sending: no older state follows a newer one.
 */
import type { Agency } from '../../../agencies/feed.js'
import { digestAnswer } from '../../../domain/audit/audit-log.js'
import * as breaker from '../../../domain/delivery/circuit-breaker.js'
import type { ListKind } from '../../../domain/listing/lists.js'
import type { StandingChange } from '../../../domain/standing/changes.js'
import { classifyResponse, isWebhookDead, scheduleNextTry } from '../../../domain/standing/webhooks.js'
import type { Log } from '../../../foundation/log.js'
import type { Db } from '../../../store/db/db.js'
import * as changeRows from '../../../store/standing/changes.js'
import * as calls from '../../../store/standing/webhook-calls.js'
import * as queue from '../../../store/standing/webhook-queue.js'
import * as store from '../../../store/standing/webhooks.js'
import type { AuditLog } from '../../audit/audit-log.js'
import { callSubscriber, type HostResolver } from '../subscriber-client.js'
import { describeChanges } from './received-changes.js'
import { describeFailure, makeMessageHeaders, openSecrets, SEND_MS, type WebhookKeys } from './webhook-message.js'

const AT_ONCE = 8
const LEASE_MS = 30_000

export interface MatterMessages {
  bodies(db: Db, seat: string, sequences: readonly number[]): Promise<ReadonlyMap<number, string>>
  /** Runs before an accepted message is booked, so again after a crash between. */
  accepted(db: Db, seat: string, sequences: readonly number[], now: Date): Promise<void>
}

export interface WebhookSenderParts {
  matters?: MatterMessages
  keys: WebhookKeys
  lists: readonly ListKind[]
  agencies: readonly Agency[]
  allow: readonly string[]
  resolve?: HostResolver
  auditLog: Pick<AuditLog, 'chunk'>
  now: () => Date
  random: () => number
  log: Log
  signal?: AbortSignal | undefined
}

/** Each address has its own loop, so a slow one delays no other. */
export const makeWebhookSender = (db: Db, parts: WebhookSenderParts) => {
  const { signal } = parts
  const sent = { confirmed: 0, failed: 0 }
  const loops = new Map<number, Promise<void>>()
  const faults: unknown[] = []
  const loop = async (id: number): Promise<void> => {
    for (;;) {
      const outcomes = await sendDue(db, parts, id)
      const confirmed = outcomes.filter(({ state }) => state === 'CONFIRMED').length
      sent.confirmed += confirmed
      sent.failed += outcomes.length - confirmed
      if (outcomes.length === 0 || signal?.aborted) return
    }
  }
  return {
    sent,
    look: async (): Promise<void> => {
      for (const id of await queue.listWebhooksWithDueMessages(db, parts.now())) {
        if (loops.has(id) || signal?.aborted) continue
        const begun = loop(id).catch((error) => void faults.push(error))
        loops.set(
          id,
          begun.finally(() => loops.delete(id)),
        )
      }
    },
    ended: async (): Promise<void> => {
      await Promise.all(loops.values())
      const [fault] = faults.splice(0)
      if (fault !== undefined) throw fault
    },
  }
}

interface JudgedMessage extends queue.WebhookOutcome {
  meaning: ReturnType<typeof classifyResponse>
  retryAfterSeconds: number
  /** Absent (null) when nothing was sent. */
  call: Pick<calls.WebhookCall, 'at' | 'ms'> | null
}

const sendDue = async (db: Db, parts: WebhookSenderParts, id: number): Promise<readonly JudgedMessage[]> => {
  const webhook = await store.findWebhook(db, id)
  const now = parts.now()
  if (webhook === null || webhook.disabledAt !== null) return []
  const passage = breaker.callsAllowed(webhook, now)
  if (passage === 'NONE') return []
  const limit = passage === 'PROBE' ? 1 : AT_ONCE
  const claimed = await queue.claimMessages(db, id, { limit, now, leaseUntil: new Date(now.getTime() + LEASE_MS) })
  if (claimed.length === 0) return []
  const outcomes = await sendAll(db, parts, webhook, claimed).catch(async (error) => {
    await queue.putBack(db, claimed)
    throw error
  })
  const { seat } = webhook
  const accepted = outcomes.filter(({ state }) => state === 'CONFIRMED').map(({ message }) => message.sequence)
  if (seat !== null) await parts.matters?.accepted(db, seat, accepted, parts.now())
  const client = seat === null ? webhook.client : null
  for (const outcome of outcomes) await queue.bookOutcome(db, client, outcome, parts.now())
  await calls.noteWebhookCalls(db, id, outcomes.flatMap(callOf))
  await judge(db, parts, webhook, outcomes)
  return outcomes
}

const sendAll = async (
  db: Db,
  parts: WebhookSenderParts,
  webhook: store.StoredWebhook,
  claimed: readonly queue.WebhookMessage[],
): Promise<JudgedMessage[]> => {
  const { client, seat, role, agency } = webhook
  const now = parts.now()
  const sequences = claimed.map(({ sequence }) => sequence)
  const { bodies, shown } =
    seat === null
      ? await sellerBodies(db, { ...parts, now }, webhook, sequences)
      : { bodies: (await parts.matters?.bodies(db, seat, sequences)) ?? new Map<number, string>(), shown: [] }
  // The audit row must be durable before the message leaves.
  await parts.auditLog.chunk({
    at: now,
    client,
    role,
    agency,
    purpose: null,
    request: `webhook-${webhook.id}`,
    asked: `POST ${webhook.url} ${sequences.join(' ')}`,
    outcome: 'DONE',
    shown,
    digest: digestAnswer([...bodies.values()].join('\n')),
  })
  const secrets = openSecrets(parts.keys, webhook, now)
  return Promise.all(
    claimed.map((message) => sendOne(parts, webhook, { message, secrets, body: bodies.get(message.sequence) })),
  )
}

const sellerBodies = async (
  db: Db,
  parts: Pick<WebhookSenderParts, 'lists' | 'agencies'> & { now: Date },
  { id, client }: store.StoredWebhook,
  sequences: readonly number[],
) => {
  const rows = await changeRows.listChangesBySequence(db, client, sequences)
  const { changes, shown } = await describeChanges(db, { ...parts, client }, rows)
  const replaced = await queue.findReplacedSequences(db, id, sequences)
  const bodies = new Map(changes.map((change) => [change.sequence, bodyOf(change, replaced.get(change.sequence))]))
  return { bodies, shown }
}

/** Standard Webhooks. `replaces` lists earlier changes of the seller that this one covers. */
const bodyOf = (change: StandingChange, replaces: readonly number[] = []): string =>
  JSON.stringify({
    type: 'seller.changed',
    timestamp: change.at.toISOString(),
    data: { ...change, ...(replaces.length > 0 && { replaces }) },
  })

const callOf = ({ message, status, error, call }: JudgedMessage): calls.WebhookCall[] =>
  call === null
    ? []
    : [{ kind: 'CHANGE', sequence: message.sequence, attempt: message.attempts, ...call, status, error }]

const sendOne = async (
  { allow, resolve, now, random, signal }: WebhookSenderParts,
  webhook: store.StoredWebhook,
  { message, secrets, body }: { message: queue.WebhookMessage; secrets: readonly string[]; body: string | undefined },
): Promise<JudgedMessage> => {
  const unanswered = { message, status: null, retryAfterSeconds: 0, call: null }
  if (body === undefined) return { ...unanswered, ...nextTry(null), meaning: 'REFUSED', error: 'past its time' }
  const id = `change-${webhook.id}-${message.sequence}`
  const [at, began] = [now(), performance.now()]
  const headers = makeMessageHeaders(secrets, { id, body, now: at })
  const call = () => ({ at, ms: Math.round(performance.now() - began) })
  try {
    const request = { headers, body, allow, timeoutMs: SEND_MS, resolve, signal }
    const { status, retryAfterSeconds } = await callSubscriber(webhook.url, request)
    const meaning = classifyResponse(status)
    const answered = { message, meaning, status, retryAfterSeconds, call: call() }
    if (meaning === 'CONFIRMED') return { ...answered, state: 'CONFIRMED', error: null, dueAt: null }
    const due = scheduleNextTry(message.attempts, now(), random(), retryAfterSeconds)
    return { ...answered, ...nextTry(due), error: `HTTP ${status}` }
  } catch (error) {
    const stopped = signal?.aborted === true
    const due = stopped ? now() : scheduleNextTry(message.attempts, now(), random())
    const failed = { ...unanswered, call: call(), error: describeFailure(error) }
    return { ...failed, ...nextTry(due), meaning: stopped ? 'REFUSED' : 'BUSY' }
  }
}

const nextTry = (dueAt: Date | null): Pick<queue.WebhookOutcome, 'state' | 'dueAt'> => ({
  state: dueAt === null ? 'GIVEN_UP' : 'OWED',
  dueAt,
})

const judge = async (
  db: Db,
  { now, random, log }: WebhookSenderParts,
  { id, client, failures, openUntil }: store.StoredWebhook,
  outcomes: readonly JudgedMessage[],
): Promise<void> => {
  const has = (meaning: JudgedMessage['meaning']) => outcomes.some((each) => each.meaning === meaning)
  const alarm = (because: 'GONE' | 'FAILING') =>
    log.error(
      { alarm: 'WEBHOOK_DISABLED', webhook: id, client, because },
      'a webhook is told nothing more until its marketplace enables it',
    )
  if (has('GONE')) {
    await store.disableWebhook(db, id, 'GONE', now())
    return alarm('GONE')
  }
  if (has('CONFIRMED')) return store.noteWebhookWorking(db, id, now())
  const retryAfter = Math.max(0, ...outcomes.map(({ retryAfterSeconds }) => retryAfterSeconds))
  const after = has('BUSY') ? breaker.breakerAfterFailure({ failures, openUntil }, now(), random(), retryAfter) : null
  const since = await store.noteWebhookFailing(db, id, after, now())
  if (since === null || !isWebhookDead(since, now())) return
  await store.disableWebhook(db, id, 'FAILING', now())
  alarm('FAILING')
}
