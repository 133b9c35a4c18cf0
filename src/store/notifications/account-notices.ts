/** Each notice keeps the address of its time: an account's new holder cannot redirect it. */
import { type Db, queryColumn, queryRows, type Tx } from '../db/db.js'

const KIND = 'ACCOUNT'

export interface NewAccountNotice {
  person: string
  /** Noted once for each person. */
  occasion: string
  text: string
  now: Date
}

/** Nothing is noted for a person without a confirmed address. */
export const addAccountNotice = async (db: Db | Tx, notice: NewAccountNotice): Promise<void> => {
  await db.raw(
    `insert into notifications (recipient_id, kind, subject, occasion, content, path, noted_at, due_at, address)
     select r.id, '${KIND}', 'account', :occasion, :text, '/desk/account', :now::timestamptz, :now::timestamptz, r.address
     from notification_recipients r where r.person = :person and r.address is not null
     on conflict (recipient_id, subject, occasion) do nothing /* account-notices.add */`,
    notice as never,
  )
}

export const listLockedPeople = (db: Db, now: Date): Promise<string[]> =>
  queryColumn(
    db,
    `select distinct r.person from lockouts l join notification_recipients r on r.person = l.name
     where l.kind = 'PERSON' and l.locked_until > ? and r.address is not null /* account-notices.locked */`,
    [now],
  )

export const listDueAccountNotices = (db: Db): Promise<{ recipient: number; address: string }[]> =>
  queryRows(
    db,
    `select distinct recipient_id as recipient, address from notifications
     where kind = '${KIND}' and message_id is null and dropped_at is null and address is not null order by 1 /* account-notices.due */`,
  )

/** Skips what another process is telling. */
export const lockAccountNotices = (
  tx: Tx,
  { recipient, address }: { recipient: number; address: string },
): Promise<{ id: number; text: string }[]> =>
  queryRows(
    tx,
    `select id, content as text from notifications where recipient_id = ? and address = ? and message_id is null and dropped_at is null
     order by id for update skip locked /* account-notices.lock */`,
    [recipient, address],
  )
