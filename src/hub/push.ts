import { reasonOf } from '../foundation/errors.js'
import type { Log } from '../foundation/log.js'
import { platforms as allPlatforms } from '../platforms/index.js'
import type { ConfiguredPlatform } from '../platforms/platform.js'
import * as database from '../store/db/db.js'
import type * as runs from '../store/timetable/runs.js'
import type { RestoreNotes, SentNote } from '../work/audit/restore-guard.js'
import type { WorkRules } from '../work/calendar/rules.js'
import { queueBackfill } from '../work/delivery/backfill.js'
import { checkRemovals } from '../work/delivery/push/removal-checks.js'
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
  now: () => Date
  log: Log
}

export interface PushTurn {
  ready: readonly ConfiguredPlatform[]
  silent: readonly string[]
  cause: runs.RunCause
  by?: string
  plannedFor?: Date
  attempt?: number
  until?: Date
  progress?: (n: number) => void
  signal?: AbortSignal
}

export const pushWithGuards = async (
  { db, rules, notes, identity, settleSeconds, noticeRestored, isDoubted, now, log }: PushParts,
  { ready, silent, ...options }: PushTurn,
) => {
  const { signal, until } = options
  // A timetabled push sends removals even when this check fails. A direct caller gets the error.
  const unsure = await noticeRestored().then(
    () => false,
    (error) => {
      if (until === undefined || database.isConnectionLost(error)) throw error
      log.error({ reason: reasonOf(error) }, 'the notes of what was sent cannot be read: only removals are sent')
      return true
    },
  )
  // Asks the database too, so that a failover during a push is noticed.
  const additionsStopped = async () =>
    unsure || isDoubted() || ((await restored.areAdditionsStopped(db)) && (await noticeRestored()))
  const beforeSending = (highest: SentNote) => notes.noteSent(identity, highest)
  const heldNewer = (platform: string, deliveryIds: readonly number[]) =>
    restored.noteReceiptsAhead(db, {
      platform,
      deliveryIds,
      platforms: allPlatforms.map(({ id }) => id),
      now: now(),
      log,
    })
  const context = { platforms: ready, silent, calendar: rules.calendar, additionsStopped, beforeSending, heldNewer }
  const filled = Promise.all(
    ready.map(({ platform }) => queueBackfill(db, rules, platform.id, { now, ...(signal && { signal }) })),
  )
  // A backfill error is thrown after the push, so that removals do not wait.
  const tried = filled.catch(() => {})
  // Timetabled checks of earlier removals run beside the push, so that removals do not wait. A command first completes
  // these checks, to send the removals that they queue.
  const checks = Promise.all(
    ready.map((from) =>
      checkRemovals(db, from, { rules, now, log, ...(until && { until }), ...(signal && { signal }) }),
    ),
  )
  const checked = checks.catch(() => {})
  // Only a direct caller waits until a new platform's backfill is queued.
  if (until === undefined) await Promise.all([tried, checked])
  const pushed = await pushDeliveries(db, { ...context, now, random: Math.random, settleSeconds, log, ...options })
  await filled
  await checks
  return pushed
}
