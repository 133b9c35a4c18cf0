/** Stored with the platform; all hub processes share it. */
export interface Breaker {
  failures: number
  /** No call passes before; null when closed. */
  openUntil: Date | null
}

/** PROBE: one test call. */
export type Passage = 'ALL' | 'PROBE' | 'NONE'

/** Consecutive failures. */
const OPENS_AFTER = 3
/** Doubled with each further failure. */
const FIRST_WAIT_SECONDS = 2
/** Short so that removals reach a recovered platform soon. */
const LONGEST_WAIT_SECONDS = 60
/** Bound of a Retry-After header. */
const LONGEST_ASKED_SECONDS = 3_600
const SECOND_MS = 1_000

export const CALM: Breaker = { failures: 0, openUntil: null }

/** An `openUntil` beyond the longest wait was written by a clock since set back. It is ignored. */
export const passage = ({ failures, openUntil }: Breaker, now: Date): Passage => {
  const left = openUntil === null ? 0 : openUntil.getTime() - now.getTime()
  if (left > 0 && left <= LONGEST_ASKED_SECONDS * SECOND_MS) return 'NONE'
  return failures >= OPENS_AFTER ? 'PROBE' : 'ALL'
}

/** `spread` in 0–1 keeps many hubs from returning together. */
export const failed = (before: Breaker, now: Date, spread: number, retryAfterSeconds = 0): Breaker => {
  const failures = before.failures + 1
  const doubled = Math.min(FIRST_WAIT_SECONDS * 2 ** Math.min(failures - 1, 30), LONGEST_WAIT_SECONDS)
  const own = failures >= OPENS_AFTER ? Math.min(doubled * (0.75 + spread / 2), LONGEST_WAIT_SECONDS) : 0
  const seconds = Math.max(own, Math.min(retryAfterSeconds, LONGEST_ASKED_SECONDS))
  return { failures, openUntil: seconds > 0 ? new Date(now.getTime() + seconds * SECOND_MS) : null }
}
