/** What the hub needs to push: the platforms, the notes, the checks of removals and the backfill, wired. */
import { reasonOf } from '../foundation/errors.js'
import type { Log } from '../foundation/log.js'
import { platforms as allPlatforms } from '../platforms/index.js'
import type { Platform } from '../platforms/platform.js'
import * as database from '../store/db/db.js'
import type * as runs from '../store/timetable/runs.js'
import type { Notes } from '../work/audit/restore-guard.js'
import type { Rules } from '../work/calendar/rules.js'
import { backfill } from '../work/delivery/backfill.js'
import { checkRemovals } from '../work/delivery/push/removal-checks.js'
import type { HighestDelivery } from '../work/delivery/push/sender.js'
import { push } from '../work/delivery/push.js'
import * as restored from '../work/delivery/restored.js'

export interface PushingParts {
  db: database.Db
  rules: Rules
  notes: Notes
  /** Identity of the database. */
  identity: string
  /** Receivers may take so long to apply what they took, seconds. */
  settleSeconds: number
  noticeRestored: () => Promise<boolean>
  /** Whether this machine's clock is doubted: then only removals leave. */
  isDoubted: () => boolean
  now: () => Date
  log: Log
}

export interface PushGiven {
  /** Those that have an address. */
  ready: readonly { platform: Platform; url: string; secret: string }[]
  /** Ids of those that have none. */
  silent: readonly string[]
  cause: runs.Cause
  by?: string
  plannedFor?: Date
  attempt?: number
  until?: Date
  progress?: (n: number) => void
  signal?: AbortSignal
}

export const pushing = async (
  { db, rules, notes, identity, settleSeconds, noticeRestored, isDoubted, now, log }: PushingParts,
  { ready, silent, ...options }: PushGiven,
) => {
  const { signal, until } = options
  // By the timetable removals go on where nobody can tell whether the database is behind; whoever asks is told.
  const unsure = await noticeRestored().then(
    () => false,
    (error) => {
      if (until === undefined || database.isLost(error)) throw error
      log.error({ reason: reasonOf(error) }, 'the notes of what was sent cannot be read: only removals are sent')
      return true
    },
  )
  // A failover in the midst of a push is noticed by the database itself, and then told like any other.
  const additionsStopped = async () =>
    unsure || isDoubted() || ((await restored.additionsStopped(db)) && (await noticeRestored()))
  const beforeSending = (highest: HighestDelivery) => notes.noteSent(identity, highest)
  const heldNewer = (platform: string, deliveryIds: readonly number[]) =>
    restored.receiptsAhead(db, {
      platform,
      deliveryIds,
      platforms: allPlatforms.map(({ id }) => id),
      now: now(),
      log,
    })
  const doors = { platforms: ready, silent, calendar: rules.calendar, additionsStopped, beforeSending, heldNewer }
  const filled = Promise.all(
    ready.map(({ platform }) => backfill(db, rules, platform.id, { now, ...(signal && { signal }) })),
  )
  // What cannot be filled is told when the push has ended, and keeps no removal waiting; unheard until then it would end the process.
  const tried = filled.catch(() => {})
  // By the timetable beside the push: removals do not wait until a display was read. A command sends what its checks owe.
  const checks = Promise.all(
    ready.map((from) =>
      checkRemovals(db, from, { rules, now, log, ...(until && { until }), ...(signal && { signal }) }),
    ),
  )
  const checked = checks.catch(() => {})
  // Whoever asks waits until a new platform is owed everything; by the timetable removals do not wait for that.
  if (until === undefined) await Promise.all([tried, checked])
  const pushed = await push(db, { ...doors, now, random: Math.random, settleSeconds, log, ...options })
  await filled
  await checks
  return pushed
}
