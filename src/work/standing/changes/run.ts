/**
 * The timetable's run: numbers what changed, tells webhooks, erases what is past its time; it lingers until the next begins, so
 * that a removal leaves within a second or two. Beside others: a lock keeps the numbering apart, leases the messages.
 */
import { setTimeout as after } from 'node:timers/promises'
import { reasonOf } from '../../../foundation/errors.js'
import { type Db, isLost } from '../../../store/db/db.js'
import { beside, type Occasioned } from '../../timetable/run.js'
import { numberChanges, tidyChanges } from './number.js'
import { makeTeller, type SendParts } from './send.js'

/** Between two looks, milliseconds. */
const LOOK_MS = 1_000

export interface ChangesOptions extends Occasioned {
  /** Null: webhooks are told by another process. */
  sending: SendParts | null
  /** Until when it goes on looking; absent: once. */
  until?: Date
  signal?: AbortSignal
}

export interface ChangesRun {
  numbered: number
  confirmed: number
  failed: number
  erased: number
}

/** Null: this attempt at its occurrence of the timetable was begun already. */
export const runChanges = (
  db: Db,
  { sending, until, signal, ...options }: ChangesOptions,
): Promise<ChangesRun | null> =>
  beside(db, { ...options, job: 'changes' }, async ({ counts }) => {
    const count = (name: keyof ChangesRun, n: number) => {
      counts[name] = (counts[name] ?? 0) + n
    }
    count('erased', await tidyChanges(db, options.now()))
    const teller = sending && makeTeller(db, sending, signal)
    for (;;) {
      count('numbered', await numberChanges(db, options.now()))
      // No address is waited for: numbering, and the other addresses, go on beside a slow one.
      await teller?.look()
      if (until === undefined || options.now() >= until || signal?.aborted) break
      await after(LOOK_MS, undefined, { signal }).catch(() => undefined)
    }
    try {
      await teller?.ended()
    } catch (error) {
      if (until === undefined || isLost(error)) throw error
      options.log?.error({ reason: reasonOf(error) }, 'webhooks could not be told')
    }
    count('confirmed', teller?.sent.confirmed ?? 0)
    count('failed', teller?.sent.failed ?? 0)
    const { numbered = 0, confirmed = 0, failed = 0, erased = 0 } = counts
    return { numbered, confirmed, failed, erased }
  })
