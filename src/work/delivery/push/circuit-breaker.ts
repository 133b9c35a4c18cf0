/** Whether a platform may be called at this moment, and what it is told of being called: breaker, pace, pause, hours. */
import * as breaker from '../../../domain/delivery/circuit-breaker.js'
import { isOpen } from '../../../domain/delivery/receiver-hours.js'
import { reasonOf } from '../../../foundation/errors.js'
import { isLost } from '../../../store/db/db.js'
import type { Only } from '../../../store/delivery/delivery-queue.js'
import * as queue from '../../../store/delivery/delivery-queue.js'
import * as gates from '../../../store/delivery/platform-gates.js'
import { LEASE_MS, type Sender } from './sender.js'

/** A turn further away than this is not waited for while rows are held, milliseconds; below the lease. */
const TURN_WITHIN_MS = 6_000
const SECOND_MS = 1_000
/** A statement that the database's absence or a deadlock ended is tried again so often: what is known must not be lost with it. */
const BOOKINGS_MAX = 4
const BOOK_AGAIN_MS = 1_000
/** SQLSTATE of what PostgreSQL ended for another's sake. */
const AGAIN = new Set(['40P01', '40001', '55P03'])

/** `rows`: at most so many may be claimed; `probe`: to see whether it is back. Shut: the receiver's hours, or the breaker. */
export type Door =
  | { open: true; probe: boolean; only: Only | undefined }
  | { open: false; why: 'hours' | 'breaker' | 'idle' }

export const look = async (s: Sender, additionsStopped: (() => Promise<boolean>) | undefined): Promise<Door> => {
  const now = s.now()
  const id = s.platform.id
  if (!isOpen(s.platform.hours, s.calendar, now)) return { open: false, why: 'hours' }
  const gate = await gates.read(s.db, id)
  s.troubled = gate.failures > 0 || gate.openUntil !== null
  const only = gate.pausedAt !== null || (await additionsStopped?.()) === true ? 'REMOVE' : undefined
  const passage = breaker.passage(gate, now)
  if (passage === 'ALL') return { open: true, probe: false, only }
  if (!(await queue.isDue(s.db, id, { now, settleSeconds: s.settleSeconds, only }))) return { open: false, why: 'idle' }
  if (passage === 'NONE') return { open: false, why: 'breaker' }
  const mine = await gates.takeProbe(s.db, id, gate, new Date(now.getTime() + LEASE_MS))
  return mine ? { open: true, probe: true, only } : { open: false, why: 'breaker' }
}

/** Waits for the platform's pace; false: the next turn is too far away. */
export const turn = async (s: Sender): Promise<boolean> => {
  const { callsPerSecond } = s.platform
  if (callsPerSecond === null) return true
  const now = s.now()
  const at = await gates.takeTurn(s.db, s.platform.id, {
    everyMs: SECOND_MS / callsPerSecond,
    now,
    latest: new Date(now.getTime() + TURN_WITHIN_MS),
  })
  if (at === null) return false
  if (at > now) await s.pause(at.getTime() - now.getTime(), s.signal)
  return true
}

/** The platform has answered: whatever was kept back passes. */
export const answered = async (s: Sender): Promise<void> => {
  if (!s.troubled) return
  await patiently(s, () => gates.calm(s.db, s.platform.id))
  s.troubled = false
}

export const failed = (
  s: Sender,
  retryAfterSeconds: number,
): Promise<{ before: breaker.Breaker; after: breaker.Breaker }> =>
  patiently(s, () =>
    s.db.transaction(async (tx) => {
      const before = await gates.lock(tx, s.platform.id)
      const after = breaker.failed(before, s.now(), s.random(), retryAfterSeconds)
      await gates.set(tx, s.platform.id, after)
      s.troubled = true
      return { before, after }
    }),
  )

/** Does again what a lost database or a deadlock ended, for as long as a lease lasts; everything given here may be done twice. */
export const patiently = async <T>(s: Sender, work: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (!passes(error) || attempt >= BOOKINGS_MAX) throw error
      s.log.warn({ platform: s.platform.id, reason: reasonOf(error) }, 'what is known is booked again')
      await s.pause(BOOK_AGAIN_MS)
    }
  }
}

/** Whether a fault is the database's absence or another's lock, and not what was asked of it. */
export const passes = (error: unknown): boolean =>
  isLost(error) || AGAIN.has(String((error as { code?: unknown }).code))
