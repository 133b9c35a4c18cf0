import type { Role } from '../../domain/access/viewer.js'
import type { RecipientForm, RobotForm } from '../../domain/notifications/addresses.js'
import type { NotificationKind } from '../../domain/notifications/kinds.js'
import type { SendingChoice } from '../../domain/notifications/schedule.js'
import { type Db, hasRows, queryFirst, queryRows, type Tx } from '../db/db.js'

export interface NotificationRecipient extends SendingChoice {
  id: number
  person: string | null
  robot: string | null
  form: RecipientForm
  /** Sealed. */
  address: string | null
  secret: string | null
  kinds: NotificationKind[]
  /** Robots have none. */
  role: Role | null
  agency: string | null
  region: string | null
  changedBy: string
  changedAt: Date
}

export interface StoredSettings extends NotificationRecipient {
  pendingAddress: string | null
  codeMark: string | null
  codeUntil: Date | null
  codeTries: number
  codesSent: number
  codeSentAt: Date | null
}

const COLUMNS = `r.id, r.person, r.robot, r.form, r.address, r.secret, r.kinds, r.digest_hour as "digestHour", r.quiet_from as "quietFrom",
  r.quiet_to as "quietTo", p.role, p.agency, coalesce(p.region, r.region) as region, r.changed_by as "changedBy", r.changed_at as "changedAt",
  r.pending_address as "pendingAddress", r.code_mark as "codeMark", r.code_until as "codeUntil", r.code_tries as "codeTries",
  r.codes_sent as "codesSent", r.code_sent_at as "codeSentAt"`
const FROM = 'notification_recipients r left join people p on p.id = r.person'

export const listReachable = (db: Db): Promise<NotificationRecipient[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from ${FROM} where r.address is not null and cardinality(r.kinds) > 0
       and (r.person is null or (p.ended_at is null and p.pending_since is null)) order by r.id /* notification-recipients.reachable */`,
  )

export const findOfPerson = (db: Db | Tx, person: string): Promise<StoredSettings | null> =>
  queryFirst(db, `select ${COLUMNS} from ${FROM} where r.person = ? /* notification-recipients.ofPerson */`, [person])

export const listRobots = (db: Db): Promise<NotificationRecipient[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from ${FROM} where r.robot is not null order by r.robot /* notification-recipients.robots */`,
  )

export const findRobot = (db: Db | Tx, robot: string): Promise<NotificationRecipient | null> =>
  queryFirst(db, `select ${COLUMNS} from ${FROM} where r.robot = ? /* notification-recipients.robot */`, [robot])

export type PersonChoice = SendingChoice & { person: string; kinds: readonly NotificationKind[]; now: Date }

/** False for somebody who has no account. */
export const saveChoice = (tx: Tx, choice: PersonChoice): Promise<boolean> =>
  hasRows(
    tx,
    `insert into notification_recipients (person, form, kinds, digest_hour, quiet_from, quiet_to, changed_by, changed_at)
     select p.id, 'EMAIL', :kinds::text[], :digestHour::smallint, :quietFrom::smallint, :quietTo::smallint, p.id, :now::timestamptz from people p
     where p.id = :person and p.ended_at is null
     on conflict (person) do update set kinds = excluded.kinds, digest_hour = excluded.digest_hour, quiet_from = excluded.quiet_from,
       quiet_to = excluded.quiet_to, changed_at = excluded.changed_at
     returning id /* notification-recipients.saveChoice */`,
    { ...choice, kinds: [...choice.kinds] },
  )

export interface AddressProof {
  person: string
  /** Sealed. */
  pendingAddress: string
  codeMark: string
  codeUntil: Date
  codesSent: number
  now: Date
}

export const awaitProof = async (tx: Tx, proof: AddressProof): Promise<void> => {
  await tx.raw(
    `update notification_recipients set pending_address = :pendingAddress, code_mark = :codeMark, code_until = :codeUntil, code_tries = 0,
       codes_sent = :codesSent, code_sent_at = :now where person = :person /* notification-recipients.awaitProof */`,
    proof as never,
  )
}

/** Counts the attempt first; null when no code can be tried. */
export const tryCode = (
  tx: Tx,
  { person, triesMost, now }: { person: string; triesMost: number; now: Date },
): Promise<Pick<StoredSettings, 'id' | 'codeMark'> | null> =>
  queryFirst(
    tx,
    `update notification_recipients set code_tries = code_tries + 1 where person = :person and code_until > :now and code_tries < :triesMost
     returning id, code_mark as "codeMark" /* notification-recipients.tryCode */`,
    { person, triesMost, now },
  )

export const acceptAddress = async (tx: Tx, person: string, now: Date): Promise<void> => {
  await tx.raw(
    `update notification_recipients set address = pending_address, pending_address = null, code_mark = null, code_until = null, code_tries = 0,
       changed_at = ? where person = ? and pending_address is not null /* notification-recipients.accept */`,
    [now, person],
  )
}

/** The row stays for notices about the account that are still owed. */
export const resetOfPerson = async (
  tx: Tx,
  person: string,
  { kinds, now }: { kinds: readonly NotificationKind[]; now: Date },
): Promise<void> => {
  await tx.raw(
    `update notification_recipients set address = null, kinds = :kinds::text[], digest_hour = null, quiet_from = null, quiet_to = null,
       pending_address = null, code_mark = null, code_until = null, code_tries = 0, changed_at = :now
     where person = :person /* notification-recipients.reset */`,
    { person, kinds: [...kinds], now },
  )
  await tx.raw(
    `delete from notifications n using notification_recipients r where r.id = n.recipient_id and r.person = ? and n.address is null
     /* notification-recipients.resetNotes */`,
    [person],
  )
  await tx.raw(
    `delete from notification_messages m using notification_recipients r where r.id = m.recipient_id and r.person = ?
       and not exists (select 1 from notifications n where n.message_id = m.id) /* notification-recipients.resetMessages */`,
    [person],
  )
}

export const eraseOfEndedAccounts = async (db: Db): Promise<void> => {
  await db.raw(
    `delete from notification_recipients r using people p where p.id = r.person and p.ended_at is not null /* notification-recipients.eraseEnded */`,
  )
}

export interface RobotSettings extends SendingChoice {
  robot: string
  form: RobotForm
  address: string
  secret: string | null
  region: string | null
  kinds: readonly NotificationKind[]
  by: string
  now: Date
}

export const saveRobot = async (tx: Tx, robot: RobotSettings): Promise<void> => {
  await tx.raw(
    `insert into notification_recipients (robot, form, address, secret, region, kinds, digest_hour, quiet_from, quiet_to, changed_by, changed_at)
     values (:robot, :form, :address, :secret, :region, :kinds, :digestHour, :quietFrom, :quietTo, :by, :now)
     on conflict (robot) do update set form = excluded.form, address = excluded.address, secret = excluded.secret, region = excluded.region,
       kinds = excluded.kinds, digest_hour = excluded.digest_hour, quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to,
       changed_by = excluded.changed_by, changed_at = excluded.changed_at /* notification-recipients.saveRobot */`,
    { ...robot, kinds: [...robot.kinds] } as never,
  )
}

export const removeRobot = (tx: Tx, robot: string): Promise<boolean> =>
  hasRows(
    tx,
    `delete from notification_recipients where robot = ? returning id /* notification-recipients.removeRobot */`,
    [robot],
  )
