export interface DeliveryTraits {
  feedWhole: boolean
  /** The delivery's own statement; absent means as the feed. */
  sentWhole?: boolean | undefined
  unmodified?: boolean | undefined
  hasNext: boolean
  /** A file given by hand: whether it is declared full. Null for a delivery of the agency. */
  givenFull: boolean | null
}

export interface DeliveryScope {
  /** Records that only such deliveries hold never end by absence. */
  partial: boolean
  /** Records absent from the delivery have ended. */
  whole: boolean
  complete: boolean
  current: boolean
}

export const scopeOf = ({
  feedWhole,
  sentWhole,
  unmodified = false,
  hasNext,
  givenFull,
}: DeliveryTraits): DeliveryScope => {
  const partial = givenFull === null ? sentWhole === false : !givenFull
  // An empty folder proves nothing, and a part of a whole feed leaves the rest as old as it was.
  const isCurrent = unmodified ? hasNext : !feedWhole || sentWhole !== false
  return {
    partial,
    whole: givenFull ?? sentWhole ?? feedWhole,
    complete: !unmodified && !partial,
    current: givenFull ?? isCurrent,
  }
}
