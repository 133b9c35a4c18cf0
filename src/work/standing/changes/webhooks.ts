import { hasEveryChangeAfter } from '../../../domain/standing/changes.js'
import {
  findWebhookAddressFault,
  SECRET_OVERLAP_HOURS,
  WEBHOOKS_PER_CLIENT_MOST,
} from '../../../domain/standing/webhooks.js'
import { Refusal } from '../../../foundation/errors.js'
import { UnreachableError } from '../../../foundation/http.js'
import { newWebhookSecret } from '../../../foundation/keys/webhooks.js'
import type { Keys } from '../../../foundation/keys.js'
import type { Db, Tx } from '../../../store/db/db.js'
import * as queue from '../../../store/standing/webhook-queue.js'
import * as store from '../../../store/standing/webhooks.js'
import { checkSubscriber, type HostResolver } from '../subscriber-client.js'
import { readRetainedChanges } from './received-changes.js'

const HOUR_MS = 3_600_000
const CHECK_MS = 5_000

export type WebhookKeys = Pick<Keys, 'seal' | 'unseal'>

export interface CreatedWebhook {
  webhook: store.StoredWebhook
  secret: string
}

export const makeSealingLabel = (id: number): string => `webhook ${id}`

/** Refusals: WEBHOOK_ADDRESS, WEBHOOK_EXISTS, WEBHOOKS_MOST. */
export const addWebhook = async (
  db: Db,
  keys: WebhookKeys,
  made: { client: string; url: string; allow: readonly string[]; resolve?: HostResolver; now: Date },
): Promise<CreatedWebhook> => {
  const { client, allow, resolve, now } = made
  const fault = findWebhookAddressFault(made.url)
  if (fault !== null) throw new Refusal('WEBHOOK_ADDRESS', { reason: fault })
  const url = new URL(made.url).href
  await checkSubscriber(url, { allow, timeoutMs: CHECK_MS, resolve }).catch((error) => {
    if (!(error instanceof UnreachableError)) throw error
    // Do not reveal how names resolve inside the hub's network.
    throw new Refusal('WEBHOOK_ADDRESS', {
      reason: '该地址不可达或不得呼叫 it cannot be reached, or must not be called',
    })
  })
  const secret = newWebhookSecret()
  return db.transaction(async (tx) => {
    await store.lockWebhooks(tx, client)
    const registered = await store.listWebhooks(tx, client)
    if (registered.some((each) => each.url === url)) throw new Refusal('WEBHOOK_EXISTS')
    if (registered.length >= WEBHOOKS_PER_CLIENT_MOST)
      throw new Refusal('WEBHOOKS_MOST', { limit: WEBHOOKS_PER_CLIENT_MOST })
    const id = await store.reserveWebhookId(tx)
    await store.addWebhook(tx, { id, client, url, secret: keys.seal(secret, makeSealingLabel(id)), createdAt: now })
    return { webhook: await there(tx, id, client), secret }
  })
}

/** The previous secret stays valid for a while; messages then carry both signatures. */
export const rotateWebhook = (db: Db, keys: WebhookKeys, { id, client, now }: WebhookAct): Promise<CreatedWebhook> =>
  db.transaction(async (tx) => {
    await there(tx, id, client)
    const secret = newWebhookSecret()
    await store.replaceWebhookSecret(
      tx,
      id,
      keys.seal(secret, makeSealingLabel(id)),
      new Date(now.getTime() + SECRET_OVERLAP_HOURS * HOUR_MS),
    )
    return { webhook: await there(tx, id, client), secret }
  })

/** Sends the changes missed while disabled, or all those after `after`. Refusals: WEBHOOK_UNKNOWN, CHANGES_GONE. */
export const enableWebhook = (
  db: Db,
  { id, client, now, after }: WebhookAct & { after: number | null },
): Promise<store.StoredWebhook> =>
  db.transaction(async (tx) => {
    await there(tx, id, client)
    const reach = await readRetainedChanges(tx, client)
    const from = after ?? Math.max(await queue.findSequenceBeforeNextOwed(tx, id, reach.last), reach.erased)
    if (!hasEveryChangeAfter(reach, from)) throw new Refusal('CHANGES_GONE', { after: from, next: reach.last })
    await store.enableWebhook(tx, id)
    await queue.replayChanges(tx, { webhook: id, client, after: from, now })
    return there(tx, id, client)
  })

export const removeWebhook = (db: Db, { id, client, now }: WebhookAct): Promise<store.StoredWebhook> =>
  db.transaction(async (tx) => {
    const webhook = await there(tx, id, client)
    await store.removeWebhook(tx, id, now)
    return webhook
  })

interface WebhookAct {
  id: number
  client: string
  now: Date
}

/** Another client's webhook counts as unknown. */
const there = async (tx: Tx, id: number, client: string): Promise<store.StoredWebhook> => {
  const webhook = await store.findWebhook(tx, id)
  if (webhook === null || webhook.client !== client) throw new Refusal('WEBHOOK_UNKNOWN')
  return webhook
}
