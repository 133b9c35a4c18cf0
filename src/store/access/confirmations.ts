import type { PendingChange } from '../../domain/access/accounts.js'
import { type Db, hasRows, queryFirst, type Tx } from '../db/db.js'

export type AccountTable = 'people' | 'clients'

export interface ConfirmationState {
  pendingSince: Date | null
  /** The person who last made each kind of change since the last confirmation. */
  pendingChanges: Partial<Record<PendingChange, string>>
  changedBy: string | null
  confirmedBy: string | null
  confirmedAt: Date | null
}

export const CONFIRMATION_COLUMNS = `pending_since as "pendingSince", pending_changes as "pendingChanges", changed_by as "changedBy", confirmed_by as "confirmedBy",
  confirmed_at as "confirmedAt"`

/**
 * When a change at :now begins to wait. No two changes share this instant, which identifies what the second person saw.
 */
export const LATER_THAN_PENDING = `greatest(:now::timestamptz, pending_since + interval '1 millisecond')`

export const WITH_PENDING_CHANGE = '(pending_changes || jsonb_build_object(:change::text, :by::text))'

export const lockConfirmation = (tx: Tx, table: AccountTable, id: string): Promise<ConfirmationState | null> =>
  queryFirst(
    tx,
    `select ${CONFIRMATION_COLUMNS} from ${table} where id = ? and ended_at is null for update /* confirmations.waiting */`,
    [id],
  )

export const markAccountConfirmed = async (
  tx: Tx,
  table: AccountTable,
  id: string,
  by: string,
  now: Date,
): Promise<void> => {
  await tx.raw(
    `update ${table} set pending_since = null, pending_changes = '{}', confirmed_by = :by, confirmed_at = :now where id = :id /* confirmations.confirm */`,
    { id, by, now } as never,
  )
}

/** False for a name without an account (a command). */
export const hasEnded = (tx: Tx, name: string): Promise<boolean> =>
  hasRows(
    tx,
    `select 1 from people where id = :name and ended_at is not null
     union all select 1 from clients where id = :name and ended_at is not null /* confirmations.hasEnded */`,
    { name },
  )

export const endAccount = (db: Db, table: AccountTable, id: string, now: Date): Promise<boolean> =>
  hasRows(
    db,
    `update ${table} set ended_at = :now where id = :id and ended_at is null returning 1 /* confirmations.endAccount */`,
    { id, now },
  )
