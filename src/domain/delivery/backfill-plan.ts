/** Backfill plan: which subjects in force a new or emptied platform must receive. */
import type { Action, DeliveryState } from './delivery.js'

/** One earlier message about the subject, in order. */
export interface EarlierMessage {
  action: Action
  state: DeliveryState
  createdAt: Date
}

/**
 * True when the platform needs a subject in force again: it never heard of it, or last heard of its end, even if a person closed that
 * delivery. After a wipe only a later addition counts, because a change would refer to something the platform no longer holds.
 */
export const lacks = (heard: readonly EarlierMessage[], wipedAt: Date | null): boolean => {
  const kept = heard.filter(({ state, createdAt }) => state !== 'FOLDED' && (wipedAt === null || createdAt >= wipedAt))
  if (wipedAt === null) return (kept.at(-1)?.action ?? 'REMOVE') === 'REMOVE'
  const added = kept.findLastIndex(({ action }) => action === 'ADD')
  return added < 0 || kept.slice(added).some(({ action }) => action === 'REMOVE')
}
