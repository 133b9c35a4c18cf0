/** A process that only pushes, with a clock that runs fast: an hour passes in minutes. It is always killed, never stopped. */
import { setTimeout as wait } from 'node:timers/promises'
import { makeLog } from '../../../src/hub/log.js'
import { platforms } from '../../../src/platforms/index.js'
import { connect } from '../../../src/store/db/db.js'
import { checkRemovals } from '../../../src/work/delivery/push/removal-checks.js'
import { pushDeliveries } from '../../../src/work/delivery/push.js'
import { rules } from '../../support/rules.js'

export interface WorkerGiven {
  url: string
  /** The clock shows `base` at `since` and runs `speed` times as fast. Milliseconds. */
  clock: { base: number; since: number; speed: number }
  platforms: Record<string, { url: string; secret: string }>
}

const BETWEEN_MS = 100

const given = JSON.parse(process.argv[2] ?? '') as WorkerGiven
const { base, since, speed } = given.clock
const now = () => new Date(base + (Date.now() - since) * speed)
const to = platforms.flatMap((platform) => {
  const address = given.platforms[platform.id]
  return address ? [{ platform, ...address }] : []
})
const log = makeLog({ level: 'silent', file: null })
const db = connect(given.url)
process.stdout.write('ready\n')
// Each platform has a loop of its own, as it has a job of its own in the timetable.
await Promise.all(
  to.map(async (one) => {
    for (;;) {
      await checkRemovals(db, one, { rules, now, log })
      await pushDeliveries(db, {
        platforms: [one],
        silent: [],
        cause: 'command',
        now,
        random: Math.random,
        waitMs: 0,
        log,
      })
      await wait(BETWEEN_MS)
    }
  }),
)
