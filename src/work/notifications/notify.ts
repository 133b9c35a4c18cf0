/** Notes what is new, drops what has passed, composes one message a recipient and sends it. Each step commits. */
import { randomUUID } from 'node:crypto'
import type { Role } from '../../domain/access/viewer.js'
import { seatOf } from '../../domain/matters/seats.js'
import { composeAccountMessage, describeAccountEvent } from '../../domain/notifications/account-notices.js'
import { type NotificationOccasion, receivesOccasion } from '../../domain/notifications/kinds.js'
import { composeMessage, numberOfMessage } from '../../domain/notifications/message.js'
import { findSendingTime, MESSAGE_LIVES_MS } from '../../domain/notifications/schedule.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import * as notices from '../../store/notifications/account-notices.js'
import * as outbox from '../../store/notifications/outbox.js'
import * as recipients from '../../store/notifications/recipients.js'
import { applyAmendmentsToRules } from '../calendar/calendar.js'
import { type RunOptions, runBeside } from '../timetable/run.js'
import { gatherOccasions, type OccasionSources } from './occasions.js'
import { type SendingParts, sendMessages } from './send.js'
import { gatherWork, ITEMS_MOST, type RecipientWork } from './work-items.js'

const KEPT_MS = 400 * 86_400_000
const DELETED_MOST = 5_000

export interface NotifyOptions extends RunOptions {
  sources: OccasionSources
  itemsMost?: number
  publicUrl: string
  /** Missing when this process sends nothing: each message needs an audit row. */
  sending: Omit<SendingParts, 'now'> | null
}

export type NotifyRun = Record<'noted' | 'told' | 'sent' | 'failed' | 'dead', number>

export const runNotifications = (db: Db, options: NotifyOptions): Promise<NotifyRun | null> =>
  runBeside(db, { ...options, job: 'notify' }, async ({ counts }, db) => {
    const { now, sending, sources, publicUrl, log, itemsMost = ITEMS_MOST } = options
    const done: NotifyRun = Object.assign(counts, { noted: 0, told: 0, sent: 0, failed: 0, dead: 0 })
    await recipients.eraseOfEndedAccounts(db)
    const told = await gatherAll(db, { ...sources, itemsMost }, now())
    done.noted = await noteOccasions(db, told, now())
    const composing = { publicUrl, now: now() }
    done.told = (await composeAccountNotices(db, composing)) + (await composeDue(db, told, composing))
    done.dead += (await outbox.expireMessages(db, now())).length
    if (sending !== null) {
      const { sent, failed, dead } = await sendMessages(db, { ...sending, now })
      Object.assign(done, { sent, failed, dead: done.dead + dead })
    }
    await outbox.deleteOlderThan(db, new Date(now().getTime() - KEPT_MS), DELETED_MOST)
    if (done.dead > 0) log?.error({ alarm: 'NOTIFICATION_DEAD', messages: done.dead }, 'notifications were given up')
    return { ...done }
  })

const ROBOT_ROLES: readonly Role[] = ['officer', 'reviewer', 'administrator']

const seatOfPerson = ({ role, person: sub, agency, region }: recipients.NotificationRecipient): string | null =>
  role === null ? null : seatOf({ role, sub, agency, region })

interface RecipientOccasions extends RecipientWork {
  recipient: recipients.NotificationRecipient
}

const gatherAll = async (
  db: Db,
  sources: OccasionSources & { itemsMost: number },
  now: Date,
): Promise<RecipientOccasions[]> => {
  const reachable = await recipients.listReachable(db)
  if (reachable.length === 0) return []
  const rules = await applyAmendmentsToRules(db, sources.rules)
  const seats = new Map(reachable.map((recipient) => [recipient, seatOfPerson(recipient)]))
  const shared = await gatherOccasions(
    db,
    { ...sources, rules, seats: [...new Set(seats.values())].flatMap((seat) => seat ?? []) },
    now,
  )
  const all: RecipientOccasions[] = []
  for (const recipient of reachable) {
    const roles = recipient.role === null ? ROBOT_ROLES : [recipient.role]
    const { occasions, isWhole } = await gatherWork(
      db,
      { ...sources, rules },
      { recipient, roles, itemsMost: sources.itemsMost },
      now,
    )
    const own = occasions.filter(({ kind }) => recipient.kinds.includes(kind))
    all.push({
      recipient,
      isWhole,
      occasions: [
        ...own,
        ...shared.filter((each) => receivesOccasion({ ...recipient, roles, seat: seats.get(recipient) ?? null }, each)),
      ],
    })
  }
  return all
}

const noteOccasions = (db: Db, told: readonly RecipientOccasions[], now: Date): Promise<number> => {
  const made = told.flatMap(({ recipient, occasions }) => {
    const dueAt = findSendingTime(recipient, now)
    return occasions.map((occasion) => ({ recipient: recipient.id, dueAt, occasion }))
  })
  return outbox.addNotifications(db, made, now)
}

const themeOf = ({ subject, occasion }: Pick<NotificationOccasion, 'subject' | 'occasion'>): string =>
  `${subject} ${occasion.split(' ')[0]}`

const splitDue = (due: readonly outbox.DueNotification[], { occasions, isWhole }: RecipientWork) => {
  const present = new Set(occasions.map(themeOf))
  const newest = new Map(due.map((each) => [themeOf(each), each.id]))
  const isTold = (each: outbox.DueNotification): boolean =>
    newest.get(themeOf(each)) === each.id && (!isWhole || present.has(themeOf(each)))
  return { lines: due.filter(isTold), dropped: due.filter((each) => !isTold(each)) }
}

interface Composing {
  publicUrl: string
  now: Date
}

const envelopeOf = ({ publicUrl, now }: Composing) => ({
  messageId: `<notification-${randomUUID()}@${new URL(publicUrl).hostname}>`,
  expiresAt: new Date(now.getTime() + MESSAGE_LIVES_MS),
  now,
})

const composeDue = async (db: Db, all: readonly RecipientOccasions[], composing: Composing): Promise<number> => {
  const { publicUrl, now } = composing
  let told = 0
  for (const id of await outbox.listDueRecipients(db, now)) {
    const found = all.find(({ recipient }) => recipient.id === id)
    if (found === undefined) continue
    const { recipient } = found
    told += await db.transaction(async (tx) => {
      const { lines, dropped } = splitDue(await outbox.lockDue(tx, id, now), found)
      await outbox.dropNotifications(
        tx,
        dropped.map((each) => each.id),
        now,
      )
      if (lines.length === 0) return 0
      const envelope = envelopeOf(composing)
      const text = composeMessage(lines, {
        publicUrl,
        isDigest: recipient.digestHour !== null,
        robot:
          recipient.form === 'EMAIL' ? null : { form: recipient.form, number: numberOfMessage(envelope.messageId) },
      })
      await outbox.addMessage(tx, {
        ...{ ...text, ...envelope, recipient: id },
        codes: [...new Set(lines.flatMap(({ code }) => code ?? []))],
        of: lines.map((each) => each.id),
      })
      return lines.length
    })
  }
  return told
}

/** Lockouts come from their table, so failed sign-ins lose no time. */
const composeAccountNotices = async (db: Db, composing: Composing): Promise<number> => {
  const { now } = composing
  for (const person of await notices.listLockedPeople(db, now)) {
    const occasion = `LOCKED ${shanghaiDate(now)}`
    await notices.addAccountNotice(db, { person, occasion, text: describeAccountEvent('LOCKED', now), now })
  }
  let told = 0
  for (const due of await notices.listDueAccountNotices(db))
    told += await db.transaction(async (tx) => {
      const events = await notices.lockAccountNotices(tx, due)
      if (events.length === 0) return 0
      const text = composeAccountMessage(events.map((each) => each.text))
      const of = events.map(({ id }) => id)
      await outbox.addMessage(tx, { ...text, ...envelopeOf(composing), recipient: due.recipient, codes: [], of })
      return events.length
    })
  return told
}
