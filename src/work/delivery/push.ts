/**
 * Push: what each platform is owed, until nothing is due, or until a moment. Claimed with a lease, sent outside any transaction,
 * booked row by row by the receipts; whatever stays silent is owed as before. Any number of hubs push to one platform side by
 * side: the claims keep them apart. One platform's trouble is its own.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Calendar } from '../../domain/calendar/calendar.js'
import { SETTLE_SECONDS } from '../../domain/delivery/delivery.js'
import { isRefusal, Refusal, reasonOf } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import type { Platform } from '../../platforms/platform.js'
import { type Db, isLost } from '../../store/db/db.js'
import * as queue from '../../store/delivery/delivery-queue.js'
import * as gates from '../../store/delivery/platform-gates.js'
import { beside, type Occasioned } from '../timetable/run.js'
import * as door from './push/circuit-breaker.js'
import { type Counts, type Highest, LEASE_MS, type Sender } from './push/sender.js'
import { sendAll } from './push/sending.js'

/** Rounds in one run: a bound on the loop, the rest stays due for the next. */
const ROUNDS_MAX = 100_000
/** A platform that takes few rows in a call gets calls side by side, to about so many rows, and not more than so many calls. */
const ROWS_AT_ONCE = 50
const CALLS_AT_ONCE = 8
/** Where there is much to send, so many batches are on their way at once: one is booked while another is answered. */
const ROUNDS_ABREAST = 2
/** How often a push that lingers looks whether something has become due, milliseconds. */
const LOOK_AGAIN_MS = 1_000

export interface Pushed {
  platform: string
  /** Rows that left and were answered. */
  sent: number
  accepted: number
  rejected: number
  /** Owed or refused. */
  outstanding: number
}

export interface PushOptions extends Occasioned {
  platforms: readonly { platform: Platform; url: string; secret: string }[]
  /** Ids of platforms without an address: nothing is sent, what they are owed is told. */
  silent: readonly string[]
  random: () => number
  /** How long a receiver may take to apply what it took, seconds; SETTLE_SECONDS when absent. */
  settleSeconds?: number
  log: Log
  /** Working days, for receivers that keep them; without it only weekends are free. */
  calendar?: Calendar
  /** Lingers until then and sends what becomes due; absent: ends when nothing is due. */
  until?: Date
  /** Whether additions and changes must not leave at this moment, whatever the platform; removals always do. */
  additionsStopped?: () => Promise<boolean>
  /** Called before a batch leaves with the highest of what it holds; if it throws, only removals of it leave. */
  beforeSending?: (highest: Highest) => void
  /** Hears of deliveries that were booked although the platform says that it holds a later one of the same subject. */
  heldNewer?: (platform: string, deliveryIds: readonly number[]) => Promise<void>
  /** The machine's own clock, milliseconds; given by tests, whose hours are minutes of a busy machine. */
  machine?: () => number
  /** Waits; given by tests, whose clock is their own. */
  pause?: (ms: number, signal?: AbortSignal) => Promise<void>
  progress?: (sent: number) => void
  signal?: AbortSignal
}

const WEEKENDS: Calendar = { holidays: new Set(), workdays: new Set(), knownUntil: '1900-01-01' }

/** By platform, why it did not answer. */
export type Reasons = Readonly<Record<string, string>>

/** All platforms side by side. `unreachable` names those that did not answer; their deliveries stay owed. */
export const push = async (
  db: Db,
  options: PushOptions,
): Promise<{ platforms: Pushed[]; unreachable: string[]; reasons: Reasons; ms: number }> => {
  const startedAt = options.now()
  const unreachable: string[] = []
  const reasons: Record<string, string> = {}
  const sending = options.platforms.map(async (to) => {
    const counts: Counts = { sent: 0, accepted: 0, rejected: 0 }
    try {
      await pushOne(db, to, counts, options)
    } catch (error) {
      if (!isRefusal(error)) throw error
      unreachable.push(to.platform.id)
      reasons[to.platform.id] = String(error.details['reason'] ?? error.message)
    }
    return { platform: to.platform.id as string, ...counts }
  })
  // Each is let come to its end: one platform's fault must not leave another's batch half booked.
  const ended = await Promise.allSettled(sending)
  for (const end of ended) if (end.status === 'rejected') throw end.reason
  const results = ended.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))
  const all = [...results, ...options.silent.map((platform) => ({ platform, sent: 0, accepted: 0, rejected: 0 }))]
  const outstanding = await queue.outstanding(
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
  counts: Counts,
  options: PushOptions,
): Promise<void> => {
  await beside(db, { ...options, job: 'push', subject: platform.id }, async (run) => {
    await gates.found(db, platform.id)
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
      settleSeconds: options.settleSeconds ?? SETTLE_SECONDS,
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

/**
 * What a round came to. `nothing`: none is due. `later`: not at this moment. `failed`: the platform, or the database, did not
 * answer. `full`: there may be more at once.
 */
type Round = { end: 'sent'; full: boolean } | { end: 'nothing' | 'later' } | { end: 'failed'; error: unknown }

/** A run that lingers outlives the troubles of its time; one that does not ends with the first. */
const rounds = async (s: Sender, options: PushOptions, told: () => void): Promise<void> => {
  const [lingers, stays] = [lingering(options), options.until !== undefined]
  let trouble: unknown = null
  let abreast = 1
  for (let n = 0; n < ROUNDS_MAX && !s.signal?.aborted; n += 1) {
    const together = await Promise.all(Array.from({ length: abreast }, () => roundOf(s, options)))
    const failed = together.find((round) => round.end === 'failed')
    const sent = together.filter((round) => round.end === 'sent')
    if (sent.length > 0) told()
    if (failed) trouble = failed.error
    else if (sent.length > 0) trouble = null
    abreast = !failed && s.platform.callsPerSecond === null && sent.some(({ full }) => full) ? ROUNDS_ABREAST : 1
    if (sent.length > 0 && !(failed && !stays) && (!stays || lingers())) continue
    const waits = stays ? lingers() : !failed && together.some((round) => round.end === 'later')
    if (!waits) break
    if (!s.signal?.aborted) await s.pause(LOOK_AGAIN_MS, s.signal)
  }
  // Whoever was asked to stop has ended well where nothing else was expected of him.
  if (s.signal?.aborted && stays) return
  s.signal?.throwIfAborted()
  if (trouble !== null) throw trouble
}

/** By the clock that is given, and by the machine's own: a clock that stands still or is set back lengthens nothing. */
const lingering = ({ until, now, machine = () => performance.now() }: PushOptions): (() => boolean) => {
  if (until === undefined) return () => false
  const [began, lasts] = [machine(), until.getTime() - now().getTime()]
  return () => now() < until && machine() - began < lasts
}

const roundOf = async (s: Sender, options: PushOptions): Promise<Round> => {
  try {
    return await sendDue(s, options)
  } catch (error) {
    // What was claimed meanwhile comes back when its lease ends.
    if (options.until === undefined || !isLost(error)) throw error
    s.log.warn({ platform: s.platform.id, reason: reasonOf(error) }, 'the database was lost while pushing')
    return { end: 'failed', error }
  }
}

const sendDue = async (s: Sender, options: PushOptions): Promise<Round> => {
  const way = await door.look(s, options.additionsStopped)
  if (!way.open) {
    if (way.why !== 'breaker') return { end: 'nothing' }
    const reason = '连续失败，暂停呼叫 left alone for a while after failures'
    return { end: 'failed', error: new Refusal('PLATFORM_UNREACHABLE', { reason }) }
  }
  const width = s.platform.callsPerSecond === null ? widthOf(s.platform.batchSize) : 1
  const limit = way.probe ? 1 : s.platform.batchSize * width
  const round = await sendClaim(s, { limit, width, only: way.only })
  // What failed may be the row and not the platform: before all wait for it, one that is no removal is tried.
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
  { limit, width, only }: { limit: number; width: number; only: queue.Only | undefined },
): Promise<Round> => {
  const now = s.now()
  const leaseUntil = new Date(now.getTime() + LEASE_MS)
  const claimed = await queue.claim(s.db, s.platform.id, {
    limit,
    now,
    leaseUntil,
    settleSeconds: s.settleSeconds,
    only,
  })
  if (claimed.length === 0) return { end: 'nothing' }
  const sent = await sendAll(s, claimed, width)
  if (sent.end === 'failed') return sent
  return sent.end === 'late' ? { end: 'later' } : { end: 'sent', full: claimed.length === limit }
}
