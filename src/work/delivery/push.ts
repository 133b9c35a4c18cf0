/** Deliveries are claimed under a lease, sent outside transactions and settled by their receipts. */
import type { Calendar } from '../../domain/calendar/calendar.js'
import { MESSAGE_SETTLES_SECONDS } from '../../domain/delivery/delivery.js'
import { isRefusal, Refusal, reasonOf } from '../../foundation/errors.js'
import type { ConfiguredPlatform } from '../../platforms/platform.js'
import { type Db, isConnectionLost } from '../../store/db/db.js'
import * as queue from '../../store/delivery/delivery-queue.js'
import * as platformStates from '../../store/delivery/platform-states.js'
import { runBeside } from '../timetable/run.js'
import * as breaker from './push/circuit-breaker.js'
import { type RoundResult, sendRound } from './push/send-round.js'
import { LOOK_AGAIN_MS, type PushOptions, pauseUnlessAborted, type SendCounts, type Sender } from './push/sender.js'

const ROUNDS_MAX = 100_000
const ROWS_AT_ONCE = 50
const CALLS_AT_ONCE = 8
const ROUNDS_ABREAST = 2

export interface PushResult extends SendCounts {
  platform: string
  outstanding: number
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

const pushOne = async (db: Db, to: ConfiguredPlatform, counts: SendCounts, options: PushOptions): Promise<void> => {
  await runBeside(db, { ...options, job: 'push', subject: to.platform.id }, async (run) => {
    await platformStates.ensureGate(db, to.platform.id)
    const sender: Sender = {
      settleSeconds: MESSAGE_SETTLES_SECONDS,
      calendar: WEEKENDS,
      pause: pauseUnlessAborted,
      ...options,
      ...to,
      db,
      run: run.id,
      counts,
      batches: 0,
      troubled: false,
      unnoted: false,
    }
    await sendRounds(sender, () => {
      Object.assign(run.counts, counts)
      options.progress?.(counts.sent)
    })
  })
}

const sendRounds = async (s: Sender, progressed: () => void): Promise<void> => {
  const [lingers, stays] = [lingering(s), s.until !== undefined]
  let trouble: unknown = null
  let abreast = 1
  for (let n = 0; n < ROUNDS_MAX && !s.signal?.aborted; n += 1) {
    const together = await Promise.all(Array.from({ length: abreast }, () => roundOf(s)))
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
const lingering = ({ until, now, machine = () => performance.now() }: Sender): (() => boolean) => {
  if (until === undefined) return () => false
  const [began, lasts] = [machine(), until.getTime() - now().getTime()]
  return () => now() < until && machine() - began < lasts
}

const roundOf = async (s: Sender): Promise<RoundResult> => {
  try {
    return await sendDue(s)
  } catch (error) {
    // Deliveries already claimed can be claimed again when their lease ends.
    if (s.until === undefined || !isConnectionLost(error)) throw error
    s.log.warn({ platform: s.platform.id, reason: reasonOf(error) }, 'the database was lost while pushing')
    return { end: 'failed', error }
  }
}

const sendDue = async (s: Sender): Promise<RoundResult> => {
  const permission = await breaker.callPermission(s)
  if (permission === 'NOTHING_TO_CALL_FOR') return { end: 'nothing' }
  if (permission === 'LEFT_ALONE') {
    const reason = '连续失败，暂停呼叫 left alone for a while after failures'
    return { end: 'failed', error: new Refusal('PLATFORM_UNREACHABLE', { reason }) }
  }
  const { probe, only } = permission
  const { batchSize, callsPerSecond } = s.platform
  const width = callsPerSecond === null ? widthOf(batchSize) : 1
  const limit = probe ? 1 : batchSize * width
  const round = await sendRound(s, { limit, width, only })
  if (!probe || round.end !== 'failed' || only !== undefined) return round
  // The probed delivery itself may be at fault, so another one, not a removal, is tried.
  const other = await sendRound(s, { limit, width, only: 'OTHERS' })
  return other.end === 'sent' ? other : round
}

const widthOf = (batchSize: number): number =>
  Math.min(CALLS_AT_ONCE, Math.max(1, Math.floor(ROWS_AT_ONCE / batchSize)))
