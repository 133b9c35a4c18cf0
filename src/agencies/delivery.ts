/** One delivery from an agency's source, and the acknowledgement to that source afterwards. */
import type { NumberedMap } from '../domain/intake/feed-maps.js'
import type { Item, Json } from '../domain/records/records.js'

/** Address of a feed's source. */
export interface Source {
  url: string
  /** Most items the feed's bounds allow. Transports derive their own limits from it. */
  most?: number
  signal?: AbortSignal
}

/** Options for opening a source. */
export interface Opening {
  /** The value of `next` from the last successful run; null on a first run or a full refetch. */
  state: Json | null
  /** Heading maps in force for this feed. */
  maps?: readonly NumberedMap[]
  /** Copies an accepted file before the transport removes it. No copy is made when absent. */
  archive?: (path: string, name: string) => Promise<void>
}

export interface Delivery {
  /** Can be read once and may throw a refusal. Calling `return` early releases open resources. */
  items: AsyncIterable<Item>
  /** Name of the source file, redacted by the caller before display; null over an interface. */
  file: string | null
  /** Nothing new since the last run (HTTP 304, empty folder). No record ends and the feed's freshness is unchanged. */
  unmodified?: boolean
  /** True for a full delivery, which ends missing records. Defaults to the feed's `whole`. */
  whole?: boolean
  /** Another delivery is already waiting, so the caller should open the source again. */
  more?: boolean
  /** State to store with a successful run (cursor, ETag, last id). Read after the last item. */
  next?: () => Json
  /**
   * Acknowledges the run at the source: archives the file or writes feedback columns. Called once, outside any
   * transaction; a failure is only logged.
   */
  settle?: (outcome: Settled) => Promise<void>
}

/** How the run ended. FAILED means the delivery was not at fault and will be retried. */
export interface Settled {
  outcome: 'DONE' | 'REFUSED' | 'FAILED'
  run: number
  error: { code: string; message: string } | null
  /** Rejected items, in source order. */
  rejects: AsyncIterable<Reject>
}

export interface Reject {
  page: number | null
  row: number
  field: string | null
  /** The sender's own heading, if a heading map was used. */
  heading: string | null
  rule: string
  message: string
}
