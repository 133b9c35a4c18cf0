/** Instants are milliseconds since 1970. */

/** Tolerated difference between database clock and monotonic clock. */
export const LEAP_TOLERANCE_MS = 30_000
/** Tolerated time since the last stored instant of a reliable clock, beyond which a second source is asked. */
const GAP_MS = 86_400_000
/** A second source this close to the clock confirms it. */
const SOURCE_MS = 300_000
/** A row dated further ahead comes from a clock that was ahead. */
export const DATED_AHEAD_TOLERANCE_MS = 60_000

export type DoubtCause = 'START' | 'LEAP'

/** `uncertainMs`: how long reading the clock took. */
export const hasLeapt = (at: number, expected: number, uncertainMs: number): boolean =>
  Math.abs(at - expected) > LEAP_TOLERANCE_MS + uncertainMs

export const isDoubtedAtStart = (at: number, newest: number | null): boolean =>
  newest !== null && (at - newest > GAP_MS || newest - at > LEAP_TOLERANCE_MS)

export const isDoubtOver = (cause: DoubtCause, at: number, expected: number, uncertainMs: number): boolean =>
  cause === 'LEAP' ? !hasLeapt(at, expected, uncertainMs) : !isDoubtedAtStart(at, expected)

export const confirmsClock = (source: number, now: number): boolean => Math.abs(source - now) <= SOURCE_MS

export const isDatedAhead = (madeAt: Date, now: Date): boolean =>
  madeAt.getTime() - now.getTime() > DATED_AHEAD_TOLERANCE_MS
