/** Of a removal: whom it is about, and how far its receivers are. */
import type { RetractionsQuery } from './retractions.generated.js'

export type Retraction = RetractionsQuery['retractions']['nodes'][number]
export type Receiver = Retraction['receivers'][number]

export const nameOf = ({ listing, key }: Retraction): string => listing?.operator.name ?? key

/** A removal that was confirmed and is still to be checked is not done. */
export const isWaiting = ({ state, check }: Receiver): boolean =>
  state === 'OWED' || state === 'REFUSED' || check === 'DUE'

export const progressOf = (receivers: readonly Receiver[]) => ({
  confirmed: receivers.filter((one) => one.state === 'CONFIRMED' && !isWaiting(one)).length,
  closed: receivers.filter(({ state }) => state === 'CLOSED').length,
  waits: receivers.filter(isWaiting),
})
