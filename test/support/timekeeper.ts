/**
 * A timetable process for tests: reports the times it plans over some nights, then takes due work and hangs at the
 * named step until killed. Arguments: database, subject, step.
 */
import { makeLog } from '../../src/hub/log.js'
import { connect } from '../../src/store/db/db.js'
import { startClock } from '../../src/work/timetable/clock.js'
import { makeScheduler } from '../../src/work/timetable/occurrences.js'
import { runAlone } from '../../src/work/timetable/run.js'
import type { ScheduledJob } from '../../src/work/timetable/timetable.js'

/** Nights when New York, Berlin or Apia changed their clocks or dropped a day. */
const NIGHTS = ['2026-03-07', '2026-10-31', '2026-03-28', '2026-10-24', '2011-12-29', '2021-04-03']
const HOUR = 3_600_000
const HOURS = 48
const STEP = 3

const [url = '', subject = '', step = ''] = process.argv.slice(2)
const db = connect(url)
const log = makeLog({ level: 'silent', file: null })
const never = () => new Promise<never>(() => {})

const planned: string[] = []
for (const night of NIGHTS) {
  let now = new Date(`${night}T00:00:00Z`)
  const occasion: ScheduledJob = { job: 'pull', subject: `${subject} ${night}`, cron: '30 2 * * *' }
  const act = async ({ plannedFor }: { plannedFor: Date }) => Boolean(planned.push(plannedFor.toISOString()))
  const scheduler = makeScheduler(db, { occasions: () => [occasion], act, now: () => now, log })
  for (let hour = 0; hour <= HOURS; hour += STEP) {
    now = new Date(Date.parse(`${night}T00:00:00Z`) + hour * HOUR)
    await scheduler.beat()
    await scheduler.idle()
  }
}
const told = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)
told({ planned, zone: Intl.DateTimeFormat().resolvedOptions().timeZone })

startClock(db, {
  occasions: () => [{ job: 'pull', subject, cron: '0 0 1 1 *' }],
  now: () => new Date(),
  log,
  act: async (turn) => {
    const at = async () => {
      told({ at: step })
      await never()
    }
    if (step === 'taken') await at()
    await runAlone(db, { ...turn, now: () => new Date() }, () => (step === 'running' ? at() : Promise.resolve()))
    await at()
    return true
  },
})
