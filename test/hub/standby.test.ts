/** A hub that answers the public from a standby: what a removal's acknowledgement promises, whatever the standby does. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'chai'
import pg from 'pg'
import { readConfig } from '../../src/config.js'
import { isRefusal } from '../../src/foundation/errors.js'
import { shanghaiDate } from '../../src/foundation/time/dates.js'
import { type Hub, makeHub } from '../../src/hub/hub.js'
import { makeLog } from '../../src/hub/log.js'
import { connect, migrate } from '../../src/store/db/db.js'
import { lookAtAddress } from '../../src/store/db/primary.js'
import { makeAcknowledgementWait } from '../../src/store/db/standby/standby-acknowledgement.js'
import { LEASE_MS, openStandbyLease, POSITION_SQL } from '../../src/store/db/standby/standby-lease.js'
import { globalOf } from '../api/global-ids.js'
import { freshDatabase } from '../support/database.js'
import {
  type Cluster,
  freeze,
  makePrimary,
  makeProxy,
  makeStandby,
  newFolder,
  promote,
  replicated,
  rowAt,
  stop,
  thaw,
} from '../support/postgres-servers.js'
import { codeOf, log, published, rowsOf } from '../support/world.js'

const STALE_ANSWERS_MS = 1_000
const JOINS_WITHIN_MS = 20_000
const AGAIN_MS = 50
const ASKS_EACH_MS = 20

interface Answer {
  data: Record<string, unknown> | null
  errors?: object[]
}

const until = async (what: string, isSo: () => Promise<boolean>): Promise<void> => {
  for (const end = performance.now() + JOINS_WITHIN_MS; performance.now() < end; ) {
    if (await isSo()) return
    await wait(AGAIN_MS)
  }
  throw new Error(`not in time: ${what}`)
}

describe('a hub that answers from a standby', () => {
  let folder = ''
  let address: Awaited<ReturnType<typeof makeProxy>>
  let reading: Awaited<ReturnType<typeof makeProxy>>
  let primary: Cluster
  let standby: Cluster
  let hub: Hub
  let web = ''
  let listed = 0
  const env = () => ({
    PORT: '0',
    DATABASE_URL: `postgres://hub@127.0.0.1:${address.port}/postgres`,
    DATABASE_URL_READ: `postgres://hub@127.0.0.1:${reading.port}/postgres`,
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
    ;[address, reading] = [await makeProxy(), await makeProxy()]
    address.to(primary.port)
    const migrating = connect(env().DATABASE_URL)
    await migrate(migrating)
    await migrating.destroy()
    standby = await makeStandby(primary, join(folder, 'pg-1'))
    reading.to(standby.port)
    hub = await open()
    web = await hub.serve()
  })
  after(async () => {
    await hub?.close()
    address?.close()
    reading?.close()
    await Promise.all([primary, standby].filter(Boolean).map((one) => stop(one, 'SIGKILL').catch(() => undefined)))
    rmSync(folder, { recursive: true, force: true })
  })
  const on = (cluster: Cluster, sql: string) => rowAt(cluster, sql)
  const pause = () => on(standby, 'select pg_wal_replay_pause()')
  const leases = async () =>
    Number((await on(primary, 'select count(*) as n from standby_readers where seen > 1'))['n'])
  /** Ids of the readers; one that is cut off or leaves comes back under another. */
  const readersNow = async (): Promise<string[]> =>
    (
      await on(
        primary,
        'select coalesce(array_agg(reader::text order by reader), array[]::text[]) as ids from standby_readers',
      )
    )['ids'] as string[]
  const joined = () => until('a lease', async () => (await leases()) === 1)
  const pagesAnswered = async (cluster: Cluster): Promise<number> => {
    const latest = `select count(*) as n from pg_stat_activity where query like '%publicList.stamp%' and pid <> pg_backend_pid()`
    return Number((await on(cluster, latest))['n'])
  }
  const newEntry = async (): Promise<{ id: string; name: string }> => {
    listed += 1
    const { id, operatorId } = await published(hub.db, listed)
    const [row] = await rowsOf(hub.db, 'select name from operators where id = ?', [operatorId])
    return { id, name: String(row?.['name']) }
  }
  const page = (path: string) => fetch(`${web}${path}`).then((answer) => answer.text())
  const ask = async (query: string, variables: object, token?: string): Promise<Answer> => {
    const answer = await fetch(`${web}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query, variables }),
    })
    return (await answer.json()) as Answer
  }
  /** Hides an entry as an officer does. Returns when that was acknowledged, and how long it took. */
  const hide = async (id: string): Promise<{ at: number; ms: number }> => {
    const officer = { sub: 'officer-1', role: 'officer', agency: null, region: null } as const
    const input = { id: globalOf('Listing', id), on: shanghaiDate(new Date()), reason: '核查' }
    const began = performance.now()
    const answer = await ask(
      'mutation($i: MoveInput!) { hideListing(input: $i) { listing { state } } }',
      { i: { ...input, hiding: 'ERROR', documentNumber: '虚行初〔2026〕1号' } },
      hub.keys.sign(officer, Date.now()).token,
    )
    expect(answer.errors ?? []).to.deep.equal([])
    const at = performance.now()
    return { at, ms: at - began }
  }
  const PATHS = ['/', '/blacklist', '/blacklist?lang=en', '/data/blacklist.csv', '/data/blacklist.json']
  const namedIn = async (name: string): Promise<string[]> => {
    const texts = await Promise.all(PATHS.map(page))
    return PATHS.filter((_, n) => texts[n]?.includes(name))
  }
  /** Hides an entry while all pages are asked, without a pause once it is acknowledged. Returns how long that took. */
  const hideWatched = async (id: string, name: string): Promise<number> => {
    const named: number[] = []
    let running = true
    const hiding = hide(id)
    const askers = PATHS.map(async (path) => {
      while (running) {
        const began = performance.now()
        if ((await page(path)).includes(name)) named.push(began)
        await Promise.race([wait(ASKS_EACH_MS), hiding])
      }
    })
    const watched = hiding.then(async (hidden) => {
      await wait(STALE_ANSWERS_MS)
      running = false
      return hidden
    })
    const [{ at, ms }] = await Promise.all([watched, ...askers])
    expect(named.filter((began) => began > at)).to.deep.equal([])
    return ms
  }

  it('reads pages there, and an acknowledged hiding is in all of them', async () => {
    await joined()
    const { id, name } = await newEntry()
    await replicated(primary, standby)
    await until('files', async () => (await namedIn(name)).length === PATHS.length)
    expect(await pagesAnswered(standby)).to.be.above(0)
    expect(await pagesAnswered(primary)).to.equal(0)
    const readers = await readersNow()
    await hideWatched(id, name)
    expect(await readersNow(), 'it confirmed, and was not cut off').to.deep.equal(readers)
    expect(await namedIn(name)).to.deep.equal([])
  })

  it('answers an asker without a token from there, and one with a token from the primary', async () => {
    const { name } = await newEntry()
    await replicated(primary, standby)
    const code = codeOf(listed)
    const query = `{ standing(code: "${code}") { name listed } }`
    expect((await ask(query, {})).data).to.deep.equal({ standing: { name, listed: true } })
    const asked = `select count(*) as n from pg_stat_activity where application_name = 'hub answers, shared' and query like '%standing_rows%'`
    expect(Number((await on(standby, asked))['n'])).to.be.above(0)
    expect(Number((await on(primary, asked))['n'])).to.equal(0)
  })

  it('leaves a standby that stays behind, before a hiding is acknowledged', async () => {
    const { id, name } = await newEntry()
    await replicated(primary, standby)
    await until('the entry', async () => (await page('/blacklist')).includes(name))
    await pause()
    await hideWatched(id, name)
    expect(await leases()).to.equal(0)
    expect(await namedIn(name)).to.deep.equal([])
    await on(standby, 'select pg_wal_replay_resume()')
    await joined()
  })

  it('shows what is younger than the bound while its standby stays behind, and nothing older', async () => {
    await joined()
    await pause()
    const { name } = await newEntry()
    expect(await page('/blacklist')).not.to.include(name)
    await until('the primary to answer', async () => (await page('/blacklist')).includes(name))
    await on(standby, 'select pg_wal_replay_resume()')
    await joined()
  })

  it('answers from the primary while its standby is frozen, and a hiding is acknowledged', async () => {
    const { id, name } = await newEntry()
    await replicated(primary, standby)
    await until('the entry', async () => (await page('/blacklist')).includes(name))
    freeze(standby)
    try {
      await hideWatched(id, name)
      expect(await leases()).to.equal(0)
      expect(await namedIn(name)).to.deep.equal([])
    } finally {
      thaw(standby)
    }
    await joined()
  })

  it('acknowledges when the lease of a hub that died has run out, and cuts that hub off', async () => {
    const { id, name } = await newEntry()
    await on(
      primary,
      `insert into standby_readers (reader) values ('00000000-0000-4000-8000-000000000001') returning reader`,
    )
    expect(await hideWatched(id, name)).to.be.above(LEASE_MS)
    const readers = await readersNow()
    expect(readers).to.have.length(1)
    const next = await newEntry()
    await hide(next.id)
    expect(await readersNow()).to.deep.equal(readers)
  })

  it('holds the first acknowledgement of a promoted standby as long as a lost lease may run', async () => {
    const { id, name } = await newEntry()
    await replicated(primary, standby)
    await stop(primary, 'SIGKILL')
    await promote(standby)
    const began = performance.now()
    primary = standby
    address.to(primary.port)
    await hideWatched(id, name)
    expect(performance.now() - began).to.be.above(LEASE_MS)
    standby = await makeStandby(primary, join(folder, 'pg-2'))
    const former = await readersNow()
    reading.to(standby.port)
    await until('a lease on the new standby', async () => (await readersNow()).some((one) => !former.includes(one)))
    await joined()
    const next = await newEntry()
    await replicated(primary, standby)
    const readers = await readersNow()
    await hideWatched(next.id, next.name)
    expect(await readersNow()).to.deep.equal(readers)
  })

  it('holds no act on a promoted server whose commits wait for a standby', async () => {
    // A connection may learn of a setting later than the next one does.
    const [earlier, later] = [connect(env().DATABASE_URL), connect(env().DATABASE_URL)]
    const names = async () => (await on(primary, 'show synchronous_standby_names'))['synchronous_standby_names']
    const setNames = async (wanted: string) => {
      await on(primary, `alter system set synchronous_standby_names = '${wanted}'`)
      await on(primary, 'select pg_reload_conf()')
      await until('the setting', async () => (await names()) === wanted)
    }
    try {
      const held = makeAcknowledgementWait(earlier, log)()
      await setNames('*')
      const free = makeAcknowledgementWait(later, log)()
      expect(await Promise.race([held.then(() => 'held'), free.then(() => 'free')])).to.equal('free')
      await held
    } finally {
      await setNames('')
      await Promise.all([earlier.destroy(), later.destroy()])
    }
  })

  it('asks again where the connection of its question is lost', async () => {
    const connection = connect(env().DATABASE_URL)
    const [holder, one] = [new pg.Client(env().DATABASE_URL), makeAcknowledgementWait(connection, log)]
    const asked = async () => Number((await on(primary, 'select max(asked) as asked from standby_readers'))['asked'])
    const asking = `from pg_stat_activity where wait_event_type = 'Lock' and query like '%standby.ask%'`
    await joined()
    await one()
    const before = await asked()
    await holder.connect()
    try {
      await holder.query('begin; lock standby_readers in share mode')
      const waiting = one()
      await until('the question', async () => Number((await on(primary, `select count(*) as n ${asking}`))['n']) > 0)
      await on(primary, `select pg_terminate_backend(pid, 10000) ${asking}`)
      await holder.query('commit')
      await waiting
      expect(await asked()).to.be.above(before)
    } finally {
      await holder.end()
      await connection.destroy()
    }
  })

  it('takes back the row of a lease that ended with its connection to the primary', async () => {
    await joined()
    const former = await readersNow()
    await on(
      primary,
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'hub standby lease'`,
    )
    await until('one row, another', async () => {
      const now = await readersNow()
      return now.length === 1 && now[0] !== former[0]
    })
  })

  it('answers nothing older than an acknowledged hiding where one of two standbys stays behind', async () => {
    const second = await makeStandby(primary, join(folder, 'pg-3'))
    try {
      reading.to(standby.port, second.port)
      await until('both to answer', async () => {
        await namedIn('')
        const answering = `select count(*) as n from pg_stat_activity where application_name like 'hub answers%'`
        const [here, there] = [await on(standby, answering), await on(second, answering)]
        return Number(here['n']) > 0 && Number(there['n']) > 0
      })
      for (const behind of [standby, second]) {
        await joined()
        const { id, name } = await newEntry()
        await Promise.all([replicated(primary, standby), replicated(primary, second)])
        await until('the entry', async () => (await page('/blacklist')).includes(name))
        await on(behind, 'select pg_wal_replay_pause()')
        await hideWatched(id, name)
        await on(behind, 'select pg_wal_replay_resume()')
      }
    } finally {
      reading.to(standby.port)
      await stop(second, 'SIGKILL')
    }
  })

  it('lets no connection answer that has seen less than was reported, or than an earlier read', async () => {
    const second = await makeStandby(primary, join(folder, 'pg-4'))
    const urlOf = ({ port }: Cluster) => `postgres://hub@127.0.0.1:${port}/postgres`
    const { identity } = await lookAtAddress(urlOf(primary))
    const lease = openStandbyLease({ primaryUrl: urlOf(primary), standbyUrl: urlOf(standby), identity, log })
    const [ahead, behind] = [new pg.Client(urlOf(standby)), new pg.Client(urlOf(second))]
    for (const each of [ahead, behind]) each.on('error', () => undefined)
    const mayAnswer = (client: pg.Client) =>
      lease.check(client).then(
        () => true,
        () => false,
      )
    const bothMay = async () => (await mayAnswer(ahead)) && (await mayAnswer(behind))
    const connection = connect(urlOf(primary))
    try {
      await Promise.all([ahead.connect(), behind.connect()])
      await until('both to answer', bothMay)
      await on(second, 'select pg_wal_replay_pause()')
      await makeAcknowledgementWait(connection, log)()
      expect(await mayAnswer(behind)).to.equal(false)
      await until('the one ahead to answer', () => mayAnswer(ahead))
      const { position } = await on(primary, `select ${POSITION_SQL} + 1e6 as position`)
      lease.raise(Number(position))
      expect(await mayAnswer(ahead)).to.equal(false)
      await on(primary, `select pg_logical_emit_message(false, 'test', repeat('x', 1200000))`)
      await until('the one ahead to have replayed as much', () => mayAnswer(ahead))
    } finally {
      await lease.close()
      await Promise.all([ahead.end(), behind.end(), connection.destroy()])
      await stop(second, 'SIGKILL')
    }
  })

  it('goes on when its standby is gone', async () => {
    const { id, name } = await newEntry()
    await stop(standby, 'SIGKILL')
    expect((await fetch(`${web}/blacklist`)).status).to.equal(200)
    await hideWatched(id, name)
    expect(await leases()).to.equal(0)
    expect(await namedIn(name)).to.deep.equal([])
  })

  it('refuses an address that is no standby of its primary', async () => {
    const other = await freshDatabase({ empty: true })
    const config = readConfig({ ...env(), DATABASE_URL_READ: other.url })
    const refused = await makeHub(config, { log: makeLog(config.log) }).catch((error) => error)
    expect(isRefusal(refused) && refused.code).to.equal('STANDBY_DIFFERS')
    await other.drop()
    const alone = () => readConfig({ DATABASE_URL_READ: other.url })
    expect(alone).to.throw('DATABASE_URL_READ')
  })
})
