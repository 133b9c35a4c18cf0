import { reasonOf } from '../../../foundation/errors.js'
import { UnreachableError } from '../../../foundation/http.js'
import { webhookSignature } from '../../../foundation/keys/webhooks.js'
import type { Keys } from '../../../foundation/keys.js'
import type { StoredWebhook } from '../../../store/standing/webhooks.js'

/** Milliseconds in all. */
export const SEND_MS = 10_000
const SECOND_MS = 1_000
const ERROR_MOST = 200
const NOWHERE = 'address: it cannot be reached, or must not be called'

export type WebhookKeys = Pick<Keys, 'seal' | 'unseal'>

export const makeSealingLabel = (id: number): string => `webhook ${id}`

/** Two while a rotation lasts. */
export const openSecrets = (
  keys: WebhookKeys,
  { id, secret, previousSecret, previousUntil }: StoredWebhook,
  now: Date,
): string[] => [
  keys.unseal(secret, makeSealingLabel(id)),
  ...(previousSecret !== null && previousUntil !== null && previousUntil > now
    ? [keys.unseal(previousSecret, makeSealingLabel(id))]
    : []),
]

/** Read by the marketplace, so it tells nothing of the hub's network. */
export const describeFailure = (error: unknown): string => {
  if (error instanceof UnreachableError && (error.kind === 'forbidden' || error.kind === 'dns')) return NOWHERE
  const text = error instanceof UnreachableError ? `${error.kind}: ${error.message}` : reasonOf(error)
  return text.slice(0, ERROR_MOST)
}

export const makeMessageHeaders = (
  secrets: readonly string[],
  { id, body, now }: { id: string; body: string; now: Date },
): Record<string, string> => {
  const timestamp = Math.floor(now.getTime() / SECOND_MS)
  return {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'credit-hub',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': webhookSignature(secrets, { id, timestamp, body }),
  }
}
