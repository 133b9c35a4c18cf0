import { computeRetryWait, type RetrySchedule } from './retry.js'

export interface BreakerState {
  failures: number
  openUntil: Date | null
}

type AllowedCalls = 'ALL' | 'PROBE' | 'NONE'

const FAILURES_TO_OPEN = 3
/** Waits are short so that a recovered platform soon receives removals. */
const WAIT_SECONDS: RetrySchedule = { first: 2, longest: 60 }
const LONGEST_RETRY_AFTER_SECONDS = 3_600
const SECOND_MS = 1_000

export const CLOSED_BREAKER: BreakerState = { failures: 0, openUntil: null }

/** An `openUntil` beyond the longest wait was written before the clock was set back, and is ignored. */
export const callsAllowed = ({ failures, openUntil }: BreakerState, now: Date): AllowedCalls => {
  const left = openUntil === null ? 0 : openUntil.getTime() - now.getTime()
  if (left > 0 && left <= LONGEST_RETRY_AFTER_SECONDS * SECOND_MS) return 'NONE'
  return failures >= FAILURES_TO_OPEN ? 'PROBE' : 'ALL'
}

export const breakerAfterFailure = (
  before: BreakerState,
  now: Date,
  spread: number,
  retryAfterSeconds = 0,
): BreakerState => {
  const failures = before.failures + 1
  const own =
    failures >= FAILURES_TO_OPEN ? Math.min(computeRetryWait(WAIT_SECONDS, failures, spread), WAIT_SECONDS.longest) : 0
  const seconds = Math.max(own, Math.min(retryAfterSeconds, LONGEST_RETRY_AFTER_SECONDS))
  return { failures, openUntil: seconds > 0 ? new Date(now.getTime() + seconds * SECOND_MS) : null }
}
