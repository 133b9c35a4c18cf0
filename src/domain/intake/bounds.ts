/** When a delivery as a whole is not to be believed: it is refused, and the last good state of its feed stands. */
import { isAhead } from '../../foundation/time/clock-doubt.js'

export interface Bounds {
  /** Fewest items of a delivery of the whole feed. */
  fewest: number
  /** Most items of a delivery that is no partial file. */
  most: number
  /** Largest share of rejected items, 0–1. */
  rejectShare: number
  /** Largest share of standing records that a whole delivery may lack, 0–1. */
  shrinkShare: number
  /** Hours after the last good whole pull from which answers resting on this feed say that they are stale. */
  staleAfterHours: number
}

export interface Delivered {
  received: number
  rejected: number
  /** Records in the items, which may hold several each; a bad item counts as one. */
  records: number
  /** Records standing before, those that only partial files brought left out; of kinds that never end by absence, how many the last such delivery had. */
  standing: number
  /** A file given by hand without `--full`: it adds and changes, and is held to no bound on number or shrinkage. */
  partialFile: boolean
  /** The feed sends everything each time. */
  whole: boolean
}

/** From this many items on, a share says something about the delivery rather than about one row. */
const SHARE_FROM_ITEMS = 10
const HOUR_MS = 3_600_000

/** The reason for refusing the delivery, or null. */
export const outOfBounds = (bounds: Bounds, d: Delivered): string | null => {
  if (d.received >= SHARE_FROM_ITEMS && d.rejected > d.received * bounds.rejectShare) {
    return `${d.received} 条中 ${d.rejected} 条不合格 / ${d.rejected} of ${d.received} items are bad`
  }
  if (d.partialFile) return null
  // No change since the last pull is the usual answer of a feed that sends only its changes.
  if (d.whole && d.received < bounds.fewest)
    return `仅 ${d.received} 条，少于 ${bounds.fewest} / fewer items than ${bounds.fewest}`
  if (d.received > bounds.most) return `${d.received} 条，多于 ${bounds.most} / more items than ${bounds.most}`
  if (d.whole && d.records < d.standing * (1 - bounds.shrinkShare)) {
    return `仅 ${d.received} 条，现有 ${d.standing} 条，缩减过大 / shrinks from ${d.standing} to ${d.received}`
  }
  return null
}

/** True if the last good whole pull lies too far back, or there was none, or it was dated by a clock that was ahead. */
export const isStale = (bounds: Pick<Bounds, 'staleAfterHours'>, lastGood: Date | null, now: Date): boolean =>
  lastGood === null || isAhead(lastGood, now) || now.getTime() - lastGood.getTime() > bounds.staleAfterHours * HOUR_MS
