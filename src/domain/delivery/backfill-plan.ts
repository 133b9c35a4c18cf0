/** What a platform lacks that is new, or was emptied: what it is given of a subject in force. Pure. */
import type { Action, DeliveryState } from './delivery.js'

/** One message about the subject to the platform, of those in order. */
export interface Heard {
  action: Action
  state: DeliveryState
  createdAt: Date
}

/**
 * Whether a subject in force has to be told to a platform anew. One that was never told of it, or last of its end, has to hear
 * of it, whatever a person has closed. Since it was wiped, only an addition owed after that counts: a change would be one of
 * something that it holds no more.
 */
export const lacks = (heard: readonly Heard[], wipedAt: Date | null): boolean => {
  const kept = heard.filter(({ state, createdAt }) => state !== 'FOLDED' && (wipedAt === null || createdAt >= wipedAt))
  if (wipedAt === null) return (kept.at(-1)?.action ?? 'REMOVE') === 'REMOVE'
  const added = kept.findLastIndex(({ action }) => action === 'ADD')
  return added < 0 || kept.slice(added).some(({ action }) => action === 'REMOVE')
}
