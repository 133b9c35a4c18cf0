/** Decides which occurrences of the timetable that nobody ran are made up. One rule applies to every job. */

export type MissedPolicy = 'skip' | 'once' | 'all'

export interface MissedRule {
  missed: MissedPolicy
  /** Later occurrences are not made up, milliseconds; null for no bound. */
  withinMs: number | null
}

/** Not yet missed when at most this late, milliseconds. A job of every minute has no next occurrence by then. */
export const ON_TIME_MS = 60_000
/** Most occurrences made up one by one; beyond it the newest. */
export const ALL_MOST = 100
/** A clock further behind the plan was set back, milliseconds. Less is the skew between machines. */
export const SKEW_MS = 60_000

/**
 * `planned` is ascending, up to `now`, since the last planned one. Returns the ascending occurrences to `run`; `missed` is the number of
 * others that the last of them stands for.
 */
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

/**
 * True when occurrences are already planned beyond `now`, because the clock was ahead and was set back. They have rows and do not run
 * twice.
 */
export const setBack = (plannedUntil: Date, now: Date): boolean => plannedUntil.getTime() - now.getTime() > SKEW_MS
