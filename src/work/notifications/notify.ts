/**
 * One run notes what is new, drops what has passed, puts what is due into one message a recipient, and sends what is owed.
 * Each step commits by itself, so a process may die anywhere.
 */
import { randomUUID } from 'node:crypto'
import type { Role } from '../../domain/access/viewer.js'
import { hearsOccasion, type NotificationOccasion } from '../../domain/notifications/kinds.js'
import { composeMessage, ROBOT_BYTES_MOST } from '../../domain/notifications/message.js'
import { findSendingTime, MESSAGE_LIVES_MS } from '../../domain/notifications/schedule.js'
import type { Db } from '../../store/db/db.js'
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
  runBeside(db, { ...options, job: 'notify' }, async ({ counts }) => {
    const { now, sending, sources, publicUrl, log, itemsMost = ITEMS_MOST } = options
    const done: NotifyRun = Object.assign(counts, { noted: 0, told: 0, sent: 0, failed: 0, dead: 0 })
    await recipients.eraseOfEndedAccounts(db)
    const told = await gatherAll(db, { ...sources, itemsMost }, now())
    done.noted = await noteOccasions(db, told, now())
    done.told = await composeDue(db, told, { publicUrl, now: now() })
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

interface Hearing extends RecipientWork {
  hearer: recipients.NotificationRecipient
}

const gatherAll = async (db: Db, sources: OccasionSources & { itemsMost: number }, now: Date): Promise<Hearing[]> => {
  const hearers = await recipients.listReachable(db)
  if (hearers.length === 0) return []
  const rules = await applyAmendmentsToRules(db, sources.rules)
  const shared = await gatherOccasions(db, sources, now)
  const all: Hearing[] = []
  for (const hearer of hearers) {
    const roles = hearer.role === null ? ROBOT_ROLES : [hearer.role]
    const { occasions, isWhole } = await gatherWork(
      db,
      rules,
      { recipient: hearer, roles, itemsMost: sources.itemsMost },
      now,
    )
    const own = occasions.filter(({ kind }) => hearer.kinds.includes(kind))
    all.push({
      hearer,
      isWhole,
      occasions: [...own, ...shared.filter((each) => hearsOccasion({ ...hearer, roles }, each))],
    })
  }
  return all
}

const noteOccasions = (db: Db, told: readonly Hearing[], now: Date): Promise<number> => {
  const made = told.flatMap(({ hearer, occasions }) => {
    const dueAt = findSendingTime(hearer, now)
    return occasions.map((occasion) => ({ recipient: hearer.id, dueAt, occasion }))
  })
  return outbox.addNotifications(db, made, now)
}

const keyOf = ({ subject, occasion }: Pick<NotificationOccasion, 'subject' | 'occasion'>): string =>
  `${subject} ${occasion}`

const composeDue = async (
  db: Db,
  hearings: readonly Hearing[],
  { publicUrl, now }: { publicUrl: string; now: Date },
): Promise<number> => {
  let told = 0
  for (const id of await outbox.listDueRecipients(db, now)) {
    const hearing = hearings.find(({ hearer }) => hearer.id === id)
    if (hearing === undefined) continue
    const { hearer, isWhole } = hearing
    const present = new Set(hearing.occasions.map(keyOf))
    told += await db.transaction(async (tx) => {
      const due = await outbox.lockDue(tx, id, now)
      const passed = isWhole ? due.filter((each) => !present.has(keyOf(each))) : []
      await outbox.dropNotifications(
        tx,
        passed.map((each) => each.id),
        now,
      )
      const lines = due.filter((each) => !passed.includes(each))
      if (lines.length === 0) return 0
      const frame = {
        publicUrl,
        isDigest: hearer.digestHour !== null,
        bytesMost: hearer.form === 'EMAIL' ? null : ROBOT_BYTES_MOST[hearer.form],
      }
      await outbox.addMessage(tx, {
        ...composeMessage(lines, frame),
        recipient: id,
        messageId: `<notification-${randomUUID()}@${new URL(publicUrl).hostname}>`,
        codes: [...new Set(lines.flatMap(({ code }) => code ?? []))],
        of: lines.map((each) => each.id),
        expiresAt: new Date(now.getTime() + MESSAGE_LIVES_MS),
        now,
      })
      return lines.length
    })
  }
  return told
}
