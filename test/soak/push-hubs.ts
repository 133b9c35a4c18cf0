/** The long form of the push soak: built `hub start` processes on their own PostgreSQL. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPlatformStandIns } from '../../src/sandbox/platforms/index.js'
import { connect } from '../../src/store/db/db.js'
import { joinDatabase as joinEmbedded } from '../../src/store/embedded/index.js'
import { named } from './push/witness.js'
import { type Soaked, soakPush } from './push.js'
import { type Verified, verifyAll } from './verified.js'

const HUBS = 3
/** Confirmed deliveries per kill and per subject. */
const DELIVERIES_A_KILL = 50
const DELIVERIES_A_SUBJECT = 50
const SUBJECTS_LEAST = 10
const READY_WITHIN_MS = 60_000
const DELAY_MS = 100
/** Platforms that apply a message up to 30 s late, which is half of the allowed MESSAGE_SETTLES_SECONDS. */
const CARELESS = { platforms: ['jilin', 'creditchina', 'creditjilin'], appliesWithinMs: 30_000 }
const OUTAGE = { awayMs: 20_000, betweenMs: 60_000 }
const KILL_WITHIN_MS = 30_000
const DRAIN_WITHIN_MS = 600_000

export const soakPushHubs = async (given: {
  deliveries: number
  seed: number
  progress: (confirmed: number, kills: number) => void
}): Promise<Soaked & { verified: Verified }> => {
  const built = spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' })
  if (built.status !== 0) throw new Error('the build failed')
  // Imported late, because the import checks that the product is built.
  const { begin, ended, printed } = await import('../support/command.js')

  const folder = mkdtempSync(join(tmpdir(), 'hub-soak-'))
  const embedded = await joinEmbedded(join(folder, 'server'))
  const db = connect(embedded.url)
  const platforms = await startPlatformStandIns({}, join(folder, 'platforms'))
  const addresses = platforms.flatMap(({ id, url, secret }) => [
    [`PLATFORM_${id.toUpperCase()}_URL`, url],
    [`PLATFORM_${id.toUpperCase()}_SECRET`, secret],
  ])
  const start = (name: string) => {
    const child = begin(['start'], {
      DATABASE_URL: named(embedded.url, name),
      DATA_DIR: join(folder, 'data'),
      PORT: '0',
      LOG_LEVEL: 'warn',
      LOG_FILE: join(folder, 'hub.log'),
      ...Object.fromEntries(addresses),
    })
    return { child, readyWhen: printed(child, /Serving at/, READY_WITHIN_MS) }
  }
  let ok = false
  try {
    // The first hub creates the tables and the shared keys.
    const first = start('hub-first')
    await first.readyWhen
    first.child.kill('SIGTERM')
    await ended(first.child)
    const soaked = await soakPush({
      db,
      platforms,
      begin: start,
      hubs: HUBS,
      subjects: Math.max(SUBJECTS_LEAST, Math.ceil(given.deliveries / DELIVERIES_A_SUBJECT)),
      deliveries: given.deliveries,
      kills: Math.ceil(given.deliveries / DELIVERIES_A_KILL),
      seed: given.seed,
      now: () => new Date(),
      delayMs: DELAY_MS,
      careless: CARELESS,
      outage: OUTAGE,
      apart: true,
      killWithinMs: KILL_WITHIN_MS,
      drainWithinMs: DRAIN_WITHIN_MS,
      progress: given.progress,
    })
    const verified = await verifyAll({ DATABASE_URL: embedded.url, DATA_DIR: join(folder, 'data') })
    ok = soaked.ok && verified.ok
    return { ...soaked, ok, verified }
  } finally {
    await Promise.all(platforms.map((one) => one.close()))
    await db.destroy()
    await embedded.leave()
    if (ok) rmSync(folder, { recursive: true, force: true })
    else process.stderr.write(`kept: ${folder}\n`)
  }
}
