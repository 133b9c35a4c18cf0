/**
 * The clock: node-cron says when a minute begins, and a steady beat, which no change of the host's clock reaches, looks each
 * second for what waits or was left behind by a dead process. Both only look: what runs is decided by the rows of occurrences.
 */
import cron from 'node-cron'
import type { Db } from '../../store/db/db.js'
import { makeScheduler, RENEW_MS, type SchedulerParts } from './occurrences.js'

const ZONE = 'Asia/Shanghai'
const EVERY_MINUTE = '* * * * *'
/** Between two looks, milliseconds. */
const BEAT_MS = 1_000
/** How long a stopping hub waits for what is running, milliseconds. */
const STOP_WITHIN_MS = 15_000

export interface Clock {
  stop(): Promise<void>
}

/** `db`: connections of its own, so that a long merge cannot keep it from renewing its leases. */
export const startClock = (db: Db, parts: SchedulerParts): Clock => {
  const scheduler = makeScheduler(db, parts)
  const minute = cron.schedule(EVERY_MINUTE, () => scheduler.beat(), {
    timezone: ZONE,
    name: 'timetable',
    suppressMissedWarning: true,
  })
  const beat = setInterval(() => void scheduler.beat(), BEAT_MS)
  const renew = setInterval(() => void scheduler.renew(), RENEW_MS)
  void scheduler.beat()
  return {
    stop: async () => {
      clearInterval(beat)
      await minute.destroy()
      scheduler.stop()
      const late = new Promise((resolve) => setTimeout(resolve, STOP_WITHIN_MS).unref())
      await Promise.race([scheduler.idle(), late])
      clearInterval(renew)
    },
  }
}
