export interface RetrySchedule {
  first: number
  longest: number
}

/** The wait doubles with each failure, up to `longest`. `spread` (0–1) keeps many retries from coming at once. */
export const computeRetryWait = ({ first, longest }: RetrySchedule, failures: number, spread: number): number =>
  Math.min(first * 2 ** Math.max(0, failures - 1), longest) * (0.75 + spread / 2)
