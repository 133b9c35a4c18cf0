/** What one push to one platform works with. */
import type { Calendar } from '../../../domain/calendar/calendar.js'
import type { Log } from '../../../foundation/log.js'
import type { Platform } from '../../../platforms/platform.js'
import type { Db } from '../../../store/db/db.js'

/** A claimed row belongs to its sender for so long, milliseconds: what a killed process held is taken up within 15 s. */
export const LEASE_MS = 12_000

/** What is noted outside the database before a batch leaves: its highest delivery, and the largest number in it. */
export interface Highest {
  deliveryId: number
  number: number
  /** Subject of that delivery, and when it was owed, ISO. */
  key: string
  at: string
}

export interface Counts {
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
  /** Batches of this run are named by it. */
  run: number
  counts: Counts
  now: () => Date
  random: () => number
  /** A receiver may apply what it took up to this long after it was sent, seconds. */
  settleSeconds: number
  pause: (ms: number, signal?: AbortSignal) => Promise<void>
  log: Log
  beforeSending?: ((highest: Highest) => void) | undefined
  /** Hears of deliveries in whose stead the platform says that it holds a later one. */
  heldNewer?: ((platform: string, deliveryIds: readonly number[]) => Promise<void>) | undefined
  signal?: AbortSignal | undefined
  /** Batches so far; part of their names. */
  batches: number
  /** The platform was in trouble when it was last looked at: an answer is then news. */
  troubled: boolean
  /** It has been told that nothing can be noted. */
  unnoted: boolean
}
