/** A delivery: what a transport brings once from an agency's source, and what becomes of the source afterwards. */
import type { NumberedMap } from '../domain/intake/feed-maps.js'
import type { Item, Json } from '../domain/records/records.js'

/** Where a feed is fetched from: the agency's base address. */
export interface Source {
  url: string
  /** How many items the bounds of the feed let pass; a transport takes its own bounds from it. */
  most?: number
  signal?: AbortSignal
}

/** What a door is told when it is opened. */
export interface Opening {
  /** What `next` gave with the last run that succeeded; null: nothing yet, or all is wanted again. */
  state: Json | null
  /** Maps of headings that are in force for this feed. */
  maps?: readonly NumberedMap[]
  /** Takes a copy of a file that was taken in, before the door removes it; without it nothing is copied. */
  archive?: (path: string, name: string) => Promise<void>
}

/** What a door brings once: items, and what becomes of its source afterwards. */
export interface Delivery {
  /** Read once; may refuse while it is read. Giving up early (`return`) lets go of whatever is open. */
  items: AsyncIterable<Item>
  /** Shown as the record's source file, once the caller has redacted it; null over an interface. */
  file: string | null
  /** Nothing new since last time (HTTP 304, an empty folder): no item, nothing ends, the feed is as current as before the question. */
  unmodified?: boolean
  /** Whether this is the whole feed, so that what is missing has ended; absent: as the feed says of itself. */
  whole?: boolean
  /** Another delivery waits behind this one already: ask again. */
  more?: boolean
  /** State to be kept with the run that succeeds, given back next time (cursor, ETag, last id). Asked for after the last item. */
  next?: () => Json
  /** After the run ended: archive the file, write feedback columns. Called once, never inside a transaction; a fault in it is logged, not undone. */
  settle?: (outcome: Settled) => Promise<void>
}

/** How the run ended that took a delivery in. FAILED: not the delivery's fault, it is to be taken again. */
export interface Settled {
  outcome: 'DONE' | 'REFUSED' | 'FAILED'
  run: number
  error: { code: string; message: string } | null
  /** Items set aside, in the order in which they came. */
  rejects: AsyncIterable<Reject>
}

export interface Reject {
  page: number | null
  row: number
  field: string | null
  /** Heading of the field in the sender's own table, where a map of headings was used. */
  heading: string | null
  rule: string
  message: string
}
