/** Of a removal: whom it is about, and how far its receivers are. */
import type { RetractionsQuery } from './retractions.generated.js'

export type Retraction = RetractionsQuery['retractions']['nodes'][number]
export type Receiver = Retraction['receivers'][number]

export const nameOf = ({ listing, key }: Retraction): string => listing?.operator.name ?? key

const isWaiting = ({ state }: Receiver): boolean => state === 'OWED' || state === 'REFUSED'

export const progressOf = (receivers: readonly Receiver[]) => ({
  confirmed: receivers.filter(({ state }) => state === 'CONFIRMED').length,
  closed: receivers.filter(({ state }) => state === 'CLOSED').length,
  waits: receivers.filter(isWaiting),
})
