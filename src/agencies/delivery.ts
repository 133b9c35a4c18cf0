import type { NumberedMap } from '../domain/intake/feed-maps.js'
import type { Item, Json } from '../domain/records/records.js'

export interface FeedSource {
  url: string
  /** Maximum of items, from the feed's bounds. */
  most?: number
  signal?: AbortSignal
}

export interface OpenOptions {
  /** `next` of the last successful run; null fetches everything. */
  state: Json | null
  maps?: readonly NumberedMap[]
  /** Copies an accepted file before the transport removes it. */
  archive?: (path: string, name: string) => Promise<void>
}

export interface FeedDelivery {
  /** Can be iterated once and may throw a refusal. */
  items: AsyncIterable<Item>
  /** File name, redacted before display; null over HTTP. */
  file: string | null
  /** No news (HTTP 304, empty folder): no record ends, freshness is unchanged. */
  unmodified?: boolean
  /** Defaults to the feed's `whole`. */
  whole?: boolean
  /** Another delivery is already waiting. */
  more?: boolean
  /** `state` of the next run; called after the last item. */
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
