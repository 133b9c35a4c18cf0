/** Tolerated difference between machines' clocks. A clock further behind was set back. */
const SKEW_MS = 60_000

/**
 * The newest of the `planned` occurrences (ascending) runs for the `missed` ones, unless it lies over `withinMs` back.
 */
export const findOwedRun = (
  planned: readonly Date[],
  now: Date,
  withinMs: number | null,
): { plannedFor: Date; missed: number } | null => {
  const plannedFor = planned.at(-1)
  if (plannedFor === undefined) return null
  const isTooLate = withinMs !== null && now.getTime() - plannedFor.getTime() > withinMs
  return isTooLate ? null : { plannedFor, missed: planned.length - 1 }
}

export const isClockSetBack = (plannedUntil: Date, now: Date): boolean =>
  plannedUntil.getTime() - now.getTime() > SKEW_MS
