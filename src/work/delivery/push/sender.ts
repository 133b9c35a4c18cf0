import type { Calendar } from '../../../domain/calendar/calendar.js'
import type { Log } from '../../../foundation/log.js'
import type { Platform } from '../../../platforms/platform.js'
import type { Db } from '../../../store/db/db.js'

/** Lease of claimed rows, milliseconds. Rows of a killed process are retried within 15 s. */
export const LEASE_MS = 12_000

/** The highest delivery and number of a batch, noted outside the database before it leaves. */
export interface HighestDelivery {
  deliveryId: number
  number: number
  /** Subject of that delivery, and when it fell due (ISO 8601). */
  key: string
  at: string
}

export interface SendCounts {
  sent: number
  accepted: number
  rejected: number
}

export interface Sender {
  db: Db
  platform: Platform
  url: string
  secret: string
  calendar: Calendar
  run: number
  counts: SendCounts
  now: () => Date
  random: () => number
  /** Time a receiver may take to apply a message, seconds. */
  settleSeconds: number
  pause: (ms: number, signal?: AbortSignal) => Promise<void>
  log: Log
  beforeSending?: ((highest: HighestDelivery) => void) | undefined
  heldNewer?: ((platform: string, deliveryIds: readonly number[]) => Promise<void>) | undefined
  signal?: AbortSignal | undefined
  batches: number
  /** True when the platform failed last, so that an answer resets the breaker. */
  troubled: boolean
  unnoted: boolean
}
