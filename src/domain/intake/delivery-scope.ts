export interface DeliveryTraits {
  feedWhole: boolean
  /** True when the delivery calls itself whole. When absent, `feedWhole` applies. */
  sentWhole?: boolean | undefined
  unmodified?: boolean | undefined
  hasNext: boolean
  /** For a file given by hand: whether it is declared full. Null for a delivery from the agency. */
  givenFull: boolean | null
}

export const deliveryScopeOf = (delivery: DeliveryTraits) => {
  const { feedWhole, sentWhole, unmodified = false, hasNext, givenFull } = delivery
  const partial = givenFull === null ? sentWhole === false : !givenFull
  // The feed's data is not current after an empty folder, nor after a partial delivery of a whole feed.
  const isCurrent = unmodified ? hasNext : !feedWhole || sentWhole !== false
  return {
    partial,
    /** True when records absent from the delivery have ended. */
    whole: givenFull ?? sentWhole ?? feedWhole,
    complete: !unmodified && !partial,
    current: givenFull ?? isCurrent,
  }
}
