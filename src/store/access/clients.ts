import type { PendingChange } from '../../domain/access/accounts.js'
import type { Role } from '../../domain/access/viewer.js'
import { type Db, hasRows, queryFirst, queryRows } from '../db/db.js'
import {
  CONFIRMATION_COLUMNS,
  type ConfirmationState,
  LATER_THAN_PENDING,
  WITH_PENDING_CHANGE,
} from './confirmations.js'

export interface ClientAccount {
  id: string
  role: Role
  agency: string | null
  region: string | null
  secretHash: string
}

export interface RegisteredClient extends ClientAccount, ConfirmationState {
  previousHash: string | null
  ended: boolean
}

/** False when a client or person has this name: one person must not pass for two. */
export const addClient = (db: Db, client: ClientAccount, { by, now }: { by: string; now: Date }): Promise<boolean> =>
  hasRows(
    db,
    `insert into clients (id, role, agency, region, secret_hash, created_at, changed_by, pending_since, pending_changes)
     select :id::text, :role, :agency, :region, :secretHash, :now, :by, :now, jsonb_build_object('REGISTERED', :by::text)
     where not exists (select 1 from (select id from clients union all select id from people) taken
       where lower(normalize(taken.id, NFKC)) = lower(normalize(:id::text, NFKC)))
     on conflict (id) do nothing returning id /* clients.add */`,
    { ...client, by, now },
  )

/**
 * The last confirmed secret stays valid until `previousUntil`. Returns when it ends (null: no secret was kept), or null
 * for an unknown client.
 */
export const replaceSecret = (
  db: Db,
  id: string,
  secretHash: string,
  { by, now, previousUntil }: { by: string; now: Date; previousUntil: Date | null },
): Promise<{ previousUntil: Date | null } | null> =>
  queryFirst(
    db,
    `with kept as (select case when :previousUntil::timestamptz is null then null when pending_since is null then secret_hash
       when previous_until > :now then previous_hash end as hash from clients where id = :id for update)
     update clients set previous_hash = kept.hash, previous_until = case when kept.hash is not null then :previousUntil::timestamptz end,
       secret_hash = :secretHash, rotated_at = :now, changed_by = :by, pending_since = ${LATER_THAN_PENDING}, confirmed_by = null, confirmed_at = null,
       pending_changes = ${WITH_PENDING_CHANGE}
     from kept where id = :id and ended_at is null returning previous_until as "previousUntil" /* clients.rotate */`,
    { id, secretHash, by, now, previousUntil, change: 'SECRET' satisfies PendingChange },
  )

export const findClient = (db: Db, id: string, now: Date): Promise<RegisteredClient | null> =>
  queryFirst(
    db,
    `select id, role, agency, region, secret_hash as "secretHash", ended_at is not null as ended, ${CONFIRMATION_COLUMNS},
       case when previous_until > :now then previous_hash end as "previousHash"
     from clients where id = :id /* clients.byId */`,
    { id, now },
  )

export interface ClientSummary extends Omit<ClientAccount, 'secretHash'>, ConfirmationState {
  createdAt: Date
  rotatedAt: Date | null
  previousUntil: Date | null
  endedAt: Date | null
}

export const listClients = (db: Db, now: Date, most: number, name: string | null = null): Promise<ClientSummary[]> =>
  queryRows(
    db,
    `select id, role, agency, region, created_at as "createdAt", rotated_at as "rotatedAt", ended_at as "endedAt", ${CONFIRMATION_COLUMNS},
       case when previous_until > :now then previous_until end as "previousUntil"
     from clients where :name::text is null or id = :name order by ended_at is not null, id limit :most /* clients.list */`,
    { now, most, name },
  )
