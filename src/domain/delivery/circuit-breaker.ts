import { type RetrySchedule, retryWait } from './retry.js'

export interface BreakerState {
  failures: number
  /** No call is made before this instant; null when the breaker is closed. */
  openUntil: Date | null
}

/** PROBE: only one test call. */
export type AllowedCalls = 'ALL' | 'PROBE' | 'NONE'

/** Consecutive failures that open the breaker. */
const OPENS_AFTER = 3
/** Waits are short so that a recovered platform soon receives removals. */
const WAIT_SECONDS: RetrySchedule = { first: 2, longest: 60 }
/** Longest Retry-After that is obeyed. */
const LONGEST_ASKED_SECONDS = 3_600
const SECOND_MS = 1_000

export const CLOSED_BREAKER: BreakerState = { failures: 0, openUntil: null }

/** An `openUntil` beyond the longest wait was written before the clock was set back, and is ignored. */
export const callsAllowed = ({ failures, openUntil }: BreakerState, now: Date): AllowedCalls => {
  const left = openUntil === null ? 0 : openUntil.getTime() - now.getTime()
  if (left > 0 && left <= LONGEST_ASKED_SECONDS * SECOND_MS) return 'NONE'
  return failures >= OPENS_AFTER ? 'PROBE' : 'ALL'
}

export const breakerAfterFailure = (
  before: BreakerState,
  now: Date,
  spread: number,
  retryAfterSeconds = 0,
): BreakerState => {
  const failures = before.failures + 1
  const own = failures >= OPENS_AFTER ? Math.min(retryWait(WAIT_SECONDS, failures, spread), WAIT_SECONDS.longest) : 0
  const seconds = Math.max(own, Math.min(retryAfterSeconds, LONGEST_ASKED_SECONDS))
  return { failures, openUntil: seconds > 0 ? new Date(now.getTime() + seconds * SECOND_MS) : null }
}
