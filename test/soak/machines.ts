/**
 * The soak of machines: two hubs on a cluster of three PostgreSQL whose primary is killed, cut off and switched under
 * load. The client's own log decides what must be there afterwards.
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
import { begin, ended, printed } from '../support/command.js'
import { codeOf, published } from '../support/world.js'
import { makeClient } from './machines/client.js'
import { ETCD_TIMES, startCluster, until } from './machines/cluster.js'
import { type Fault, happen, type MachineFaults, planOf } from './machines/faults.js'
import { judge, watchRuns } from './machines/oracle.js'
import { isGood, type MachinesPart } from './machines/verdict.js'
import { statesOf } from './push/verdict.js'
import { randomOf } from './random.js'

const HUBS = ['hub1', 'hub2']
const SUBJECTS_USUAL = 24
const READY_WITHIN_MS = 120_000
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
  const env = (name: string): Record<string, string> => ({
    DATABASE_URL: cluster.pooled,
    DATABASE_URL_DIRECT: cluster.direct,
    DATA_DIR: join(folder, 'data'),
    PORT: '0',
    LOG_LEVEL: 'info',
    LOG_FILE: join(folder, `${name}.log`),
    AGENCY_MARKET_REGULATOR_URL: registry?.url ?? '',
    ...Object.fromEntries(
      platforms.flatMap(({ id, url, secret }) => [
        [`PLATFORM_${id.toUpperCase()}_URL`, url],
        [`PLATFORM_${id.toUpperCase()}_SECRET`, secret],
      ]),
    ),
  })
  let isAskedToEnd = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      isAskedToEnd = true
    })
  const hubs: { child: ReturnType<typeof begin>; url: string }[] = []
  const db = connect(cluster.direct)
  let isSpotless = false
  try {
    // Sequential, because the first hub makes the tables and the shared keys.
    for (const name of HUBS) {
      const child = begin(['start'], env(name))
      hubs.push({ child, url: '' })
      const [url = ''] = /http:\S+/.exec(await printed(child, /Serving at http:\S+\n/, READY_WITHIN_MS)) ?? []
      hubs[hubs.length - 1] = { child, url }
    }
    await watchRuns(db)
    const listings: string[] = []
    for (let n = 1; n <= (given.subjects ?? SUBJECTS_USUAL); n += 1) listings.push((await published(db, n)).id)
    const officer = await confirmedClient(db, { name: 'soak', role: 'officer' }, [], new Date())
    const client = makeClient({
      hubs: hubs.map(({ url }) => url),
      ...{ officer, listings, random },
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
      const fault = await happen(kind, { cluster, client, db, random, changeWorld })
      faults.push(fault)
      given.progress(fault, faults.length, plan.length)
    }
    await wait(QUIET_MS)
    await client.end()
    await until('all deliveries sent', async () => (await statesOf(db))['OWED'] === undefined, DRAIN_WITHIN_MS)
    const verdict = await judge({ db, client, platforms, env: env('command') })
    const part = {
      ...{ seed: given.seed, etcd: ETCD_TIMES, left: plan.length - faults.length, verdict, faults },
      questions: client.questions.length,
      moves: client.moves.length,
      looks: client.looks.length,
      ms: Math.round(performance.now() - startedAt),
    }
    isSpotless = isGood([{ ...part, ok: true }])
    return { ok: isSpotless, ...part }
  } finally {
    for (const { child } of hubs) child.kill('SIGTERM')
    await Promise.all(hubs.map(({ child }) => ended(child)))
    await Promise.all([...platforms, ...agencies].map((one) => one.close()))
    await db.destroy()
    await cluster.close()
    if (isSpotless) rmSync(folder, { recursive: true, force: true })
    else process.stderr.write(`kept: ${folder}\n`)
  }
}
