import type { RetractionsQuery } from './retractions.generated.js'

export type Retraction = RetractionsQuery['retractions']['nodes'][number]
export type Receiver = Retraction['receivers'][number]

export const nameOf = ({ listing, key }: Retraction): string => listing?.operator.name ?? key

/** Confirmed removals wait for their check. */
export const isWaiting = ({ state, check }: Receiver): boolean =>
  state === 'OWED' || state === 'REFUSED' || check === 'DUE'

export const progressOf = (receivers: readonly Receiver[]) => ({
  confirmed: receivers.filter((one) => one.state === 'CONFIRMED' && !isWaiting(one)).length,
  closed: receivers.filter(({ state }) => state === 'CLOSED').length,
  waits: receivers.filter(isWaiting),
})
