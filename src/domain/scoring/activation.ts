import { Refusal } from '../../foundation/errors.js'

/** Refusal ADOPTION_PAST: scores of past days must not change. */
export const refusePastActivation = (effectiveOn: string, today: string): void => {
  if (effectiveOn < today) throw new Refusal('ADOPTION_PAST', { effectiveOn })
}

export type ScorecardState = 'IN_FORCE' | 'COMING' | 'PROPOSED' | 'RETIRED' | 'CHANGED' | 'BROKEN' | 'AVAILABLE'

interface ActivationMarks {
  proposed: boolean
  coming: boolean
  activated: boolean
}

export const findActivationState = (
  version: string,
  { inForce, first }: { inForce: string | null; first: string },
  stored?: ActivationMarks,
): ScorecardState | null => {
  if (version === inForce) return 'IN_FORCE'
  if (stored?.coming) return 'COMING'
  if (stored?.proposed) return 'PROPOSED'
  return stored?.activated || (version === first && inForce !== null) ? 'RETIRED' : null
}
