/** A primary whose commits wait for a synchronous standby that is not there. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { agencies } from '../../src/agencies/index.js'
import { readConfig } from '../../src/config.js'
import { type Hub, makeHub } from '../../src/hub/hub.js'
import { makeLog } from '../../src/hub/log.js'
import { platforms } from '../../src/platforms/index.js'
import { openAnswerPool } from '../../src/store/db/answer-pool.js'
import { CommitUnanswered } from '../../src/store/db/commit-wait.js'
import { connect, migrate } from '../../src/store/db/db.js'
import { queryPrepared } from '../../src/store/db/own-connection.js'
import { examine } from '../../src/work/office/examine.js'
import { type Pooler, startPoolerIfAsked } from '../support/pooler.js'
import { type Cluster, makePrimary, nameStandbys, newFolder, rowAt, stop } from '../support/postgres-servers.js'
import { until } from '../support/until.js'
import { published, rowsOf } from '../support/world.js'

/** More than a pool has connections. */
const MANY = 12
const QUESTION = '{ blacklist(first: 1) { nodes { id } } }'
const UNAVAILABLE = ['UNAVAILABLE', 503, '5']
const urlOf = ({ port }: Cluster): string => `postgres://hub:hub@127.0.0.1:${port}/postgres`

describe('a hub whose primary has no standby left', () => {
  let folder = ''
  let primary: Cluster
  let pooler: Pooler | null = null
  let hub: Hub
  let web = ''
  let token = ''
  before(async () => {
    folder = newFolder()
    primary = await makePrimary(join(folder, 'pg'))
    const url = urlOf(primary)
    pooler = await startPoolerIfAsked(url)
    const env = {
      PORT: '0',
      DATABASE_URL: pooler?.url ?? url,
      DATABASE_URL_DIRECT: url,
      DATA_DIR: join(folder, 'data'),
      LOG_LEVEL: 'silent',
    }
    const migrating = connect(url)
    await migrate(migrating)
    await migrating.destroy()
    const config = readConfig(env)
    hub = await makeHub(config, { log: makeLog(config.log) })
    web = await hub.serve()
    await published(hub.db, 1)
    token = hub.keys.sign({ sub: 'officer-1', role: 'officer', agency: null, region: null }, Date.now()).token
  })
  after(async () => {
    if (primary) await nameStandbys(primary, '')
    await hub?.close()
    await pooler?.close()
    if (primary) await stop(primary, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  const refusalOf = async (answer: Response) => {
    const { code, errors } = (await answer.json()) as { code?: string; errors?: { extensions: { code: string } }[] }
    return [code ?? errors?.[0]?.extensions.code ?? 'OK', answer.status, answer.headers.get('retry-after')]
  }
  const ask = async (request: string, query = QUESTION) =>
    refusalOf(
      await fetch(`${web}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-request-id': request },
        body: JSON.stringify({ query }),
      }),
    )
  const signIn = async (n: number) =>
    refusalOf(
      await fetch(`${web}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'client_credentials', client_id: `nobody-${n}`, client_secret: 'x' }),
      }),
    )
  const writePrepared = async (): Promise<unknown> => {
    const pool = openAnswerPool(urlOf(primary), { what: 'answers', max: 1 })
    const write = queryPrepared(pool, 'update operators set name = name where uscc <> ?', [''])
    const outcome = await write.catch((error) => error)
    await pool.close()
    return outcome
  }
  const readPublic = async () => (await fetch(`${web}/blacklist`)).status
  const many = <T>(act: (n: number) => Promise<T>) => Promise.all(Array.from({ length: MANY }, (_, n) => act(n)))
  const waiting = async () => {
    const sessions = `select count(*)::int as n from pg_stat_activity where wait_event = 'SyncRep'`
    return Number((await rowAt(primary, sessions))['n'])
  }

  it('refuses signed answers, acts and sign-ins, and says when to come again, while the public is answered', async () => {
    expect(await ask('before')).to.deep.equal(['OK', 200, null])
    await nameStandbys(primary, 'nobody')
    const trail = ['TRAIL_UNAVAILABLE', 503, '5']
    const [asked, acted, prepared, signedIn, read] = await Promise.all([
      many((n) => ask(`alone-${n}`)),
      ask('alone-act', 'mutation { releaseRestored(reason: "虚构") { releasedAt } }'),
      writePrepared(),
      many(signIn),
      many(readPublic),
    ])
    expect(asked).to.deep.equal(Array.from({ length: MANY }, () => trail))
    expect(acted).to.deep.equal(trail)
    expect(prepared).to.be.instanceOf(CommitUnanswered)
    expect(signedIn).to.deep.equal(Array.from({ length: MANY }, () => UNAVAILABLE))
    expect(read).to.deep.equal(Array.from({ length: MANY }, () => 200))
    expect(await readPublic()).to.equal(200)
  })

  it('holds no more of its sessions the longer that lasts', async () => {
    await many(signIn)
    const before = await waiting()
    for (const _ of ['once', 'again']) await many(signIn)
    expect(await waiting()).to.be.at.most(before)
    expect(await readPublic()).to.equal(200)
  })

  it('says on each of its places for operators that the standby is missing', async () => {
    const ready = await fetch(`${web}/readyz`)
    expect(ready.status).to.equal(200)
    expect(await ready.text()).to.include('"standby":"missing: commits wait"')
    const [, seconds] = /^hub_commit_wait_seconds (\S+)$/m.exec(await (await fetch(`${web}/metrics`)).text()) ?? []
    expect(Number(seconds)).to.be.greaterThan(10)
    const found = await examine(hub.db, { office: hub.office, rules: hub.rules, agencies, platforms }, new Date())
    expect(found.map(({ id }) => id)).to.include('STANDBY_MISSING')
  })

  it('answers once a standby is back: no row of the audit log is there twice, and none was counted that is missing', async () => {
    await nameStandbys(primary, '')
    await until('the commits', async () => (await waiting()) === 0)
    await until('an answer', async () => (await ask('after'))[0] === 'OK')
    await until('a sign-in', async () => (await signIn(0))[0] !== 'UNAVAILABLE')
    const rows = await rowsOf(hub.db, 'select request, count(*)::int as n from trail group by 1')
    expect(rows.filter(({ n, request }) => n !== 1 && request !== 'after')).to.deep.equal([])
    expect((await hub.verifyAuditLog({})).ok).to.equal(true)
  })
})
