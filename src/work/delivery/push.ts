/** Deliveries are claimed under a lease, sent outside transactions and settled by their receipts. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Calendar } from '../../domain/calendar/calendar.js'
import { MESSAGE_SETTLES_SECONDS } from '../../domain/delivery/delivery.js'
import { isRefusal, Refusal, reasonOf } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import type { Platform } from '../../platforms/platform.js'
import { type Db, isConnectionLost } from '../../store/db/db.js'
import * as queue from '../../store/delivery/delivery-queue.js'
import * as platformStates from '../../store/delivery/platform-states.js'
import { type RunOptions, runBeside } from '../timetable/run.js'
import * as breaker from './push/circuit-breaker.js'
import { sendClaimedDeliveries } from './push/send-all.js'
import { DELIVERY_LEASE_MS, type HighestDelivery, type SendCounts, type Sender } from './push/sender.js'

const ROUNDS_MAX = 100_000
const ROWS_AT_ONCE = 50
const CALLS_AT_ONCE = 8
const ROUNDS_ABREAST = 2
const LOOK_AGAIN_MS = 1_000

export interface PushResult {
  platform: string
  sent: number
  accepted: number
  rejected: number
  outstanding: number
}

export interface PushOptions extends RunOptions {
  platforms: readonly { platform: Platform; url: string; secret: string }[]
  /** Platforms without an address; their deliveries are counted, never sent. */
  silent: readonly string[]
  random: () => number
  settleSeconds?: number
  log: Log
  /** Working days, for platforms with opening hours. Default: all days but weekends. */
  calendar?: Calendar
  /** Without an end, the push stops when nothing is due. */
  until?: Date
  additionsStopped?: () => Promise<boolean>
  /** Called before a batch leaves. When it throws, only removals leave. */
  beforeSending?: (highest: HighestDelivery) => void
  /** Called when the platform already holds later deliveries than these. */
  heldNewer?: (platform: string, deliveryIds: readonly number[]) => Promise<void>
  /** Monotonic clock, milliseconds. */
  machine?: () => number
  pause?: (ms: number, signal?: AbortSignal) => Promise<void>
  progress?: (sent: number) => void
  signal?: AbortSignal
}

const WEEKENDS: Calendar = { holidays: new Set(), workdays: new Set(), knownUntil: '1900-01-01' }

export type FailureReasons = Readonly<Record<string, string>>

/** Deliveries to `unreachable` platforms stay queued. */
export const pushDeliveries = async (
  db: Db,
  options: PushOptions,
): Promise<{ platforms: PushResult[]; unreachable: string[]; reasons: FailureReasons; ms: number }> => {
  const startedAt = options.now()
  const unreachable: string[] = []
  const reasons: Record<string, string> = {}
  const sending = options.platforms.map(async (to) => {
    const counts: SendCounts = { sent: 0, accepted: 0, rejected: 0 }
    try {
      await pushOne(db, to, counts, options)
    } catch (error) {
      if (!isRefusal(error)) throw error
      unreachable.push(to.platform.id)
      reasons[to.platform.id] = String(error.details['reason'] ?? error.message)
    }
    return { platform: to.platform.id as string, ...counts }
  })
  // One platform's failure must not leave another's receipts half stored.
  const ended = await Promise.allSettled(sending)
  for (const end of ended) if (end.status === 'rejected') throw end.reason
  const results = ended.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))
  const all = [...results, ...options.silent.map((platform) => ({ platform, sent: 0, accepted: 0, rejected: 0 }))]
  const outstanding = await queue.countOutstanding(
    db,
    all.map(({ platform }) => platform),
  )
  const platforms = all.map((result) => ({ ...result, outstanding: outstanding.get(result.platform) ?? 0 }))
  return { platforms, unreachable, reasons, ms: options.now().getTime() - startedAt.getTime() }
}

const pause = async (ms: number, signal?: AbortSignal): Promise<void> => {
  await wait(ms, undefined, signal ? { signal } : {}).catch((error) => {
    if (!signal?.aborted) throw error
  })
}

const pushOne = async (
  db: Db,
  { platform, url, secret }: PushOptions['platforms'][number],
  counts: SendCounts,
  options: PushOptions,
): Promise<void> => {
  await runBeside(db, { ...options, job: 'push', subject: platform.id }, async (run) => {
    await platformStates.ensureGate(db, platform.id)
    const sender: Sender = {
      db,
      platform,
      url,
      secret,
      calendar: options.calendar ?? WEEKENDS,
      run: run.id,
      batches: 0,
      troubled: false,
      unnoted: false,
      counts,
      now: options.now,
      random: options.random,
      settleSeconds: options.settleSeconds ?? MESSAGE_SETTLES_SECONDS,
      pause: options.pause ?? pause,
      log: options.log,
      beforeSending: options.beforeSending,
      heldNewer: options.heldNewer,
      signal: options.signal,
    }
    await rounds(sender, options, () => {
      Object.assign(run.counts, counts)
      options.progress?.(counts.sent)
    })
  })
}

/** `later`: the rate limit allows no call now. `failed`: platform or database did not answer. `full`: more may be due. */
type RoundResult = { end: 'sent'; full: boolean } | { end: 'nothing' | 'later' } | { end: 'failed'; error: unknown }

const rounds = async (s: Sender, options: PushOptions, progressed: () => void): Promise<void> => {
  const [lingers, stays] = [lingering(options), options.until !== undefined]
  let trouble: unknown = null
  let abreast = 1
  for (let n = 0; n < ROUNDS_MAX && !s.signal?.aborted; n += 1) {
    const together = await Promise.all(Array.from({ length: abreast }, () => roundOf(s, options)))
    const failed = together.find((round) => round.end === 'failed')
    const sent = together.filter((round) => round.end === 'sent')
    if (sent.length > 0) progressed()
    if (failed) trouble = failed.error
    else if (sent.length > 0) trouble = null
    abreast = !failed && s.platform.callsPerSecond === null && sent.some(({ full }) => full) ? ROUNDS_ABREAST : 1
    if (sent.length > 0 && !(failed && !stays) && (!stays || lingers())) continue
    const waits = stays ? lingers() : !failed && together.some((round) => round.end === 'later')
    if (!waits) break
    if (!s.signal?.aborted) await s.pause(LOOK_AGAIN_MS, s.signal)
  }
  if (s.signal?.aborted && stays) return
  s.signal?.throwIfAborted()
  if (trouble !== null) throw trouble
}

/** Wall and monotonic clock both end the run: a stopped or adjusted wall clock cannot extend it. */
const lingering = ({ until, now, machine = () => performance.now() }: PushOptions): (() => boolean) => {
  if (until === undefined) return () => false
  const [began, lasts] = [machine(), until.getTime() - now().getTime()]
  return () => now() < until && machine() - began < lasts
}

const roundOf = async (s: Sender, options: PushOptions): Promise<RoundResult> => {
  try {
    return await sendDue(s, options)
  } catch (error) {
    // Deliveries already claimed can be claimed again when their lease ends.
    if (options.until === undefined || !isConnectionLost(error)) throw error
    s.log.warn({ platform: s.platform.id, reason: reasonOf(error) }, 'the database was lost while pushing')
    return { end: 'failed', error }
  }
}

const sendDue = async (s: Sender, options: PushOptions): Promise<RoundResult> => {
  const way = await breaker.callPermission(s, options.additionsStopped)
  if (!way.open) {
    if (way.why !== 'breaker') return { end: 'nothing' }
    const reason = '连续失败，暂停呼叫 left alone for a while after failures'
    return { end: 'failed', error: new Refusal('PLATFORM_UNREACHABLE', { reason }) }
  }
  const width = s.platform.callsPerSecond === null ? widthOf(s.platform.batchSize) : 1
  const limit = way.probe ? 1 : s.platform.batchSize * width
  const round = await sendClaim(s, { limit, width, only: way.only })
  // The probed delivery itself may be at fault, so another one, not a removal, is tried.
  if (way.probe && round.end === 'failed' && way.only === undefined) {
    const other = await sendClaim(s, { limit, width, only: 'OTHERS' })
    if (other.end === 'sent') return other
  }
  return round
}

const widthOf = (batchSize: number): number =>
  Math.min(CALLS_AT_ONCE, Math.max(1, Math.floor(ROWS_AT_ONCE / batchSize)))

const sendClaim = async (
  s: Sender,
  { limit, width, only }: { limit: number; width: number; only: queue.ClaimScope | undefined },
): Promise<RoundResult> => {
  const now = s.now()
  const leaseUntil = new Date(now.getTime() + DELIVERY_LEASE_MS)
  const claimed = await queue.claim(s.db, s.platform.id, {
    limit,
    now,
    leaseUntil,
    settleSeconds: s.settleSeconds,
    only,
  })
  if (claimed.length === 0) return { end: 'nothing' }
  const sent = await sendClaimedDeliveries(s, claimed, width)
  if (sent.end === 'failed') return sent
  return sent.end === 'late' ? { end: 'later' } : { end: 'sent', full: claimed.length === limit }
}
