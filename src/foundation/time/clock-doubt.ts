/** Rules for doubting the clock and for ending the doubt. Instants are milliseconds. */

/** Tolerated difference between the database clock and the monotonic clock, milliseconds. */
export const LEAP_MS = 30_000
/** Tolerated gap between clock and newest row at start, milliseconds. After a longer downtime a second source is asked. */
export const GAP_MS = 86_400_000
/** A second source within this difference confirms the clock, milliseconds. */
export const SOURCE_MS = 300_000
/** Something dated further ahead than this was made by a clock that was ahead, milliseconds. */
export const SKEW_MS = 60_000

export const CAUSES = ['START', 'LEAP'] as const
export type DoubtCause = (typeof CAUSES)[number]

/** True when the clock has leapt. `uncertainMs` is the duration of the reading. */
export const hasLeapt = (at: number, expected: number, uncertainMs: number): boolean =>
  Math.abs(at - expected) > LEAP_MS + uncertainMs

/** Judges the clock at start. `newest` is the newest row's instant, or null. */
export const doubtedAtStart = (at: number, newest: number | null): boolean =>
  newest !== null && (at - newest > GAP_MS || newest - at > LEAP_MS)

/** True when a doubted clock is back where expected. */
export const hasReturned = (cause: DoubtCause, at: number, expected: number, uncertainMs: number): boolean =>
  cause === 'LEAP' ? !hasLeapt(at, expected, uncertainMs) : !doubtedAtStart(at, expected)

export const confirms = (source: number, now: number): boolean => Math.abs(source - now) <= SOURCE_MS

/** True when the maker's clock was ahead. */
export const isAhead = (madeAt: Date, now: Date): boolean => madeAt.getTime() - now.getTime() > SKEW_MS
