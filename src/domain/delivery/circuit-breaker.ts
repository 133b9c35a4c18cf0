/** The breaker of one platform: after failures in a row it is let alone for a while, and then tried with one call. Pure. */

/** As kept with the platform, over all hubs. */
export interface Breaker {
  /** Failed calls in a row. */
  failures: number
  /** Nothing passes before; null: nothing is kept back. */
  openUntil: Date | null
}

/** ALL: whatever is due. PROBE: one call, to see whether it is back. NONE: nothing yet. */
export type Passage = 'ALL' | 'PROBE' | 'NONE'

/** Failures in a row after which it is let alone. */
const OPENS_AFTER = 3
/** Wait after one failure, doubled with each; seconds. */
const FIRST_WAIT_SECONDS = 2
/** A platform that is back is found within so long, seconds: a removal must not wait longer for that. */
const LONGEST_WAIT_SECONDS = 60
/** However long it asks to be let alone (Retry-After), it is tried again after this, seconds. */
const LONGEST_ASKED_SECONDS = 3_600
const SECOND_MS = 1_000

export const CALM: Breaker = { failures: 0, openUntil: null }

/** A moment further ahead than any wait can be was noted by a clock that has been set back since; it holds nothing up. */
export const passage = ({ failures, openUntil }: Breaker, now: Date): Passage => {
  const left = openUntil === null ? 0 : openUntil.getTime() - now.getTime()
  if (left > 0 && left <= LONGEST_ASKED_SECONDS * SECOND_MS) return 'NONE'
  return failures >= OPENS_AFTER ? 'PROBE' : 'ALL'
}

/** After one more failure; `spread` in 0–1 keeps many hubs from returning together. */
export const failed = (before: Breaker, now: Date, spread: number, retryAfterSeconds = 0): Breaker => {
  const failures = before.failures + 1
  const doubled = Math.min(FIRST_WAIT_SECONDS * 2 ** Math.min(failures - 1, 30), LONGEST_WAIT_SECONDS)
  const own = failures >= OPENS_AFTER ? Math.min(doubled * (0.75 + spread / 2), LONGEST_WAIT_SECONDS) : 0
  const seconds = Math.max(own, Math.min(retryAfterSeconds, LONGEST_ASKED_SECONDS))
  return { failures, openUntil: seconds > 0 ? new Date(now.getTime() + seconds * SECOND_MS) : null }
}
