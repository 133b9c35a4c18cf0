import { hasEveryChangeAfter } from '../../../domain/standing/changes.js'
import {
  findWebhookAddressFault,
  REPLAYED_MOST,
  SECRET_OVERLAP_HOURS,
  WEBHOOKS_PER_CLIENT_MOST,
} from '../../../domain/standing/webhooks.js'
import { Refusal } from '../../../foundation/errors.js'
import { UnreachableError } from '../../../foundation/http.js'
import { newWebhookSecret } from '../../../foundation/keys/webhooks.js'
import { lockNumbers } from '../../../store/db/change-ledger.js'
import type { Db, Tx } from '../../../store/db/db.js'
import * as queue from '../../../store/standing/webhook-queue.js'
import * as store from '../../../store/standing/webhooks.js'
import { checkSubscriber, type HostResolver } from '../subscriber-client.js'
import { readRetainedChanges } from './received-changes.js'
import { makeSealingLabel, type WebhookKeys } from './webhook-message.js'

const HOUR_MS = 3_600_000
const CHECK_MS = 5_000

export interface CreatedWebhook {
  webhook: store.StoredWebhook
  secret: string
}

/** Refusals: WEBHOOK_ADDRESS, WEBHOOK_EXISTS, WEBHOOKS_MOST. */
export const addWebhook = async (
  db: Db,
  keys: WebhookKeys,
  made: {
    client: string
    seat?: string | null
    url: string
    allow: readonly string[]
    resolve?: HostResolver
    now: Date
  },
): Promise<CreatedWebhook> => {
  const { client, seat = null, allow, resolve, now } = made
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
    const sealed = keys.seal(secret, makeSealingLabel(id))
    await store.addWebhook(tx, { id, client, seat, url, secret: sealed, createdAt: now })
    return { webhook: await findWebhookOf(tx, { id, client }), secret }
  })
}

/** The previous secret stays valid for a while; messages then carry both signatures. */
export const rotateWebhook = (db: Db, keys: WebhookKeys, { id, client, now }: WebhookAct): Promise<CreatedWebhook> =>
  db.transaction(async (tx) => {
    await findWebhookOf(tx, { id, client })
    const secret = newWebhookSecret()
    await store.replaceWebhookSecret(
      tx,
      id,
      keys.seal(secret, makeSealingLabel(id)),
      new Date(now.getTime() + SECRET_OVERLAP_HOURS * HOUR_MS),
    )
    return { webhook: await findWebhookOf(tx, { id, client }), secret }
  })

/** Sends the changes missed while disabled, or all those after `after`. Refusals: WEBHOOK_UNKNOWN, CHANGES_GONE. */
export const enableWebhook = (
  db: Db,
  { id, now, after, ...act }: WebhookAct & { after: number | null },
): Promise<store.StoredWebhook> =>
  db.transaction(async (tx) => {
    const webhook = await findWebhookOf(tx, { id, ...act })
    const [ledger, reader] = store.ledgerAndReaderOf(webhook)
    // Numbering sees the webhook disabled until this commits, and the replay no later changes.
    await lockNumbers(tx, ledger, reader)
    const reach = await readRetainedChanges(tx, reader, ledger)
    const { createdAt } = webhook
    const owed = await queue.findSequenceBeforeNextOwed(tx, ledger, { webhook: id, reader, createdAt })
    const from = after ?? Math.max(owed, reach.erased)
    if (!hasEveryChangeAfter(reach, from)) throw new Refusal('CHANGES_GONE', { after: from, next: reach.last })
    await store.enableWebhook(tx, id)
    await queue.replayChanges(tx, ledger, { webhook: id, reader, after: from, now })
    return findWebhookOf(tx, { id, ...act })
  })

/**
 * Makes the changes `from` to `to` due now, delivered ones too. Refusals: WEBHOOK_UNKNOWN, WEBHOOK_OFF, CHANGES_GONE,
 * INPUT_INVALID.
 */
export const replayWebhook = (
  db: Db,
  { from, to, now, ...act }: WebhookAct & { from: number | null; to: number | null },
): Promise<{ webhook: store.StoredWebhook; queued: number }> =>
  db.transaction(async (tx) => {
    const webhook = await findWebhookOf(tx, act)
    if (webhook.disabledAt !== null) throw new Refusal('WEBHOOK_OFF')
    if (from === null || to === null || from < 1 || to < from || to - from >= REPLAYED_MOST)
      throw new Refusal('INPUT_INVALID', {
        reason: `一次重发 1–${REPLAYED_MOST} 条，自小号至大号 1 to ${REPLAYED_MOST} changes are sent again, from a number to a later one`,
      })
    const [ledger, reader] = store.ledgerAndReaderOf(webhook)
    const reach = await readRetainedChanges(tx, reader, ledger)
    if (!hasEveryChangeAfter(reach, from - 1) || to > reach.last)
      throw new Refusal('CHANGES_GONE', { after: from - 1, next: reach.last })
    const span = { webhook: webhook.id, reader, after: from - 1, upTo: to, now }
    return { webhook, queued: await queue.replayChanges(tx, ledger, span) }
  })

export const removeWebhook = (db: Db, { id, client, now }: WebhookAct): Promise<store.StoredWebhook> =>
  db.transaction(async (tx) => {
    const webhook = await findWebhookOf(tx, { id, client })
    await store.removeWebhook(tx, id, now)
    return webhook
  })

export interface WebhookAct {
  id: number
  /** Any client's webhook if null. */
  client: string | null
  now: Date
}

/** Another client's webhook counts as unknown. */
export const findWebhookOf = async (
  tx: Tx,
  { id, client }: Omit<WebhookAct, 'now'>,
  { lock = false } = {},
): Promise<store.StoredWebhook> => {
  const webhook = await store.findWebhook(tx, id, { lock })
  if (webhook === null || (client !== null && webhook.client !== client)) throw new Refusal('WEBHOOK_UNKNOWN')
  return webhook
}
