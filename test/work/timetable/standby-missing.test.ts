/** Jobs of two hubs while the primary's commits wait for a synchronous standby that is not there. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Log } from '../../../src/foundation/log.js'
import { connect, type JobDb, migrate } from '../../../src/store/db/db.js'
import { isStandbyMissing } from '../../../src/store/db/standby/standby-wait.js'
import { makeScheduler, type OccurrenceTurn } from '../../../src/work/timetable/occurrences.js'
import { runBeside } from '../../../src/work/timetable/run.js'
import { makeStandbyWatch } from '../../../src/work/timetable/standby-watch.js'
import { requestScheduledJob, type ScheduledJob } from '../../../src/work/timetable/timetable.js'
import { type Cluster, makePrimary, nameStandbys, newFolder, stop } from '../../support/postgres-servers.js'
import { until } from '../../support/until.js'
import { log, rowsOf } from '../../support/world.js'

const SUBJECTS = ['one', 'two', 'three']
const PUSHES: ScheduledJob[] = SUBJECTS.map((subject) => ({ job: 'push', subject, cron: '0 0 1 1 *' }))

describe('jobs while no standby is left', () => {
  let folder = ''
  let primary: Cluster
  let hubs: JobDb[] = []
  let schedulers: ReturnType<typeof makeScheduler>[] = []
  let looks: (() => Promise<void>)[] = []
  const turns: OccurrenceTurn[] = []
  const told: string[] = []
  const free: (() => void)[] = []
  const now = () => new Date()
  const each = <T>(of: readonly T[], act: (one: T) => Promise<unknown>) => Promise.all(of.map(act))
  const beat = async () => {
    for (const one of schedulers) await one.beat()
  }
  const request = (subject: string) =>
    requestScheduledJob(hubs[0] as JobDb, { timetable: PUSHES, job: 'push', subject, by: 'officer-1', now: now() })
  const rows = (sql: string) => rowsOf(hubs[0] as JobDb, sql)
  const leases = async (table: string) =>
    (await rows(`select lease_until from ${table} where subject = 'two'`)).map((row) => Number(row['lease_until']))
  before(async () => {
    folder = newFolder()
    primary = await makePrimary(join(folder, 'pg'))
    const url = `postgres://hub@127.0.0.1:${primary.port}/postgres`
    hubs = [connect(url), connect(url)]
    await migrate(hubs[0] as JobDb)
    const act = (db: JobDb) => async (turn: OccurrenceTurn) => {
      turns.push(turn)
      const ends = new Promise<boolean>((resolve) => free.push(() => resolve(true)))
      return turn.subject === 'one' ? ends : ((await runBeside(db, { ...turn, now }, () => ends)) ?? false)
    }
    schedulers = hubs.map((db) => makeScheduler(db, { occasions: () => PUSHES, act: act(db), now, log }))
    const heard = { error: (_: object, what: string) => told.push(what), warn: (what: string) => told.push(what) }
    looks = [makeStandbyWatch(hubs[0] as JobDb, heard as unknown as Log)]
    await beat()
    for (const subject of ['one', 'two']) await request(subject)
    await beat()
    const running = () => rows(`select 1 from runs where outcome = 'RUNNING'`)
    await until('a run', async () => free.length === 2 && (await running()).length === 1)
    await request('three')
    await nameStandbys(primary, 'nobody')
  })
  after(async () => {
    if (primary) await nameStandbys(primary, '')
    for (const end of free) end()
    for (const one of schedulers) one.stop()
    await each(hubs, (db) => db.destroy())
    if (primary) await stop(primary, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  it('leases are renewed, also beside an end that is not committed', async () => {
    const [occurrence, run] = [await leases('occurrences'), await leases('runs')]
    free[turns.findIndex(({ subject }) => subject === 'one')]?.()
    const waiting = () => rows(`select 1 from pg_stat_activity where wait_event = 'SyncRep'`)
    await until('the end waits', async () => (await waiting()).length > 0)
    await each(schedulers, (one) => one.renew())
    expect((await leases('occurrences'))[0]).to.be.greaterThan(occurrence[0] as number)
    await until('the run is renewed', async () => Number((await leases('runs'))[0]) > Number(run[0]))
  })

  it('an occurrence whose claim outlasted its own lease begins once, and no run is abandoned', async () => {
    const claiming = beat()
    const db = hubs[0] as JobDb
    await each(looks, (look) => look())
    expect(told).to.deep.equal([])
    const lapsed = `select 1 from pg_stat_activity where wait_event = 'SyncRep' and query_start < clock_timestamp() - interval '10 s'`
    await until('the claim has waited as long as the end', async () => (await rows(lapsed)).length === 2)
    expect(await isStandbyMissing(db)).to.equal(true)
    await each(looks, (look) => look())
    await each(schedulers, (one) => one.renew())
    await nameStandbys(primary, '')
    await claiming
    await beat()
    expect(turns.map(({ subject, attempt }) => [subject, attempt])).to.have.deep.members(
      SUBJECTS.map((name) => [name, 1]),
    )
    for (const end of free) end()
    await each(schedulers, (one) => one.idle())
    const ended = await rows('select subject, state, attempts from occurrences order by id')
    expect(ended.map((row) => Object.values(row))).to.deep.equal(SUBJECTS.map((name) => [name, 'DONE', 1]))
    const runs = await rows('select subject, attempt, outcome from runs order by id')
    expect(runs.map((row) => Object.values(row))).to.deep.equal(SUBJECTS.slice(1).map((name) => [name, 1, 'DONE']))
  })

  it('the log says when they begin to wait, and when they go on', async () => {
    await until('no commit waits', async () => !(await isStandbyMissing(hubs[0] as JobDb)))
    await each(looks, (look) => look())
    expect(told).to.deep.equal([
      'commits wait for a synchronous standby: jobs stand still',
      'commits no longer wait for a synchronous standby: jobs go on',
    ])
  })
})
