/** One process runs each occurrence (a job's planned time) under a lease; another takes over when it dies. */

import { findOwedRun, isClockSetBack } from '../../domain/timetable/missed-runs.js'
import { reasonOf } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import type { Metrics } from '../../foundation/metrics.js'
import { type CronSchedule, nextRun, parseCron, runsBetween } from '../../foundation/time/cron.js'
import { type Db, isConnectionLost } from '../../store/db/db.js'
import * as occurrences from '../../store/timetable/occurrences.js'
import type * as runs from '../../store/timetable/runs.js'
import * as schedules from '../../store/timetable/schedules.js'
import { LEASE_MS, LEASE_RENEWAL_MS } from './lease-times.js'
import { JOB_RULES, type ScheduledJob } from './timetable.js'

const ATTEMPTS_MOST = 5
const HELD_MOST = 64
const PLANNED_MOST = 1_000
const STEP_MS = 2_000
const KEPT_MS = 90 * 86_400_000
const PRUNE_BEATS = 3_600

export interface OccurrenceTurn {
  job: ScheduledJob['job']
  subject: string
  plannedFor: Date
  attempt: number
  cause: Extract<runs.RunCause, 'timetable' | 'person'>
  by?: string
}

/** False when the job already runs elsewhere; the occurrence is then retried. */
export type JobRunner = (turn: OccurrenceTurn, signal: AbortSignal) => Promise<boolean>

export interface SchedulerParts {
  /** Read at each beat. The same array means that nothing has changed. */
  occasions: () => readonly ScheduledJob[]
  act: JobRunner
  now: () => Date
  log: Log
  metrics?: Pick<Metrics, 'ran'>
}

interface PlannedOccasion extends ScheduledJob {
  rule: CronSchedule
  /** Epoch ms; 0 when unknown. */
  nextAt: number
}

export const makeScheduler = (db: Db, { occasions, act, now, log, metrics }: SchedulerParts) => {
  let known: readonly ScheduledJob[] = []
  let rows: PlannedOccasion[] = []
  let wanted: { job: ScheduledJob['job']; subject: string; beside: boolean }[] = []
  const follow = (): void => {
    const present = occasions()
    if (present === known) return
    known = present
    const before = new Map(rows.map((row) => [`${row.job} ${row.subject} ${row.cron}`, row.nextAt]))
    rows = present.map((one) => ({
      ...one,
      rule: parseCron(one.cron),
      nextAt: before.get(`${one.job} ${one.subject} ${one.cron}`) ?? 0,
    }))
    wanted = present.map(({ job, subject }) => ({ job, subject, beside: JOB_RULES[job].beside }))
  }
  const stopping = new AbortController()
  const held = new Map<number, HeldHere>()
  const unwritten = new Map<number, () => Promise<unknown>>()
  let lastBeat = 0
  let beats = 0
  let beating: Promise<void> | null = null
  let renewing: Promise<void> | null = null

  const round = async (): Promise<void> => {
    follow()
    for (const [id, write] of unwritten) {
      await write()
      unwritten.delete(id)
    }
    const at = now()
    // A clock set back plans times again; existing rows do not run twice.
    if (at.getTime() < lastBeat - STEP_MS) for (const row of rows) row.nextAt = 0
    lastBeat = at.getTime()
    const due = rows.filter((row) => row.nextAt <= at.getTime())
    if (due.length > 0) await plan(db, due, at)
    for (const row of due) row.nextAt = nextRun(row.rule, at)?.getTime() ?? Number.POSITIVE_INFINITY
    await take(at)
    if (beats % PRUNE_BEATS === 0) await occurrences.pruneOccurrences(db, new Date(at.getTime() - KEPT_MS))
    beats += 1
  }

  const take = async (at: Date): Promise<void> => {
    const room = HELD_MOST - held.size
    if (room <= 0 || stopping.signal.aborted || !(await occurrences.hasClaimable(db))) return
    const options = { limit: room, leaseMs: LEASE_MS, attemptsMost: ATTEMPTS_MOST, now: at }
    const asked = performance.now()
    const claimed = await occurrences.claimOccurrences(db, wanted, options)
    const isLate = performance.now() - asked > LEASE_RENEWAL_MS
    // A commit that waits for a standby may outlast the lease that it writes.
    const mine = isLate ? await occurrences.renewLeases(db, claimed.map(heldOf), LEASE_MS) : claimed.map(({ id }) => id)
    for (const one of claimed) if (mine.includes(one.id)) begin(one)
    for (const { job, subject, plannedFor } of await occurrences.abandonExhausted(db, ATTEMPTS_MOST, at))
      log.error({ job, subject, plannedFor }, `an occurrence was given up after ${ATTEMPTS_MOST} attempts`)
  }

  const begin = (one: occurrences.Occurrence): void => {
    const here: HeldHere = { ...heldOf(one), lost: new AbortController(), isEnding: false, work: Promise.resolve() }
    if (one.attempts > 1) log.warn({ ...turnOf(one) }, 'an occurrence is taken up again')
    held.set(one.id, here)
    here.work = perform(one, here).finally(() => {
      if (held.get(one.id) === here) held.delete(one.id)
    })
  }

  const perform = async (one: occurrences.Occurrence, here: HeldHere): Promise<void> => {
    const [turn, mine, lost] = [turnOf(one), heldOf(one), here.lost.signal]
    const lateSeconds = (now().getTime() - one.plannedFor.getTime()) / 1_000
    const began = performance.now()
    const tell = (outcome: string): void => {
      const seconds = (performance.now() - began) / 1_000
      metrics?.ran({ job: one.job, subject: one.subject, outcome, lateSeconds, seconds })
    }
    const end = (state: 'DONE' | 'FAILED') => {
      tell(state)
      return () => occurrences.endOccurrence(db, mine, state, now())
    }
    const giveBack = (unused: boolean) => () => occurrences.giveBackClaimed(db, mine, { unused })
    let write: () => Promise<unknown>
    try {
      const ran = await act(turn, AbortSignal.any([stopping.signal, lost]))
      write = ran ? end('DONE') : giveBack(true)
    } catch (error) {
      if (lost.aborted) return log.warn(turn, 'an occurrence was taken over by another process')
      if (!stopping.signal.aborted)
        log.error({ err: error, ...turn }, `the timetable's ${turn.job} failed: ${reasonOf(error)}`)
      // The occurrence is tried again when the process stops or loses the database.
      write = stopping.signal.aborted || isConnectionLost(error) ? giveBack(false) : end('FAILED')
    }
    try {
      here.isEnding = true
      await write()
    } catch (error) {
      unwritten.set(mine.id, write)
      log.warn({ ...turn, reason: reasonOf(error) }, 'the end of an occurrence could not be written yet')
    }
  }

  const quietly = (what: string, work: Promise<void>): Promise<void> =>
    work.catch((error) => log.warn({ reason: reasonOf(error) }, what))

  return {
    /** Never throws. */
    beat: (): Promise<void> => {
      beating ??= quietly('the timetable could not be looked at', round()).finally(() => {
        beating = null
      })
      return beating
    },
    /** Aborts occurrences whose lease was lost. Never throws. */
    renew: (): Promise<void> => {
      // An end whose commit waits locks its row.
      const mine = [...held.values()].filter(({ isEnding }) => !isEnding)
      if (mine.length === 0) return Promise.resolve()
      const renewed = async () => {
        const renewedIds = await occurrences.renewLeases(db, mine, LEASE_MS)
        for (const { id, lost } of mine)
          if (!renewedIds.includes(id)) lost.abort(new Error('the occurrence was taken over'))
      }
      renewing ??= quietly('leases could not be renewed', renewed()).finally(() => {
        renewing = null
      })
      return renewing
    },
    idle: async (): Promise<void> => {
      await beating
      while (held.size > 0) await Promise.allSettled([...held.values()].map(({ work }) => work))
    },
    stop: (): void => stopping.abort(new Error('the hub is stopping')),
  }
}

interface HeldHere extends occurrences.HeldOccurrence {
  lost: AbortController
  isEnding: boolean
  work: Promise<void>
}

const heldOf = ({ id, attempts }: occurrences.Occurrence): occurrences.HeldOccurrence => ({ id, attempt: attempts })

const turnOf = ({ job, subject, plannedFor, attempts, cause, by }: occurrences.Occurrence): OccurrenceTurn => ({
  job: job as ScheduledJob['job'],
  subject,
  plannedFor,
  attempt: attempts,
  cause,
  ...(by === null ? {} : { by }),
})

const plan = (db: Db, rows: readonly PlannedOccasion[], now: Date): Promise<void> =>
  db.transaction(async (tx) => {
    const known = new Map((await schedules.lockSchedules(tx, rows, now)).map((row) => [nameOf(row), row]))
    for (const row of rows) {
      const { plannedUntil, pausedAt } = known.get(nameOf(row)) ?? { plannedUntil: now, pausedAt: null }
      const behind = isClockSetBack(plannedUntil, now)
      const since = behind ? new Date(now.getTime() - STEP_BACK_LOOK_MS) : plannedUntil
      const planned = runsBetween(row.rule, since, now, PLANNED_MOST)
      const last = planned.at(-1)
      if (last !== undefined || behind) await schedules.notePlannedUntil(tx, row, last ?? now)
      if (last === undefined || pausedAt !== null) continue
      const owed = findOwedRun(planned, now, JOB_RULES[row.job].withinMs)
      if (owed === null) continue
      await occurrences.addOccurrence(tx, { ...row, ...owed })
      await occurrences.skipOccurrences(tx, { ...row, before: owed.plannedFor, now })
    }
  })

const STEP_BACK_LOOK_MS = 60_000

const nameOf = ({ job, subject }: { job: string; subject: string }): string => `${job}:${subject}`
