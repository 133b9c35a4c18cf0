import { setTimeout as wait } from 'node:timers/promises'
import type { Calendar } from '../../../domain/calendar/calendar.js'
import type { BreakerState } from '../../../domain/delivery/circuit-breaker.js'
import type { Log } from '../../../foundation/log.js'
import type { ConfiguredPlatform } from '../../../platforms/platform.js'
import type { Db } from '../../../store/db/db.js'
import type { SentNote } from '../../audit/restore-guard.js'
import type { RunOptions } from '../../timetable/run.js'

/** Lease, ms: a killed process's deliveries are retried within 15 s. */
export const DELIVERY_LEASE_MS = 12_000
export const LOOK_AGAIN_MS = 1_000

export interface PushOptions extends RunOptions {
  platforms: readonly ConfiguredPlatform[]
  /** Platforms without an address; their deliveries are counted, never sent. */
  silent: readonly string[]
  random: () => number
  settleSeconds?: number
  log: Log
  /** Default: all days but weekends. */
  calendar?: Calendar
  /** The push lingers until then; absent: it sends what is due now. */
  until?: Date
  additionsStopped?: (platform: string) => Promise<boolean>
  /** Removals still leave when it throws. */
  beforeSending?: (highest: SentNote) => void
  heldNewer?: (platform: string, deliveryIds: readonly number[]) => Promise<void>
  /** Monotonic clock, milliseconds. */
  machine?: () => number
  pause?: (ms: number, signal?: AbortSignal) => Promise<void>
  progress?: (sent: number) => void
  signal?: AbortSignal
}

export interface SendCounts {
  sent: number
  accepted: number
  rejected: number
}

type OptionsWithDefault = 'settleSeconds' | 'calendar' | 'pause'

export interface Sender
  extends ConfiguredPlatform,
    Omit<PushOptions, 'platforms' | 'silent' | OptionsWithDefault>,
    Required<Pick<PushOptions, OptionsWithDefault>> {
  db: Db
  run: number
  counts: SendCounts
  batches: number
  /** The state last read or written. */
  breaker: BreakerState
  /** A delivery waits behind the open breaker. */
  leftAlone: boolean
  unnoted: boolean
}

export const pauseUnlessAborted = async (ms: number, signal?: AbortSignal): Promise<void> => {
  await wait(ms, undefined, signal && { signal }).catch((error) => {
    if (!signal?.aborted) throw error
  })
}
