/**
 * The hub's time is the database's clock, carried on by the monotonic clock. The hub follows its leaps: no entry is
 * shown past its end, irreversible work waits.
 */

import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal, reasonOf } from '../../foundation/errors.js'
import { onAnswerDate } from '../../foundation/http.js'
import type { Log } from '../../foundation/log.js'
import {
  confirmsClock,
  hasLeapt,
  isDoubtedAtStart,
  isDoubtOver,
  LEAP_TOLERANCE_MS,
} from '../../foundation/time/clock-doubt.js'
import * as doubts from '../../store/db/clock-doubts.js'
import type { Db } from '../../store/db/db.js'

const NOTE_MS = 60_000
const LOOK_MS = 1_000

export interface HubClock {
  now(): Date
  /** Latest certain instant: `now`, unless the clock is in doubt. */
  sure(): Date
  /** Also true when host clock and monotonic clock diverged since the last look. */
  isDoubted(): boolean
  /** Throws when the database does not answer; the monotonic clock continues. */
  look(): Promise<void>
  /** The `Date` header of an agency or platform is a second source. Never throws. */
  hear(host: string, date: Date): Promise<void>
}

/** Tests and demos have a clock that is never in doubt. */
export const certainHubClock = (now: () => Date): HubClock => ({
  now,
  sure: now,
  isDoubted: () => false,
  look: async () => {},
  hear: async () => {},
})

export interface ClockParts {
  log: Log
  machine?: () => number
  wall: () => number
  read?: (db: Db) => Promise<doubts.ClockRead>
}

/** A database instant and the monotonic time at which it was read, milliseconds. */
interface ClockAnchor {
  at: number
  machine: number
}

const carried = ({ at, machine }: ClockAnchor, to: number): number => at + (to - machine)

export const openClock = async (db: Db, parts: ClockParts): Promise<HubClock> => {
  const clock = databaseClock(db, parts)
  await clock.look()
  return clock
}

const databaseClock = (
  db: Db,
  { log, machine = () => performance.now(), wall, read = doubts.readClock }: ClockParts,
): HubClock => {
  let anchor: ClockAnchor | null = null
  let expected: ClockAnchor | null = null
  let doubt: doubts.ClockDoubt | null = null
  let notedAt = Number.NEGATIVE_INFINITY
  let wallAtLook = 0

  const anchored = (): ClockAnchor => {
    if (anchor === null) throw new Error('the clock was not read yet')
    return anchor
  }
  const now = (): Date => new Date(Math.floor(carried(anchored(), machine())))

  const doubted = async (begun: Omit<doubts.ClockDoubt, 'id'>, base: ClockAnchor): Promise<void> => {
    expected ??= base
    if (await doubts.addDoubt(db, begun))
      log.error(
        { alarm: 'CLOCK_DOUBTED', ...begun },
        'the clock of the database leapt: expiry, erasing and additions wait for a second source or for hub clock confirm',
      )
    doubt = await doubts.currentDoubt(db)
  }

  const settled = async (by: string): Promise<void> => {
    const ended = await doubts.settleDoubt(db, { by })
    if (ended !== null) log.warn({ ...ended, by }, 'the clock of the database is believed again')
    doubt = null
    expected = null
  }

  const judge = async (
    reading: doubts.ClockRead,
    before: ClockAnchor | null,
    at: number,
    tookMs: number,
  ): Promise<void> => {
    const instant = reading.at.getTime()
    doubt = reading.doubt
    if (doubt !== null) {
      const since = doubt
      expected ??= before ?? { at: since.expectedAt.getTime() + instant - since.foundAt.getTime(), machine: at }
      const base = since.cause === 'START' ? since.expectedAt.getTime() : carried(expected, at)
      if (isDoubtOver(since.cause, instant, base, tookMs)) await settled('the clock itself')
      return
    }
    expected = null
    const sureAt = reading.sureAt?.getTime() ?? null
    if (before === null) {
      if (sureAt !== null && isDoubtedAtStart(instant, sureAt))
        await doubted(
          { cause: 'START', foundAt: reading.at, expectedAt: new Date(sureAt) },
          { at: sureAt, machine: at },
        )
      return
    }
    const wanted = carried(before, at)
    // If this machine slept, another hub that watched throughout vouches for the clock.
    const vouched =
      sureAt !== null && instant >= sureAt && instant - sureAt < NOTE_MS + LEAP_TOLERANCE_MS && sureAt > wanted
    if (hasLeapt(instant, wanted, tookMs) && !vouched)
      await doubted({ cause: 'LEAP', foundAt: reading.at, expectedAt: new Date(wanted) }, { at: wanted, machine: at })
  }

  return {
    now,
    sure: () => {
      const at = now()
      return expected === null ? at : new Date(Math.min(at.getTime(), Math.floor(carried(expected, machine()))))
    },
    isDoubted: () =>
      doubt !== null || Math.abs(wall() - wallAtLook - (machine() - anchored().machine)) > LEAP_TOLERANCE_MS,
    look: async () => {
      const sent = machine()
      const reading = await read(db)
      const [got, before] = [machine(), anchor]
      const middle = (sent + got) / 2
      anchor = { at: reading.at.getTime(), machine: middle }
      wallAtLook = wall() - (got - middle)
      await judge(reading, before, middle, got - sent)
      if (doubt === null && got - notedAt >= NOTE_MS) {
        await doubts.noteLastSureInstant(db)
        notedAt = got
      }
    },
    hear: async (host, date) => {
      if (doubt === null) return
      try {
        if (confirmsClock(date.getTime(), now().getTime())) await settled(`Date of ${host}`)
        else log.error({ host, date, now: now() }, 'a second source contradicts the clock of the database')
      } catch (error) {
        log.warn({ err: error }, 'a confirmed clock could not be noted')
      }
    },
  }
}

export const makeClockWatch = (clock: HubClock, log: Log): { start(): void; stop(): void } => {
  let timer: NodeJS.Timeout | null = null
  let isLooking = false
  let deaf: () => void = () => {}
  const look = async (): Promise<void> => {
    if (isLooking) return
    isLooking = true
    await clock
      .look()
      .catch((error) => log.debug({ reason: reasonOf(error) }, 'the clock of the database could not be read'))
    isLooking = false
  }
  return {
    start: () => {
      if (timer !== null) return
      timer = setInterval(() => void look(), LOOK_MS)
      timer.unref()
      deaf = onAnswerDate((host, date) => void clock.hear(host, date))
    },
    stop: () => {
      if (timer !== null) clearInterval(timer)
      timer = null
      deaf()
    },
  }
}

/** Refusals: CLOCK_CERTAIN, INPUT_INVALID. */
export const confirmClock = async (
  db: Db,
  { by, reason: text, pseudonymOf }: { by: string; reason: string; pseudonymOf: (id: string) => string },
): Promise<doubts.ClockDoubt> => {
  const reason = checkAndRedactText(text, '理由 the reason', pseudonymOf)
  const doubt = await doubts.settleDoubt(db, { by, reason })
  if (doubt === null) throw new Refusal('CLOCK_CERTAIN')
  return doubt
}
