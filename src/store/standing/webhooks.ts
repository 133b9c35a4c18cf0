import type { Role } from '../../domain/access/viewer.js'
import { type ChangeLedger, MATTER_CHANGES, SELLER_CHANGES } from '../db/change-ledger.js'
import { type Db, queryFirst, queryRows, queryValue, type Tx } from '../db/db.js'

export interface StoredWebhook {
  id: number
  client: string
  role: Role
  agency: string | null
  /** The seat whose matters it receives; null: changes of the client's sellers. */
  seat: string | null
  url: string
  secret: string
  previousSecret: string | null
  previousUntil: Date | null
  createdAt: Date
  failures: number
  openUntil: Date | null
  failingSince: Date | null
  confirmedAt: Date | null
  disabledAt: Date | null
  disabledBecause: 'GONE' | 'FAILING' | null
}

const COLUMNS = `w.id, w.client, w.seat, coalesce((select k.role from clients k where k.id = w.client), 'marketplace') as role,
  (select k.agency from clients k where k.id = w.client) as agency, w.url, w.secret, w.previous_secret as "previousSecret", w.previous_until as "previousUntil",
  w.created_at as "createdAt", w.failures, w.open_until as "openUntil", w.failing_since as "failingSince",
  w.confirmed_at as "confirmedAt", w.disabled_at as "disabledAt", w.disabled_because as "disabledBecause"`

export const ledgerAndReaderOf = ({
  seat,
  client,
}: Pick<StoredWebhook, 'seat' | 'client'>): [ChangeLedger, reader: string] =>
  seat === null ? [SELLER_CHANGES, client] : [MATTER_CHANGES, seat]

export const lockWebhooks = async (tx: Tx, client: string): Promise<void> => {
  await tx.raw(`select pg_advisory_xact_lock(hashtextextended('hub.webhooks ' || ?, 0)) /* webhooks.alone */`, [client])
}

export const listWebhooks = (db: Db, client: string | null): Promise<StoredWebhook[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from webhooks w where w.removed_at is null and (:client::text is null or w.client = :client::text)
     order by w.id /* webhooks.list */`,
    { client },
  )

export const findWebhook = (db: Db, id: number, { lock = false } = {}): Promise<StoredWebhook | null> =>
  queryFirst(
    db,
    `select ${COLUMNS} from webhooks w where w.id = ? and w.removed_at is null${lock ? ' for update' : ''} /* webhooks.byId */`,
    [id],
  )

export const reserveWebhookId = (tx: Tx): Promise<number> =>
  queryValue(tx, `select nextval(pg_get_serial_sequence('webhooks', 'id'))::int as id /* webhooks.nextId */`)

export const addWebhook = async (
  tx: Tx,
  made: Pick<StoredWebhook, 'id' | 'client' | 'seat' | 'url' | 'secret' | 'createdAt'>,
): Promise<void> => {
  await tx.raw(
    `insert into webhooks (id, client, seat, url, secret, created_at) overriding system value values (:id, :client, :seat, :url, :secret, :createdAt) /* webhooks.add */`,
    made as never,
  )
}

export const replaceWebhookSecret = async (tx: Tx, id: number, secret: string, previousUntil: Date): Promise<void> => {
  await tx.raw(
    `update webhooks set previous_secret = secret, previous_until = :previousUntil, secret = :secret where id = :id /* webhooks.rotate */`,
    { id, secret, previousUntil } as never,
  )
}

/** Unconfirmed messages stay until they expire. */
export const disableWebhook = async (db: Db, id: number, because: 'GONE' | 'FAILING', now: Date): Promise<void> => {
  await db.raw(
    'update webhooks set disabled_at = :now, disabled_because = :because where id = :id and disabled_at is null /* webhooks.disable */',
    { id, because, now } as never,
  )
}

export const enableWebhook = async (tx: Tx, id: number): Promise<void> => {
  await tx.raw(
    `update webhooks set disabled_at = null, disabled_because = null, failures = 0, open_until = null, failing_since = null
     where id = ? /* webhooks.enable */`,
    [id],
  )
}

/** Also erases its secrets, log and unconfirmed messages. */
export const removeWebhook = async (tx: Tx, id: number, now: Date): Promise<void> => {
  await tx.raw(
    `with removed as (update webhooks set removed_at = :now, secret = '', previous_secret = null, previous_until = null where id = :id returning id),
       calls as (delete from webhook_calls d using removed r where d.webhook_id = r.id)
     delete from webhook_messages m using removed r where m.webhook_id = r.id and m.state <> 'CONFIRMED' /* webhooks.remove */`,
    { id, now } as never,
  )
}

/** Delayed messages of the address become due. */
export const noteWebhookWorking = async (db: Db, id: number, now: Date): Promise<void> => {
  await db.raw(
    `with working as (
       update webhooks w set failures = 0, open_until = null, failing_since = null, confirmed_at = :now from webhooks b
       where w.id = :id and b.id = w.id returning w.id, b.failures > 0 as failed_before)
     update webhook_messages m set due_at = :now from working w
     where w.failed_before and m.webhook_id = w.id and m.state = 'OWED' and m.due_at > :now /* webhooks.calm */`,
    { id, now } as never,
  )
}

/** Returns since when the address fails. `breaker` is null when only this message was rejected. */
export const noteWebhookFailing = async (
  db: Db,
  id: number,
  breaker: { failures: number; openUntil: Date | null } | null,
  now: Date,
): Promise<Date | null> => {
  const answer = await db.raw(
    `update webhooks set failing_since = coalesce(failing_since, :now), failures = coalesce(:failures::int, failures),
       open_until = case when :failures::int is null then open_until else :openUntil::timestamptz end
     where id = :id returning failing_since as since /* webhooks.failed */`,
    { id, now, failures: breaker?.failures ?? null, openUntil: breaker?.openUntil ?? null } as never,
  )
  return answer.rows[0]?.since ?? null
}
