import { type Db, queryOne, queryRows, queryValue, type Tx } from '../db/db.js'

const CALLS_KEPT = 100

export interface WebhookCall {
  kind: 'CHANGE' | 'PING'
  /** Number of the change; null for a ping. */
  sequence: number | null
  attempt: number
  at: Date
  ms: number | null
  status: number | null
  error: string | null
}

const COLUMNS = 'd.kind, d.sequence::float8 as sequence, d.attempt, d.at, d.ms, d.status, d.error'

export const noteWebhookCalls = async (db: Db | Tx, webhook: number, calls: readonly WebhookCall[]): Promise<void> => {
  if (calls.length === 0) return
  await db.raw(
    `insert into webhook_calls (webhook_id, kind, sequence, attempt, at, ms, status, error)
     select :webhook, c.kind, c.sequence, c.attempt, c.at, c.ms, c.status, c.error
     from jsonb_to_recordset(:calls::jsonb) as c(kind text, sequence bigint, attempt integer, at timestamptz, ms integer, status integer, error text) /* webhook-calls.note */`,
    { webhook, calls: JSON.stringify(calls) } as never,
  )
  await db.raw(
    `delete from webhook_calls d where d.webhook_id = :webhook and d.id <= (select o.id from webhook_calls o
       where o.webhook_id = :webhook order by o.id desc offset ${CALLS_KEPT} limit 1) /* webhook-calls.forget */`,
    { webhook },
  )
}

export const findLastPing = (tx: Tx, webhook: number): Promise<Date | null> =>
  queryValue(
    tx,
    `select max(at) as at from webhook_calls where webhook_id = ? and kind = 'PING' /* webhook-calls.lastPing */`,
    [webhook],
  )

export const endPing = (
  db: Db,
  webhook: number,
  ended: Pick<WebhookCall, 'at' | 'ms' | 'status' | 'error'>,
): Promise<WebhookCall> =>
  queryOne(
    db,
    `update webhook_calls d set ms = :ms, status = :status, error = :error
     where d.webhook_id = :webhook and d.kind = 'PING' and d.at = :at returning ${COLUMNS} /* webhook-calls.endPing */`,
    { webhook, ...ended },
  )

export const listWebhookCalls = (
  db: Db,
  webhooks: readonly number[],
): Promise<(WebhookCall & { webhookId: number })[]> =>
  queryRows(
    db,
    `select d.webhook_id as "webhookId", ${COLUMNS} from webhook_calls d where d.webhook_id = any(?::int[])
     order by d.id desc /* webhook-calls.list */`,
    [webhooks],
  )
