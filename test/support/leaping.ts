/** A timetable's clock in a process whose host clock leaps ten years, a second before midnight. Prints `leapt`, then `beats`. */
import { setTimeout as wait } from 'node:timers/promises'
import { startClock } from '../../src/work/timetable/clock.js'
import { log } from './world.js'

const DAY_MS = 86_400_000
const SHANGHAI_MS = 8 * 3_600_000
const LEAP_MS = 3_650 * DAY_MS
/** Until midnight has passed. */
const BEYOND_MS = 2_000

const Host = Date
let offset = DAY_MS - ((Host.now() + SHANGHAI_MS) % DAY_MS) - 1_000
globalThis.Date = class extends Host {
  constructor(...given: unknown[]) {
    super(...((given.length > 0 ? given : [Host.now() + offset]) as [number]))
  }
  static override now = () => Host.now() + offset
} as DateConstructor

startClock({} as never, { occasions: () => [], act: async () => true, now: () => new Host(), log })
offset += LEAP_MS
process.stdout.write('leapt\n')
await wait(BEYOND_MS)
process.stdout.write('beats\n')
process.exit()
