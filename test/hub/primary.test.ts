/** A hub behind one address for the current primary, as HAProxy gives it: standbys, and changes of the primary. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig } from '../../src/config.js'
import { isRefusal } from '../../src/foundation/errors.js'
import { type Hub, makeHub } from '../../src/hub/hub.js'
import { makeLog } from '../../src/hub/log.js'
import { connect, migrate } from '../../src/store/db/db.js'
import { lookAtAddress } from '../../src/store/db/primary.js'
import { openStandbyLease } from '../../src/store/db/standby/standby-lease.js'
import {
  type Cluster,
  makePrimary,
  makeProxy,
  makeStandby,
  newFolder,
  promote,
  rowAt,
  stop,
  waitForStandby,
} from '../support/postgres-servers.js'
import { until } from '../support/until.js'
import { log, published, rowsOf } from '../support/world.js'

const ASKERS = 4

describe('a hub whose primary changes', () => {
  let folder = ''
  let proxy: Awaited<ReturnType<typeof makeProxy>>
  let primary: Cluster
  let standby: Cluster
  let hub: Hub
  let web = ''
  let made = 1
  const env = () => ({
    PORT: '0',
    DATABASE_URL: `postgres://hub@127.0.0.1:${proxy.port}/postgres`,
    DATA_DIR: join(folder, 'data'),
    LOG_LEVEL: 'silent',
  })
  const open = () => {
    const config = readConfig(env())
    return makeHub(config, { log: makeLog(config.log) })
  }
  before(async () => {
    folder = newFolder()
    primary = await makePrimary(join(folder, 'pg-0'))
    proxy = await makeProxy()
    proxy.to(primary.port)
    const migrating = connect(env().DATABASE_URL)
    await migrate(migrating)
    await migrating.destroy()
    standby = await makeStandby(primary, join(folder, 'pg-1'))
    await waitForStandby(primary)
    hub = await open()
    web = await hub.serve()
  })
  after(async () => {
    await hub?.close()
    proxy?.close()
    await Promise.all([primary, standby].filter(Boolean).map((one) => stop(one, 'SIGKILL').catch(() => undefined)))
    rmSync(folder, { recursive: true, force: true })
  })

  const follow = async (): Promise<void> => {
    const [former, next] = [primary, standby]
    primary = next
    made += 1
    rmSync(former.data, { recursive: true, force: true })
    standby = await makeStandby(primary, join(folder, `pg-${made}`))
    await waitForStandby(primary)
  }

  const officer = () =>
    hub.keys.sign({ sub: 'officer-1', role: 'officer', agency: null, region: null }, Date.now()).token
  const ask = async (request: string): Promise<string> => {
    const answer = await fetch(`${web}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${officer()}`,
        'x-request-id': request,
      },
      body: JSON.stringify({ query: '{ blacklist(first: 1) { nodes { id } } }' }),
    })
    const { errors } = (await answer.json()) as { errors?: [{ extensions: { code: string } }] }
    return errors?.[0].extensions.code ?? 'OK'
  }

  /** Asks without a pause until `act` has ended. Returns how each question was answered. */
  const askDuring = async (name: string, act: () => Promise<void>): Promise<Map<string, string>> => {
    const answers = new Map<string, string>()
    let on = true
    const askers = Array.from({ length: ASKERS }, async (_, asker) => {
      for (let n = 0; on; n += 1) {
        const id = `${name}-${asker}-${n}`
        answers.set(id, await ask(id))
      }
    })
    await act()
    on = false
    await Promise.all(askers)
    return answers
  }

  const rowsByRequest = async (name: string): Promise<Map<string, number>> => {
    const rows = await rowsOf(
      hub.db,
      'select request as id, count(*)::int as n from trail where request like ? group by 1',
      [`${name}-%`],
    )
    return new Map(rows.map(({ id, n }) => [String(id), Number(n)]))
  }

  it('does not start on a standby, and says which setting to look at', async () => {
    proxy.to(standby.port)
    const refused = await open().catch((error) => error)
    expect(isRefusal(refused) && refused.code).to.equal('DATABASE_STANDBY')
    expect(refused.message).to.include('DATABASE_URL')
    const ready = await fetch(`${web}/readyz`)
    expect(ready.status).to.equal(503)
    proxy.to(primary.port)
    expect((await fetch(`${web}/readyz`)).status).to.equal(200)
  })

  it('answers again after the death of its primary: what was acknowledged has one row, nothing has two', async () => {
    await published(hub.db, 2)
    const answers = await askDuring('killed', async () => {
      await ask('killed-first')
      await stop(primary, 'SIGKILL')
      await promote(standby)
      proxy.to(standby.port)
      await ask('killed-last')
    })
    await follow()
    expect([...answers.values()].filter((code) => !['OK', 'UNAVAILABLE'].includes(code))).to.deep.equal([])
    expect(answers.get('killed-last') ?? (await ask('killed-again'))).to.equal('OK')
    const rows = await rowsByRequest('killed')
    expect([...rows.values()].filter((n) => n !== 1)).to.deep.equal([])
    expect([...answers].filter(([id, code]) => code === 'OK' && !rows.has(id))).to.deep.equal([])
    expect((await hub.verifyAuditLog({})).ok).to.equal(true)
  })

  it('answers every question over a planned change, each with one row of the audit log', async () => {
    await published(hub.db, 1)
    const answers = await askDuring('planned', async () => {
      await ask('planned-first')
      await stop(primary, 'SIGINT')
      await promote(standby)
      proxy.to(standby.port)
      await ask('planned-last')
    })
    await follow()
    expect([...answers.values()].filter((code) => code !== 'OK')).to.deep.equal([])
    const rows = await rowsByRequest('planned')
    expect([...rows.values()].filter((n) => n !== 1)).to.deep.equal([])
    expect([...answers.keys()].filter((id) => !rows.has(id))).to.deep.equal([])
    expect((await hub.verifyAuditLog({})).ok).to.equal(true)
  })

  it('answers the public where the promoted server has no standby, while writes wait for one', async () => {
    await published(hub.db, 3)
    await ask('alone-first')
    const set = (sql: string) => rowAt(standby, `${sql} /* standby */`)
    await set(`alter system set synchronous_standby_names = '*'`)
    await set('select pg_reload_conf()')
    await stop(primary, 'SIGKILL')
    await promote(standby)
    proxy.to(standby.port)
    expect((await fetch(`${web}/blacklist`)).status).to.equal(200)
    expect((await fetch(`${web}/readyz`)).status).to.equal(200)
    const stuck = `select count(*)::int as n from pg_stat_activity where wait_event = 'SyncRep' and application_name = 'hub trail'`
    const asked = ask('alone-last')
    await until('the row of the answer waits', async () => (await rowAt(standby, stuck))['n'] !== 0)
    await set('alter system reset synchronous_standby_names')
    await set('select pg_reload_conf()')
    expect(await asked).to.equal('OK')
    await follow()
  })

  it('keeps one session for a lease whose row waits for a standby that is not there', async () => {
    const { identity } = await lookAtAddress(env().DATABASE_URL)
    const set = async (names: string) => {
      await rowAt(primary, `alter system set synchronous_standby_names = '${names}'`)
      await rowAt(primary, 'select pg_reload_conf()')
    }
    await set('nobody')
    const standbyUrl = `postgres://hub@127.0.0.1:${standby.port}/postgres`
    const lease = openStandbyLease({ primaryUrl: env().DATABASE_URL, standbyUrl, identity, log })
    const seen = new Set<unknown>()
    await until('the lease was asked for four times', async () => {
      const sessions = `select array_agg(pid) as pids from pg_stat_activity where application_name = 'hub standby lease'`
      const pids = ((await rowAt(primary, sessions))['pids'] ?? []) as number[]
      expect(pids.length).to.be.at.most(2)
      for (const pid of pids) seen.add(pid)
      return seen.size > 3
    })
    await lease.close()
    await set('*')
  })
})
