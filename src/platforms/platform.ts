/**
 * Doors out: what every credit platform is, and what it may be told. A platform is a description plus a format and a
 * transport; it keeps nothing and decides nothing. When to send, and when to send again, is `work/push`'s.
 */
import type { Notice, Receipt } from '../domain/delivery.js'

/** The name under which every platform knows this hub. */
export const SENDER = 'jilin-ecommerce-credit-hub'

/** One fault found in an outgoing row before it leaves. */
export interface Fault {
  field: string
  rule: string
  message: string
}

export interface Batch {
  id: string
  /** ISO instant. */
  sentAt: string
  notices: readonly Notice[]
}

/** Where a platform is, and what opens its door. */
export interface To {
  url: string
  secret: string
  signal?: AbortSignal
}

/** One entry as a platform displays it under our keys. */
export interface Shown {
  key: string
  uscc: string | null
  name: string
}

export interface Platform {
  id: 'national' | 'jilin' | 'creditchina' | 'creditjilin'
  name: { zh: string; en: string }
  /** Notices in one call of `send`, at most. */
  batchSize: number
  /** Holds the outgoing row against its schema before it leaves; [] = good. */
  check(notice: Notice): Fault[]
  /** One receipt per notice, in the order of the notices. Refuses with PLATFORM_UNREACHABLE {reason, retryAfterSeconds?}. */
  send(batch: Batch, to: To): Promise<Receipt[]>
  /** Reads back what the platform displays under our keys. */
  shown(from: To): Promise<Shown[]>
}
