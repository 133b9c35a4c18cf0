import { PING_EVERY_SECONDS } from '../../../domain/standing/webhooks.js'
import { Refusal } from '../../../foundation/errors.js'
import type { Db } from '../../../store/db/db.js'
import * as calls from '../../../store/standing/webhook-calls.js'
import { callSubscriber, type HostResolver } from '../subscriber-client.js'
import { describeFailure, makeMessageHeaders, openSecrets, SEND_MS, type WebhookKeys } from './webhook-message.js'
import { findWebhookOf, type WebhookAct } from './webhooks.js'

const SECOND_MS = 1_000

export interface PingParts {
  keys: WebhookKeys
  allow: readonly string[]
  resolve?: HostResolver
}

/**
 * Sends `webhook.ping`, also to a disabled webhook; only its log notes the outcome. Refusals: WEBHOOK_UNKNOWN,
 * TOO_MANY_REQUESTS.
 */
export const pingWebhook = async (
  db: Db,
  { keys, allow, resolve }: PingParts,
  act: WebhookAct,
): Promise<calls.WebhookCall> => {
  const { id, now } = act
  const webhook = await db.transaction(async (tx) => {
    const found = await findWebhookOf(tx, act, { lock: true })
    const last = await calls.findLastPing(tx, id)
    const wait = last === null ? 0 : PING_EVERY_SECONDS - Math.floor((now.getTime() - last.getTime()) / SECOND_MS)
    if (wait > 0) throw new Refusal('TOO_MANY_REQUESTS', { retryAfter: wait })
    const begun = { kind: 'PING' as const, sequence: null, attempt: 1, at: now, ms: null, status: null, error: null }
    await calls.noteWebhookCalls(tx, id, [begun])
    return found
  })
  const body = JSON.stringify({ type: 'webhook.ping', timestamp: now.toISOString(), data: {} })
  const headers = makeMessageHeaders(openSecrets(keys, webhook, now), { id: `ping-${id}-${now.getTime()}`, body, now })
  const began = performance.now()
  const answered = await callSubscriber(webhook.url, { headers, body, allow, timeoutMs: SEND_MS, resolve }).then(
    ({ status }) => ({ status, error: status >= 200 && status < 300 ? null : `HTTP ${status}` }),
    (error: unknown) => ({ status: null, error: describeFailure(error) }),
  )
  return calls.endPing(db, id, { at: now, ms: Math.round(performance.now() - began), ...answered })
}
