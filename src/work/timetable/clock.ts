/**
 * node-cron signals midnight, a monotonic timer each second: after a leap of the host's clock node-cron walks through all
 * times missed.
 */
import cron from 'node-cron'
import type { Db } from '../../store/db/db.js'
import { LEASE_RENEWAL_MS } from './lease-times.js'
import { makeScheduler, type SchedulerParts } from './occurrences.js'
import { makeStandbyWatch } from './standby-watch.js'

const ZONE = 'Asia/Shanghai'
const MIDNIGHT = '0 0 * * *'
const BEAT_MS = 1_000
const STANDBY_LOOK_MS = 5_000
const STOP_WITHIN_MS = 15_000

export type TimetableClock = ReturnType<typeof startClock>

/** `db` needs its own connection pool: a long merge must not block lease renewal. */
export const startClock = (db: Db, parts: SchedulerParts) => {
  const scheduler = makeScheduler(db, parts)
  const midnight = cron.schedule(MIDNIGHT, () => scheduler.beat(), {
    timezone: ZONE,
    name: 'timetable',
    suppressMissedWarning: true,
  })
  const beat = setInterval(() => void scheduler.beat(), BEAT_MS)
  const renew = setInterval(() => void scheduler.renew(), LEASE_RENEWAL_MS)
  const lookAtStandby = makeStandbyWatch(db, parts.log)
  const standby = setInterval(() => void lookAtStandby(), STANDBY_LOOK_MS)
  void scheduler.beat()
  return {
    stop: async (): Promise<void> => {
      clearInterval(beat)
      clearInterval(standby)
      await midnight.destroy()
      scheduler.stop()
      const late = new Promise((resolve) => setTimeout(resolve, STOP_WITHIN_MS).unref())
      await Promise.race([scheduler.idle(), late])
      clearInterval(renew)
    },
  }
}
