/**
 * The clock by which a hub works: the database's, read with each beat and carried on by the machine's monotonic clock in between. The
 * wall clock of the host decides nothing. Where the database's clock leaps, it is followed, so that nobody is shown past the
 * end of an entry, but whatever cannot be taken back waits until a second source or a person has confirmed it.
 */

import { writtenText } from '../../domain/records/written-text.js'
import { Refusal, reasonOf } from '../../foundation/errors.js'
import { hearDates } from '../../foundation/http/answer-dates.js'
import type { Log } from '../../foundation/log.js'
import { confirms, doubtedAtStart, hasLeapt, hasReturned, LEAP_MS } from '../../foundation/time/clock-doubt.js'
import * as doubts from '../../store/db/clock-doubts.js'
import type { Db } from '../../store/db/db.js'

/** How often the newest instant at which the clock was right is noted, milliseconds. */
const NOTE_MS = 60_000
/** Between two looks at the database's clock, milliseconds. */
const LOOK_MS = 1_000

export interface HubClock {
  now(): Date
  /** The latest instant that is certain: `now`, except while the clock is doubted. */
  sure(): Date
  /** Whether the clock is doubted, as of the last look; also where host and machine disagree since then. */
  isDoubted(): boolean
  /** Reads the database's clock. Throws where the database does not answer; the monotonic clock carries on. */
  look(): Promise<void>
  /** An answer of an agency or a platform, with the `Date` of its header: a second source. Never throws. */
  hear(host: string, date: Date): Promise<void>
}

/** A clock that is given, by tests and demonstrations: it is never doubted. */
export const givenClock = (now: () => Date): HubClock => ({
  now,
  sure: now,
  isDoubted: () => false,
  look: async () => {},
  hear: async () => {},
})

export interface ClockParts {
  log: Log
  /** The machine's monotonic and wall clock, milliseconds, and the reading of the database's; given by tests. */
  machine?: () => number
  wall: () => number
  read?: (db: Db) => Promise<doubts.ClockRead>
}

/** An instant of the database and that of the machine at which it was read, milliseconds. */
interface Anchor {
  at: number
  machine: number
}

const carried = ({ at, machine }: Anchor, to: number): number => at + (to - machine)

/** Reads the database's clock before it is given back. */
export const openClock = async (db: Db, parts: ClockParts): Promise<HubClock> => {
  const clock = databaseClock(db, parts)
  await clock.look()
  return clock
}

const databaseClock = (
  db: Db,
  { log, machine = () => performance.now(), wall, read = doubts.read }: ClockParts,
): HubClock => {
  let anchor: Anchor | null = null
  /** What the clock would show, had it not leapt. */
  let expected: Anchor | null = null
  let doubt: doubts.Doubt | null = null
  let notedAt = Number.NEGATIVE_INFINITY
  let wallAtLook = 0

  const anchored = (): Anchor => {
    if (anchor === null) throw new Error('the clock was not read yet')
    return anchor
  }
  const now = (): Date => new Date(Math.floor(carried(anchored(), machine())))

  /** A doubt begins, or another hub has begun one: from here on the machine alone says what the clock should show. */
  const doubted = async (found: Omit<doubts.Doubt, 'id'>, base: Anchor): Promise<void> => {
    expected ??= base
    if (await doubts.begin(db, found))
      log.error(
        { alarm: 'CLOCK_DOUBTED', ...found },
        'the clock of the database leapt: expiry, erasing and additions wait for a second source or for hub clock confirm',
      )
    doubt = await doubts.open(db)
  }

  const settled = async (by: string): Promise<void> => {
    const ended = await doubts.settle(db, { by })
    if (ended !== null) log.warn({ ...ended, by }, 'the clock of the database is believed again')
    doubt = null
    expected = null
  }

  const judge = async (found: doubts.ClockRead, before: Anchor | null, at: number, tookMs: number): Promise<void> => {
    const instant = found.at.getTime()
    doubt = found.doubt
    if (doubt !== null) {
      const since = doubt
      expected ??= before ?? { at: since.expectedAt.getTime() + instant - since.foundAt.getTime(), machine: at }
      const base = since.cause === 'START' ? since.expectedAt.getTime() : carried(expected, at)
      if (hasReturned(since.cause, instant, base, tookMs)) await settled('the clock itself')
      return
    }
    expected = null
    const sureAt = found.sureAt?.getTime() ?? null
    if (before === null) {
      if (sureAt !== null && doubtedAtStart(instant, sureAt))
        await doubted({ cause: 'START', foundAt: found.at, expectedAt: new Date(sureAt) }, { at: sureAt, machine: at })
      return
    }
    const wanted = carried(before, at)
    // Another hub that has looked without a break vouches for the clock: then it is this machine that slept.
    const vouched = sureAt !== null && instant >= sureAt && instant - sureAt < NOTE_MS + LEAP_MS && sureAt > wanted
    if (hasLeapt(instant, wanted, tookMs) && !vouched)
      await doubted({ cause: 'LEAP', foundAt: found.at, expectedAt: new Date(wanted) }, { at: wanted, machine: at })
  }

  return {
    now,
    sure: () => {
      const at = now()
      return expected === null ? at : new Date(Math.min(at.getTime(), Math.floor(carried(expected, machine()))))
    },
    isDoubted: () => doubt !== null || Math.abs(wall() - wallAtLook - (machine() - anchored().machine)) > LEAP_MS,
    look: async () => {
      const sent = machine()
      const found = await read(db)
      const [got, before] = [machine(), anchor]
      const middle = (sent + got) / 2
      anchor = { at: found.at.getTime(), machine: middle }
      wallAtLook = wall() - (got - middle)
      await judge(found, before, middle, got - sent)
      if (doubt === null && got - notedAt >= NOTE_MS) {
        await doubts.noteSure(db)
        notedAt = got
      }
    },
    hear: async (host, date) => {
      if (doubt === null) return
      try {
        if (confirms(date.getTime(), now().getTime())) await settled(`Date of ${host}`)
        else log.error({ host, date, now: now() }, 'a second source contradicts the clock of the database')
      } catch (error) {
        log.warn({ err: error }, 'a confirmed clock could not be noted')
      }
    },
  }
}

/** Looks with each beat, one look at a time, and listens to second sources meanwhile. */
export const makeLooking = (clock: HubClock, log: Log): { start(): void; stop(): void } => {
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
      deaf = hearDates((host, date) => void clock.hear(host, date))
    },
    stop: () => {
      if (timer !== null) clearInterval(timer)
      timer = null
      deaf()
    },
  }
}

/** By a person. Refusals: CLOCK_CERTAIN where nothing is doubted, INPUT_INVALID for a reason that says nothing. */
export const confirm = async (
  db: Db,
  { by, reason: given, mark }: { by: string; reason: string; mark: (id: string) => string },
): Promise<doubts.Doubt> => {
  const reason = writtenText(given, '理由 the reason', mark)
  const doubt = await doubts.settle(db, { by, reason })
  if (doubt === null) throw new Refusal('CLOCK_CERTAIN')
  return doubt
}
