import { may } from '../../domain/access/viewer.js'
import { seatOf } from '../../domain/matters/seats.js'
import { Refusal } from '../../foundation/errors.js'
import * as calls from '../../store/standing/webhook-calls.js'
import * as queue from '../../store/standing/webhook-queue.js'
import * as store from '../../store/standing/webhooks.js'
import { pingWebhook as ping } from '../../work/standing/changes/ping.js'
import * as work from '../../work/standing/changes/webhooks.js'
import { groupRowsByKeys, makeBatchedLoad, makeRowLoad } from '../loaders/data-loader.js'
import type { GraphqlContext } from '../request/context.js'
import { makeGlobalId, readNumberInGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'

const backlogs = ({ parts }: GraphqlContext) =>
  makeRowLoad((ids: readonly number[]) => queue.countBacklogs(parts.db, ids))

const callLogs = ({ parts }: GraphqlContext) =>
  makeBatchedLoad<number, calls.WebhookCall[]>(String, async (ids) =>
    groupRowsByKeys(ids, await calls.listWebhookCalls(parts.db, ids), ({ webhookId }) => webhookId),
  )

const view = (
  context: GraphqlContext,
  one: store.StoredWebhook,
  backlog = backlogs(context),
  callLog = callLogs(context),
) => {
  const { id, previousUntil, secret: _, previousSecret: __, role: ___, agency: ____, ...shown } = one
  return {
    __typename: 'Webhook' as const,
    ...shown,
    id: makeGlobalId('Webhook', id),
    previousSecretUntil: previousUntil !== null && previousUntil > context.now ? previousUntil : null,
    owed: async () => (await backlog(id))?.owed ?? 0,
    removalsOwed: async () => (await backlog(id))?.removalsOwed ?? 0,
    oldestOwed: async () => (await backlog(id))?.oldestOwed ?? null,
    givenUp: async () => (await backlog(id))?.givenUp ?? 0,
    lastStatus: async () => (await backlog(id))?.lastStatus ?? null,
    lastError: async () => (await backlog(id))?.lastError ?? null,
    calls: () => callLog(id),
  }
}

const list = async (_: unknown, __: unknown, context: GraphqlContext) => {
  const { viewer, parts } = context
  const webhooks = await store.listWebhooks(parts.db, may(viewer, 'see_webhooks') ? null : (viewer.sub ?? ''))
  const [backlog, callLog] = [backlogs(context), callLogs(context)]
  return webhooks.map((one) => view(context, one, backlog, callLog))
}

export const webhookById = async (context: GraphqlContext, id: number) => {
  const { viewer, parts } = context
  const webhook = await store.findWebhook(parts.db, id)
  return webhook !== null && (webhook.client === viewer.sub || may(viewer, 'see_webhooks'))
    ? view(context, webhook)
    : null
}

const acting = (context: GraphqlContext, id: string) => {
  const key = readNumberInGlobalId(id, 'Webhook')
  if (key === null) throw new Refusal('WEBHOOK_UNKNOWN')
  return { id: key, client: context.viewer.sub ?? '', now: context.now }
}

/** An administrator may test any webhook, a marketplace its own. */
const tending = (context: GraphqlContext, id: string) => {
  const acts = acting(context, id)
  return may(context.viewer, 'tend_webhooks') ? { ...acts, client: null } : acts
}

const createdView = (context: GraphqlContext, { webhook, secret }: work.CreatedWebhook) => ({
  webhook: view(context, webhook),
  secret,
})

const addWebhook = async (_: unknown, args: { url: string; matters?: boolean | null }, context: GraphqlContext) => {
  const { viewer, parts, now } = context
  const { url, matters } = refuseUnstorableText(args)
  const seat = matters === true ? seatOf(viewer) : null
  if (!may(viewer, matters === true ? 'hear_matters' : 'hear_changes') || (matters === true && seat === null))
    throw new Refusal('FORBIDDEN')
  const { db, keys, office, resolve } = parts
  const made = { client: viewer.sub ?? '', seat, url, allow: office.webhookAllow(), now, ...(resolve && { resolve }) }
  return createdView(context, await work.addWebhook(db, keys, made))
}

const rotateWebhook = async (_: unknown, { id }: { id: string }, context: GraphqlContext) =>
  createdView(context, await work.rotateWebhook(context.parts.db, context.parts.keys, acting(context, id)))

const enableWebhook = async (
  _: unknown,
  { id, after = null }: { id: string; after?: string | null },
  context: GraphqlContext,
) => {
  const acts = acting(context, id)
  if (after !== null && sequenceIn(after) === null)
    throw new Refusal('INPUT_INVALID', { reason: 'after 应为变更的序号 must be the number of a change' })
  const number = after === null ? null : sequenceIn(after)
  return view(context, await work.enableWebhook(context.parts.db, { ...acts, after: number }))
}

const sequenceIn = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null)

const pingWebhook = async (_: unknown, { id }: { id: string }, context: GraphqlContext) => {
  const { db, keys, office, resolve } = context.parts
  const allow = office.webhookAllow()
  return ping(db, { keys, allow, ...(resolve && { resolve }) }, tending(context, id))
}

const replayWebhook = async (
  _: unknown,
  { id, from, to }: { id: string; from: string; to?: string | null },
  context: GraphqlContext,
) => {
  const span = { from: sequenceIn(from), to: sequenceIn(to ?? from) }
  const { webhook, queued } = await work.replayWebhook(context.parts.db, { ...tending(context, id), ...span })
  return { webhook: view(context, webhook), queued }
}

const removeWebhook = async (_: unknown, { id }: { id: string }, context: GraphqlContext) =>
  view(context, await work.removeWebhook(context.parts.db, acting(context, id)))

export const webhookResolvers = {
  Query: { webhooks: list },
  Mutation: { addWebhook, rotateWebhook, enableWebhook, pingWebhook, replayWebhook, removeWebhook },
}
