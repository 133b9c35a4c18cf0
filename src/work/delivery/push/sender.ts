import type { Calendar } from '../../../domain/calendar/calendar.js'
import type { Log } from '../../../foundation/log.js'
import type { Platform } from '../../../platforms/platform.js'
import type { Db } from '../../../store/db/db.js'

/** A killed process's deliveries are retried within 15 s. */
export const DELIVERY_LEASE_MS = 12_000

/** The highest delivery of a batch, noted outside the database before the batch leaves. */
export interface HighestDelivery {
  deliveryId: number
  number: number
  /** Subject id and creation time (ISO 8601) of the delivery. */
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
  settleSeconds: number
  pause: (ms: number, signal?: AbortSignal) => Promise<void>
  log: Log
  beforeSending?: ((highest: HighestDelivery) => void) | undefined
  heldNewer?: ((platform: string, deliveryIds: readonly number[]) => Promise<void>) | undefined
  signal?: AbortSignal | undefined
  batches: number
  /** The circuit breaker has counted failures. */
  troubled: boolean
  unnoted: boolean
}
