/** When the hub may not believe the clock by which it works, and what settles the doubt. Instants in milliseconds. */

/** Between two looks the database's clock and the machine's monotonic clock may differ by this, milliseconds. */
export const LEAP_MS = 30_000
/** At start the clock may be this far past the newest row, milliseconds; a hub that was down for longer asks a second source. */
export const GAP_MS = 86_400_000
/** A second source confirms a clock from which it differs by no more than this, milliseconds. */
export const SOURCE_MS = 300_000
/** Something made later than now by more than this was made while a clock was ahead, milliseconds. */
export const SKEW_MS = 60_000

export const CAUSES = ['START', 'LEAP'] as const
export type Cause = (typeof CAUSES)[number]

/** Whether the clock has leapt since the last look. `uncertainMs`: how long the look took. */
export const hasLeapt = (at: number, expected: number, uncertainMs: number): boolean =>
  Math.abs(at - expected) > LEAP_MS + uncertainMs

/** Whether the clock that a starting hub finds is to be doubted; `newest`: the newest row, null where there is none. */
export const doubtedAtStart = (at: number, newest: number | null): boolean =>
  newest !== null && (at - newest > GAP_MS || newest - at > LEAP_MS)

/** Whether a clock that was doubted is back where it was expected. */
export const hasReturned = (cause: Cause, at: number, expected: number, uncertainMs: number): boolean =>
  cause === 'LEAP' ? !hasLeapt(at, expected, uncertainMs) : !doubtedAtStart(at, expected)

/** Whether a second source agrees with the clock. */
export const confirms = (source: number, now: number): boolean => Math.abs(source - now) <= SOURCE_MS

/** Whether something that says when it was made was made by a clock that was ahead. */
export const isAhead = (madeAt: Date, now: Date): boolean => madeAt.getTime() - now.getTime() > SKEW_MS
