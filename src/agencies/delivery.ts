import type { NumberedMap } from '../domain/intake/feed-maps.js'
import type { Json, SourceItem } from '../domain/records/records.js'
import type { WantedForms } from './readers/shapes.js'

export interface FeedSource {
  url: string
  most?: number
  signal?: AbortSignal
}

export interface OpenOptions {
  /** Value of `next` in the last successful run; null fetches everything. */
  state: Json | null
  maps?: readonly NumberedMap[]
  archive?: (path: string, name: string) => Promise<void>
}

export interface FeedRequest extends FeedSource, OpenOptions, WantedForms {}

export interface FeedFetch {
  path: string
  open: (request: FeedRequest) => Promise<FeedDelivery>
}

export interface FeedDelivery {
  /** Can be iterated only once. Iteration may throw a Refusal. */
  items: AsyncIterable<SourceItem>
  /** The caller redacts ID numbers in it. Null over HTTP. */
  file: string | null
  /** No news (HTTP 304, empty folder): no record counts as missing, and freshness is unchanged. */
  unmodified?: boolean
  /** False for a partial delivery. Defaults to the feed's `whole`. */
  whole?: boolean
  more?: boolean
  next?: () => Json
  /** Called once, outside any transaction. A failure is only logged. */
  settle?: (outcome: DeliveryOutcome) => Promise<void>
}

/** FAILED: the delivery was not at fault and will be retried. */
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
