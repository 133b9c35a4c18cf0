/** What becomes of occurrences of the timetable that nobody was there to run. Pure: one rule for every job. */

export type Missed = 'skip' | 'once' | 'all'

export interface MissedRule {
  missed: Missed
  /** One that is later than this is not made up for, ms; null: however late. */
  withinMs: number | null
}

/** So late it is not missed yet, ms: the next of a job of every minute has not come. */
export const ON_TIME_MS = 60_000
/** Most that are made up for one by one; of more, the newest. */
export const ALL_MOST = 100
/** A clock this far behind what was planned was set back, ms; less is the difference between two machines. */
export const SKEW_MS = 60_000

/**
 * `planned`: ascending, none after `now`, all since the last one that was planned. `run`: those to run, ascending; `missed`:
 * how many others the last of them stands for.
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
 * Planned up to an instant that is still to come: the clock was ahead and has been set back. What it passes again has its
 * rows already, and runs no second time.
 */
export const setBack = (plannedUntil: Date, now: Date): boolean => plannedUntil.getTime() - now.getTime() > SKEW_MS
