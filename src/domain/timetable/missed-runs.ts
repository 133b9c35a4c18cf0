/** Decides which missed runs of a job are caught up. */

export type MissedRunPolicy = 'skip' | 'once' | 'all'

export interface MissedRule {
  missed: MissedRunPolicy
  /** A run missed longer ago than this is not caught up; null: no limit. */
  withinMs: number | null
}

/** A run late by less than this is on time: not even an every-minute job has a newer occurrence by then. */
const ON_TIME_MS = 60_000
/** If more runs were missed, only this many, the newest, are caught up. */
export const MISSED_RUNS_CAUGHT_UP_MOST = 100
/** Tolerated difference between machines' clocks. A clock further behind was set back. */
const SKEW_MS = 60_000

/**
 * `planned`: occurrences up to `now`, ascending. `missed`: how many further occurrences the last of `run` stands for.
 */
export const runsOwed = (
  planned: readonly Date[],
  now: Date,
  { missed, withinMs }: MissedRule,
): { run: Date[]; missed: number } => {
  const last = planned.at(-1)
  if (last === undefined) return { run: [], missed: 0 }
  const late = (at: Date): number => now.getTime() - at.getTime()
  const onTime = late(last) < ON_TIME_MS
  if (missed === 'skip') return onTime ? { run: [last], missed: 0 } : { run: [], missed: 0 }
  const open = planned.filter((at) => withinMs === null || late(at) <= withinMs)
  if (open.length === 0) return { run: onTime ? [last] : [], missed: 0 }
  if (missed === 'once') return { run: [last], missed: planned.length - 1 }
  const run = open.slice(-MISSED_RUNS_CAUGHT_UP_MOST)
  return { run, missed: planned.length - run.length }
}

export const isClockSetBack = (plannedUntil: Date, now: Date): boolean =>
  plannedUntil.getTime() - now.getTime() > SKEW_MS
