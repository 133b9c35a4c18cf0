import type { RetractionsQuery } from './retractions.generated.js'

export type RetractionNode = RetractionsQuery['retractions']['nodes'][number]
export type RetractionReceiver = RetractionNode['receivers'][number]

export const retractedNameOf = ({ listing, key }: RetractionNode): string => listing?.operator.name ?? key

/** Even a confirmed removal waits until the platform's display has been read. */
export const isReceiverWaiting = ({ state, check }: RetractionReceiver): boolean =>
  state === 'OWED' || state === 'REFUSED' || check === 'DUE'

export const retractionProgressOf = (receivers: readonly RetractionReceiver[]) => ({
  confirmed: receivers.filter((one) => one.state === 'CONFIRMED' && !isReceiverWaiting(one)).length,
  closed: receivers.filter(({ state }) => state === 'CLOSED').length,
  waits: receivers.filter(isReceiverWaiting),
})
