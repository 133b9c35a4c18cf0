import type { PriorDelivery } from './delivery.js'

export type EarlierMessage = Pick<PriorDelivery, 'action' | 'state'> & { createdAt: Date }

/** After the platform lost its content (`wipedAt`), only later additions count: a change would refer to nothing. */
export const lacksSubject = (heard: readonly EarlierMessage[], wipedAt: Date | null): boolean => {
  const kept = heard.filter(({ state, createdAt }) => state !== 'FOLDED' && (wipedAt === null || createdAt >= wipedAt))
  if (wipedAt === null) return (kept.at(-1)?.action ?? 'REMOVE') === 'REMOVE'
  const added = kept.findLastIndex(({ action }) => action === 'ADD')
  return added < 0 || kept.slice(added).some(({ action }) => action === 'REMOVE')
}
