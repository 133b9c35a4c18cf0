/** A delivery outside these bounds is refused whole, and its feed keeps the last good state. */
import { isDatedAhead } from '../../foundation/time/clock-doubt.js'

export interface FeedBounds {
  fewest: number
  /** Most items of a delivery that is not a partial file. */
  most: number
  /** Largest share, 0–1. */
  rejectShare: number
  /** Largest share of the records in force that a whole delivery may lack, 0–1. */
  shrinkShare: number
  /** A feed is stale this many hours after its last good whole pull. */
  staleAfterHours: number
}

export interface DeliveryCounts {
  received: number
  rejected: number
  /** One item may hold several records; a bad item counts as one. */
  records: number
  /**
   * Records in force, without those of partial files alone; for kinds that never end by absence, of the last full
   * delivery.
   */
  sizeBefore: number
  /** True for a file given by hand without `--full`: count and shrinkage are unbounded. */
  partialFile: boolean
  whole: boolean
}

const SHARE_FROM_ITEMS = 10
const HOUR_MS = 3_600_000

export const findBoundsFault = (bounds: FeedBounds, d: DeliveryCounts): string | null => {
  if (d.received >= SHARE_FROM_ITEMS && d.rejected > d.received * bounds.rejectShare) {
    return `${d.received} 条中 ${d.rejected} 条不合格 / ${d.rejected} of ${d.received} items are bad`
  }
  if (d.partialFile) return null
  // An incremental delivery may be empty.
  if (d.whole && d.received < bounds.fewest)
    return `仅 ${d.received} 条，少于 ${bounds.fewest} / fewer items than ${bounds.fewest}`
  if (d.received > bounds.most) return `${d.received} 条，多于 ${bounds.most} / more items than ${bounds.most}`
  if (d.whole && d.records < d.sizeBefore * (1 - bounds.shrinkShare)) {
    return `仅 ${d.received} 条，现有 ${d.sizeBefore} 条，缩减过大 / shrinks from ${d.sizeBefore} to ${d.received}`
  }
  return null
}

export const findOutdatedFault = (dated: string, lastWhole: string | null): string | null =>
  lastWhole !== null && dated < lastWhole
    ? `数据日期 ${dated} 早于最近一次全量数据 ${lastWhole}，只能作为部分数据 / dated ${dated}, before the last whole data of ${lastWhole}: it can only be taken as a part`
    : null

/** True also without any good pull, or when a clock that was ahead dated the last one. */
export const isFeedStale = (bounds: Pick<FeedBounds, 'staleAfterHours'>, lastGood: Date | null, now: Date): boolean =>
  lastGood === null ||
  isDatedAhead(lastGood, now) ||
  now.getTime() - lastGood.getTime() > bounds.staleAfterHours * HOUR_MS
