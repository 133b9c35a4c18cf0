/** The clock: node-cron behind the timetable. A tick only asks; whether it runs is decided by the row of its run. */
import cron from 'node-cron'
import { reasonOf } from '../errors.js'
import type { Log } from '../log.js'
import type { Occasion } from './timetable.js'

const ZONE = 'Asia/Shanghai'
const MINUTE_MS = 60_000
/** How long a stopping hub waits for what is running, milliseconds. */
const STOP_WITHIN_MS = 15_000

export interface Clock {
  stop(): Promise<void>
}

export const startClock = (
  occasions: readonly Occasion[],
  act: (occasion: Occasion, plannedFor: Date, signal: AbortSignal) => Promise<void>,
  log: Log,
): Clock => {
  const stopping = new AbortController()
  const running = new Set<Promise<void>>()
  const tasks = occasions.map((occasion) =>
    cron.schedule(
      occasion.cron,
      ({ date }) => {
        const plannedFor = new Date(Math.floor(date.getTime() / MINUTE_MS) * MINUTE_MS)
        const work = act(occasion, plannedFor, stopping.signal)
          .catch((error) =>
            log.error({ err: error, ...occasion }, `the timetable's ${occasion.job} failed: ${reasonOf(error)}`),
          )
          .finally(() => running.delete(work))
        running.add(work)
        return work
      },
      { timezone: ZONE, noOverlap: true, name: `${occasion.job}:${occasion.subject}`, suppressMissedWarning: true },
    ),
  )
  return {
    stop: async () => {
      stopping.abort(new Error('the hub is stopping'))
      await Promise.all(tasks.map((task) => task.destroy()))
      const late = new Promise((resolve) => setTimeout(resolve, STOP_WITHIN_MS).unref())
      await Promise.race([Promise.allSettled(running), late])
    },
  }
}
