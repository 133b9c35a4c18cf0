import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { type PlatformStandIn, startPlatformStandIns } from '../../../src/sandbox/platforms/index.js'
import { named } from '../../soak/push/witness.js'
import type { WorkerGiven } from '../../soak/push/worker.js'
import { soakPush } from '../../soak/push.js'
import { printed } from '../../support/command.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { NOW } from '../../support/world.js'

const WORKER = fileURLToPath(new URL('../../soak/push/worker.ts', import.meta.url))
const SEED = 20_261_126
/** Leases and waits take a twentieth of their usual time. */
const SPEED = 20
const READY_WITHIN_MS = 120_000

describe('push by processes that get killed', () => {
  let test: TestDatabase
  let platforms: PlatformStandIn[] = []
  before(async () => {
    test = await freshDatabase()
    platforms = await startPlatformStandIns()
  })
  after(async () => {
    await Promise.all(platforms.map((one) => one.close()))
    await test.drop()
  })

  it('delivers everything to misbehaving platforms once and in order, and each ends up showing the public entries', async () => {
    const since = Date.now()
    const clock = { base: Math.max(since, NOW.getTime()), since, speed: SPEED }
    const begin = (name: string) => {
      const given: WorkerGiven = {
        url: named(test.url, name),
        clock,
        platforms: Object.fromEntries(platforms.map(({ id, url, secret }) => [id, { url, secret }])),
      }
      const child = spawn(process.execPath, ['--import', 'tsx', WORKER, JSON.stringify(given)], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      return { child, readyWhen: printed(child, /ready/, READY_WITHIN_MS) }
    }
    const soaked = await soakPush({
      db: test.db,
      platforms,
      begin,
      hubs: 2,
      subjects: 5,
      deliveries: 120,
      kills: 2,
      seed: SEED,
      now: () => new Date(clock.base + Date.now() - since),
      delayMs: 10,
      // 30 seconds by the sped-up clock of the processes.
      careless: { platforms: ['jilin', 'creditchina', 'creditjilin'], appliesWithinMs: 30_000 / SPEED },
      outage: { awayMs: 300, betweenMs: 700 },
      apart: false,
      killWithinMs: 2_000,
      drainWithinMs: 60_000,
    })
    expect(soaked, JSON.stringify(soaked)).to.deep.include({ ok: true, kills: 2 })
  })
})
