/** Pushes to one platform, on a clock that only their waits advance. */
import type { Platform } from '../../src/platforms/platform.js'
import type { JobDb } from '../../src/store/db/db.js'
import type { PushOptions } from '../../src/work/delivery/push/sender.js'
import { pushDeliveries } from '../../src/work/delivery/push.js'
import { closedUrl } from './ports.js'
import { log, NOW } from './world.js'

export interface PushClock {
  now: Date
  /** Milliseconds of each wait. */
  pauses: number[]
  /** Since NOW. */
  seconds: () => number
}

export const makePushClock = (): PushClock => {
  const clock: PushClock = { now: NOW, pauses: [], seconds: () => (clock.now.getTime() - NOW.getTime()) / 1_000 }
  return clock
}

/** `meanwhile` is called in each wait. The platform's address takes no connection. */
export const pushOnClock = async (
  { db, clock }: { db: JobDb; clock: PushClock },
  platform: Platform,
  more: Partial<PushOptions> = {},
  meanwhile: () => Promise<unknown> = async () => {},
) =>
  pushDeliveries(db, {
    platforms: [{ platform, url: await closedUrl(), secret: 's' }],
    silent: [],
    cause: 'command',
    now: () => clock.now,
    machine: () => clock.now.getTime(),
    random: () => 0.5,
    log,
    pause: async (ms) => {
      clock.pauses.push(ms)
      clock.now = new Date(clock.now.getTime() + ms)
      await meanwhile()
    },
    ...more,
  })
