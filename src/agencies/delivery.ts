import type { NumberedMap } from '../domain/intake/feed-maps.js'
import type { Item, Json } from '../domain/records/records.js'

export interface FeedSource {
  url: string
  /** Most items that the feed's bounds allow. */
  most?: number
  signal?: AbortSignal
}

export interface OpenOptions {
  /** The last successful run's `next`; null for a full fetch. */
  state: Json | null
  maps?: readonly NumberedMap[]
  /** Copies an accepted file before the transport removes it. */
  archive?: (path: string, name: string) => Promise<void>
}

export interface FeedDelivery {
  /** Can be read once and may throw a refusal. */
  items: AsyncIterable<Item>
  /** Redacted before display; null over an interface. */
  file: string | null
  /** HTTP 304 or an empty folder: no record ends, freshness is unchanged. */
  unmodified?: boolean
  /** Defaults to the feed's `whole`. */
  whole?: boolean
  /** Another delivery is already waiting. */
  more?: boolean
  /** Read after the last item. */
  next?: () => Json
  /** Called once, outside any transaction; a failure is only logged. */
  settle?: (outcome: DeliveryOutcome) => Promise<void>
}

/** FAILED means that the delivery was not at fault and will be retried. */
export interface DeliveryOutcome {
  outcome: 'DONE' | 'REFUSED' | 'FAILED'
  run: number
  error: { code: string; message: string } | null
  rejects: AsyncIterable<SourceReject>
}

export interface SourceReject {
  page: number | null
  row: number
  field: string | null
  heading: string | null
  rule: string
  message: string
}
