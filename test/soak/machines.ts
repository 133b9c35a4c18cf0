/**
 * The soak of machines: three hubs on a cluster of three PostgreSQL whose primary is killed, cut off, switched and filled
 * up under load. The client's own log decides what must be there afterwards.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { world } from '../../seeds/world.js'
import { startAgencyStandIns } from '../../src/sandbox/agencies/index.js'
import { startPlatformStandIns } from '../../src/sandbox/platforms/index.js'
import { connect } from '../../src/store/db/db.js'
import { confirmedClient } from '../support/accounts.js'
import { codeOf, published } from '../support/world.js'
import { type Entry, makeClient } from './machines/client.js'
import { ETCD_TIMES, startCluster, until } from './machines/cluster.js'
import { type Fault, happen, type MachineFaults, planOf } from './machines/faults.js'
import { type Fleet, SIGNED, startFleet } from './machines/fleet.js'
import { judge, watchRuns } from './machines/oracle.js'
import { isGood, type MachinesPart } from './machines/verdict.js'
import { statesOf } from './push/verdict.js'
import { randomOf } from './random.js'

const SUBJECTS_USUAL = 24
const DRAIN_WITHIN_MS = 240_000
const QUIET_MS = 2_000
export const soakMachines = async (given: {
  counts: MachineFaults
  seed: number
  forMs: number
  subjects?: number
  progress: (fault: Fault, done: number, of: number) => void
}): Promise<MachinesPart> => {
  const startedAt = performance.now()
  const folder = mkdtempSync(join(tmpdir(), 'hub-machines-'))
  const random = randomOf(given.seed)
  const cluster = await startCluster(folder)
  const platforms = await startPlatformStandIns({}, join(folder, 'platforms'))
  let edition = 0
  const original = world()
  const changed = () => ({
    ...original,
    operators: original.operators.map((one) =>
      edition === 0 ? one : { ...one, scope: `${one.scope ?? ''}（${edition}）` },
    ),
  })
  const agencies = await startAgencyStandIns(changed)
  const registry = agencies.find(({ id }) => id === 'market-regulator')
  const env = {
    DATABASE_URL: cluster.pooled,
    DATABASE_URL_DIRECT: cluster.direct,
    DATA_DIR: join(folder, 'data'),
    LOG_LEVEL: 'info',
    AGENCY_MARKET_REGULATOR_URL: registry?.url ?? '',
    ...Object.fromEntries(
      platforms.flatMap(({ id, url, secret }) => [
        [`PLATFORM_${id.toUpperCase()}_URL`, url],
        [`PLATFORM_${id.toUpperCase()}_SECRET`, secret],
      ]),
    ),
  }
  let isAskedToEnd = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      isAskedToEnd = true
    })
  let fleet: Fleet | null = null
  const db = connect(cluster.direct)
  let isSpotless = false
  try {
    const hubs = await startFleet(folder, cluster, env)
    fleet = hubs
    await watchRuns(db)
    const entries: Entry[] = []
    for (let n = 1; n <= (given.subjects ?? SUBJECTS_USUAL); n += 1)
      entries.push({ id: (await published(db, n)).id, code: codeOf(n) })
    const officer = await confirmedClient(db, { name: 'soak', role: 'officer' }, [], new Date())
    const client = makeClient({
      hubs: hubs.urls,
      signed: SIGNED,
      ...{ officer, entries, random },
      code: codeOf(1),
      prefix: `rig-${given.seed}`,
    })
    client.begin()
    const faults: Fault[] = []
    const plan = planOf(given.counts, random)
    for (const kind of plan) {
      if (isAskedToEnd || performance.now() - startedAt > given.forMs) break
      const changeWorld = () => {
        edition += 1
      }
      const upgrade = () => hubs.upgrade(db)
      const fault = await happen(kind, { cluster, client, db, random, changeWorld, upgrade })
      faults.push(fault)
      given.progress(fault, faults.length, plan.length)
    }
    await wait(QUIET_MS)
    await until('answers from a standby', async () => (await cluster.readers()) > 0)
    await client.end()
    await until('all deliveries sent', async () => (await statesOf(db))['OWED'] === undefined, DRAIN_WITHIN_MS)
    const verdict = await judge({ db, client, platforms, env: { ...env, LOG_FILE: join(folder, 'command.log') } })
    const part = {
      ...{ seed: given.seed, etcd: ETCD_TIMES, left: plan.length - faults.length, verdict, faults },
      clockAhead: hubs.hasClockAhead,
      questions: client.questions.length,
      moves: client.moves.length,
      looks: client.looks.length,
      ms: Math.round(performance.now() - startedAt),
    }
    isSpotless = isGood([{ ...part, ok: true }])
    return { ok: isSpotless, ...part }
  } finally {
    await fleet?.close()
    await Promise.all([...platforms, ...agencies].map((one) => one.close()))
    await db.destroy()
    await cluster.close()
    if (isSpotless) rmSync(folder, { recursive: true, force: true })
    else process.stderr.write(`kept: ${folder}\n`)
  }
}
