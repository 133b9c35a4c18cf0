import type { Calendar } from '../../domain/calendar/calendar.js'
import { CLOSED_BREAKER } from '../../domain/delivery/circuit-breaker.js'
import { MESSAGE_SETTLES_SECONDS } from '../../domain/delivery/delivery.js'
import { NoConnectionRefusal, Refusal, reasonOf } from '../../foundation/errors.js'
import type { ConfiguredPlatform } from '../../platforms/platform.js'
import { type Db, isConnectionLost } from '../../store/db/db.js'
import * as queue from '../../store/delivery/delivery-queue.js'
import * as platformStates from '../../store/delivery/platform-states.js'
import { runBeside } from '../timetable/run.js'
import * as breaker from './push/circuit-breaker.js'
import { type RoundResult, sendRound } from './push/send-round.js'
import { type PushOptions, pauseUnlessAborted, type SendCounts, type Sender } from './push/sender.js'
import { type FailureReasons, runSideBySide } from './side-by-side.js'

const ROUNDS_MAX = 100_000
const ROWS_AT_ONCE = 50
const CALLS_AT_ONCE = 8
const ROUNDS_ABREAST = 2

interface PushResult extends SendCounts {
  platform: string
  outstanding: number
}

const WEEKENDS: Calendar = { holidays: new Set(), workdays: new Set(), knownUntil: '1900-01-01' }

/** An unreachable platform stands in `reasons`; the others do not wait for it. */
export const pushDeliveries = async (
  db: Db,
  options: PushOptions,
): Promise<{ platforms: PushResult[]; unreachable: string[]; reasons: FailureReasons; ms: number }> => {
  const startedAt = options.now()
  const pushes = options.platforms.map((to) => ({ ...to, counts: { sent: 0, accepted: 0, rejected: 0 } }))
  const reasons = await runSideBySide(pushes, (push) => pushOne(db, push, options))
  const sent = new Map(pushes.map(({ platform, counts }) => [platform.id, counts]))
  const ids = [...sent.keys(), ...options.silent]
  const outstanding = await queue.countOutstanding(db, ids)
  const platforms = ids.map((id) => ({
    platform: id,
    ...(sent.get(id) ?? { sent: 0, accepted: 0, rejected: 0 }),
    outstanding: outstanding.get(id) ?? 0,
  }))
  const ms = options.now().getTime() - startedAt.getTime()
  return { platforms, unreachable: Object.keys(reasons), reasons, ms }
}

const pushOne = async (
  db: Db,
  to: ConfiguredPlatform & Pick<Sender, 'counts'>,
  options: PushOptions,
): Promise<void> => {
  await runBeside(db, { ...options, job: 'push', subject: to.platform.id }, async (run, db) => {
    await platformStates.ensureGate(db, to.platform.id)
    const sender: Sender = {
      settleSeconds: MESSAGE_SETTLES_SECONDS,
      calendar: WEEKENDS,
      pause: pauseUnlessAborted,
      ...options,
      ...to,
      db,
      run: run.id,
      batches: 0,
      breaker: CLOSED_BREAKER,
      leftAlone: false,
      unnoted: false,
    }
    await sendRounds(sender, () => {
      Object.assign(run.counts, to.counts)
      options.progress?.(to.counts.sent)
    })
  })
}

const sendRounds = async (s: Sender, progressed: () => void): Promise<void> => {
  const [left, stays] = [timeLeft(s), s.until !== undefined]
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
    if (sent.length > 0 && !(failed && !stays) && left() > 0) continue
    const waits = stays ? left() > 0 : !failed && together.some((round) => round.end === 'later')
    if (!waits) break
    if (!s.signal?.aborted) await s.pause(Math.min(breaker.pauseBeforeNextLook(s), left()), s.signal)
  }
  if (s.signal?.aborted && stays) return
  s.signal?.throwIfAborted()
  if (trouble !== null) throw trouble
}

/** Milliseconds by the hub's clock or the monotonic one, whichever leaves less. */
const timeLeft = ({ until, now, machine = () => performance.now() }: Sender): (() => number) => {
  if (until === undefined) return () => Number.POSITIVE_INFINITY
  const [began, lasts] = [machine(), until.getTime() - now().getTime()]
  return () => Math.min(until.getTime() - now().getTime(), began + lasts - machine())
}

const roundOf = async (s: Sender): Promise<RoundResult> => {
  try {
    return await sendDue(s)
  } catch (error) {
    // Only a push with an end survives a lost connection: its claims expire with the lease.
    if (s.until === undefined || !isConnectionLost(error)) throw error
    s.log.warn({ platform: s.platform.id, reason: reasonOf(error) }, 'the database was lost while pushing')
    return { end: 'failed', error }
  }
}

const sendDue = async (s: Sender): Promise<RoundResult> => {
  const permission = await breaker.obtainCallPermission(s)
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
  if (!probe || round.end !== 'failed' || only !== undefined || round.error instanceof NoConnectionRefusal) return round
  // The probed delivery may be at fault: another, no removal, is tried.
  const other = await sendRound(s, { limit, width, only: 'OTHERS' })
  return other.end === 'sent' ? other : round
}

const widthOf = (batchSize: number): number =>
  Math.min(CALLS_AT_ONCE, Math.max(1, Math.floor(ROWS_AT_ONCE / batchSize)))
