import { reasonOf } from '../foundation/errors.js'
import type { Log } from '../foundation/log.js'
import { platforms as allPlatforms } from '../platforms/index.js'
import * as database from '../store/db/db.js'
import type { RestoreNotes, SentNote } from '../work/audit/restore-guard.js'
import type { WorkRules } from '../work/calendar/rules.js'
import { queueBackfill } from '../work/delivery/backfill.js'
import { checkRemovals } from '../work/delivery/push/removal-checks.js'
import type { PushOptions } from '../work/delivery/push/sender.js'
import { pushDeliveries } from '../work/delivery/push.js'
import * as restored from '../work/delivery/restored.js'

export interface PushParts {
  db: database.Db
  rules: WorkRules
  notes: RestoreNotes
  identity: string
  settleSeconds: number
  noticeRestored: () => Promise<boolean>
  /** Only removals leave while the clock is doubted. */
  isDoubted: () => boolean
  isHeldOnTrial: (platform: string) => boolean
  now: () => Date
  log: Log
}

export type PushTurn = Pick<
  PushOptions,
  'platforms' | 'silent' | 'cause' | 'by' | 'plannedFor' | 'attempt' | 'until' | 'progress' | 'signal'
>

export const pushOnlyRemovalsWhenInDoubt = async (
  { db, rules, notes, identity, settleSeconds, noticeRestored, isDoubted, isHeldOnTrial, now, log }: PushParts,
  turn: PushTurn,
) => {
  const { platforms, until } = turn
  // If the check for a restored backup fails, a timetabled push sends only removals; a person's throws.
  const unsure = await noticeRestored().then(
    () => false,
    (error) => {
      if (until === undefined || database.isConnectionLost(error)) throw error
      log.error({ reason: reasonOf(error) }, 'the notes of what was sent cannot be read: only removals are sent')
      return true
    },
  )
  // Queries the database each time, so a failover during a push is noticed.
  const additionsStopped = async (platform: string) =>
    unsure ||
    isDoubted() ||
    isHeldOnTrial(platform) ||
    ((await restored.areAdditionsStopped(db)) && (await noticeRestored()))
  const beforeSending = (highest: SentNote) => notes.noteSent(identity, highest)
  const heldNewer = (platform: string, deliveryIds: readonly number[]) =>
    restored.noteReceiptsAhead(db, {
      platform,
      deliveryIds,
      platforms: allPlatforms.map(({ id }) => id),
      now: now(),
      log,
    })
  const options = { ...turn, now, log }
  const filled = Promise.all(platforms.map(({ platform }) => queueBackfill(db, rules, platform.id, options)))
  // A backfill error is thrown after the push, so removals do not wait.
  const tried = filled.catch(() => {})
  // A person's push awaits the checks of earlier removals, to send the removals that these queue.
  const checks = Promise.all(platforms.map((from) => checkRemovals(db, from, { ...options, rules })))
  const checked = checks.catch(() => {})
  if (until === undefined) await Promise.all([tried, checked])
  const guards = { calendar: rules.calendar, additionsStopped, beforeSending, heldNewer }
  const pushed = await pushDeliveries(db, { ...options, ...guards, random: Math.random, settleSeconds })
  await filled
  await checks
  return pushed
}
