import * as breaker from '../../../domain/delivery/circuit-breaker.js'
import { isReceiverOpen } from '../../../domain/delivery/receiver-hours.js'
import { reasonOf } from '../../../foundation/errors.js'
import { isConnectionLost } from '../../../store/db/db.js'
import {
  DEADLOCK_DETECTED,
  hasSqlstate,
  LOCK_NOT_AVAILABLE,
  SERIALIZATION_FAILURE,
} from '../../../store/db/sqlstate.js'
import type { ClaimScope } from '../../../store/delivery/delivery-queue.js'
import * as queue from '../../../store/delivery/delivery-queue.js'
import * as platformStates from '../../../store/delivery/platform-states.js'
import { DELIVERY_LEASE_MS, LOOK_AGAIN_MS, type Sender } from './sender.js'

const TURN_WITHIN_MS = 6_000
const SECOND_MS = 1_000
const BOOKINGS_MAX = 4
const BOOK_AGAIN_MS = 1_000

/** `probe`: one delivery tests whether the platform answers again. `only` limits the actions sent. */
type CallPermission = { probe: boolean; only: ClaimScope | undefined } | 'NOTHING_TO_CALL_FOR' | 'LEFT_ALONE'

export const obtainCallPermission = async (s: Sender): Promise<CallPermission> => {
  const now = s.now()
  const { id, hours } = s.platform
  if (!isReceiverOpen(hours, s.calendar, now)) return 'NOTHING_TO_CALL_FOR'
  const gate = await platformStates.readGate(s.db, id)
  s.breaker = gate
  const calls = breaker.callsAllowed(gate, now)
  if (calls === 'NONE' && s.leftAlone) return 'LEFT_ALONE'
  s.leftAlone = false
  const only = gate.pausedAt !== null || (await s.additionsStopped?.(id)) === true ? 'REMOVE' : undefined
  if (calls === 'ALL') return { probe: false, only }
  if (!(await queue.hasDueDelivery(s.db, id, { now, settleSeconds: s.settleSeconds, only })))
    return 'NOTHING_TO_CALL_FOR'
  s.leftAlone = true
  if (calls === 'NONE') return 'LEFT_ALONE'
  // Until `openUntil`, no other process calls the platform.
  const probing = { failures: gate.failures, openUntil: new Date(now.getTime() + DELIVERY_LEASE_MS) }
  if (!(await platformStates.replaceBreaker(s.db, id, gate, probing))) return 'LEFT_ALONE'
  s.breaker = probing
  return { probe: true, only }
}

/** Milliseconds. A lease at most, since a hub that closed the breaker may be killed. */
export const pauseBeforeNextLook = ({ breaker: state, now }: Sender): number => {
  const at = now()
  if (state.openUntil === null || breaker.callsAllowed(state, at) !== 'NONE') return LOOK_AGAIN_MS
  return Math.min(state.openUntil.getTime() - at.getTime(), DELIVERY_LEASE_MS)
}

/** False when the next slot is over TURN_WITHIN_MS away. */
export const waitForRateLimit = async (s: Sender): Promise<boolean> => {
  const { callsPerSecond } = s.platform
  if (callsPerSecond === null) return true
  const now = s.now()
  const at = await platformStates.takeSendingSlot(s.db, s.platform.id, {
    everyMs: SECOND_MS / callsPerSecond,
    now,
    latest: new Date(now.getTime() + TURN_WITHIN_MS),
  })
  if (at === null) return false
  if (at > now) await s.pause(at.getTime() - now.getTime(), s.signal)
  return true
}

export const noteAnswer = async (s: Sender): Promise<void> => {
  if (s.breaker.failures === 0 && s.breaker.openUntil === null) return
  await withRetries(s, () => platformStates.closeBreaker(s.db, s.platform.id))
  s.breaker = breaker.CLOSED_BREAKER
}

export const noteNoAnswer = (
  s: Sender,
  retryAfterSeconds: number,
): Promise<{ before: breaker.BreakerState; after: breaker.BreakerState }> =>
  withRetries(s, async () => {
    for (;;) {
      const before = s.breaker
      const after = breaker.breakerAfterFailure(before, s.now(), s.random(), retryAfterSeconds)
      const mine = await platformStates.replaceBreaker(s.db, s.platform.id, before, after)
      s.breaker = mine ? after : await platformStates.readGate(s.db, s.platform.id)
      if (mine) return { before, after }
    }
  })

/**
 * BOOKINGS_MAX tries, after transient database errors. `work` must be idempotent. The lease may end
 * meanwhile: `attempts` fences writes about deliveries.
 */
export const withRetries = async <T>(s: Sender, work: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (!isTransient(error) || attempt >= BOOKINGS_MAX) throw error
      s.log.warn({ platform: s.platform.id, reason: reasonOf(error) }, 'what is known is booked again')
      await s.pause(BOOK_AGAIN_MS)
    }
  }
}

export const isTransient = (error: unknown): boolean =>
  isConnectionLost(error) || hasSqlstate(error, DEADLOCK_DETECTED, SERIALIZATION_FAILURE, LOCK_NOT_AVAILABLE)
