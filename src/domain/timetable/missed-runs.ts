/** Decides which missed occurrences are made up. One rule applies to every job. */

export type MissedPolicy = 'skip' | 'once' | 'all'

export interface MissedRule {
  missed: MissedPolicy
  /** A run missed longer ago is not caught up. */
  withinMs: number | null
}

/** A run that is late by less is not missed: even a job of every minute has no next occurrence yet. */
const ON_TIME_MS = 60_000
/** Of more missed runs only the newest are caught up. */
export const ALL_MOST = 100
/** Skew between machines. A clock further behind the plan was set back. */
const SKEW_MS = 60_000

/** `planned` is ascending, up to `now`. `missed` counts the others that the last of `run` stands for. */
export const owed = (
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
  const run = open.slice(-ALL_MOST)
  return { run, missed: planned.length - run.length }
}

/** Occurrences planned by a clock that was ahead have rows and do not run twice. */
export const setBack = (plannedUntil: Date, now: Date): boolean => plannedUntil.getTime() - now.getTime() > SKEW_MS
