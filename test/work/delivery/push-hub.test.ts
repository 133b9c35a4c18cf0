/** A complete hub whose database, notes or backfill fail while it pushes by the timetable. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig } from '../../../src/config.js'
import { type Hub, makeHub } from '../../../src/hub/hub.js'
import { makeLog } from '../../../src/hub/log.js'
import { makeReadiness } from '../../../src/hub/readiness.js'
import { type PlatformStandIn, startPlatformStandIns } from '../../../src/sandbox/platforms/index.js'
import { connect } from '../../../src/store/db/db.js'
import * as embedded from '../../../src/store/embedded/index.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { until } from '../../support/until.js'
import { published, refusal, removed, rowsOf } from '../../support/world.js'

const MINUTE_MS = 60_000
/** Time between the start of the hub and the next whole minute, when its first push begins. */
const BEFORE_THE_MINUTE_MS = 2_000

describe('a hub that pushes by the timetable', () => {
  let folder = ''
  let standIns: PlatformStandIn[] = []
  let hub: Hub | null = null
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hub-push-'))
    standIns = await startPlatformStandIns()
  })
  afterEach(async () => {
    await hub?.close()
    hub = null
    await Promise.all(standIns.map((one) => one.close()))
    rmSync(folder, { recursive: true, force: true })
  })
  const begun = async (url: string, now = () => new Date()): Promise<Hub> => {
    const config = readConfig({ PORT: '0', DATABASE_URL: url, DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' })
    const platforms = Object.fromEntries(standIns.map(({ id, url, secret }) => [id, { url, secret }]))
    hub = await makeHub(config, {
      now,
      log: makeLog(config.log),
      addresses: { agencies: {}, platforms },
      migrate: 'after',
    })
    return hub
  }
  const shownAt = (key: string): number =>
    standIns.filter((one) => one.entries().some((entry) => entry.key === key)).length

  describe('beside a working database', () => {
    let fresh: TestDatabase
    beforeEach(async () => {
      fresh = await freshDatabase()
    })
    afterEach(() => fresh.drop())
    const lingering = () => ({ cause: 'timetable' as const, until: new Date(Date.now() + 1_500) })

    it('survives a failing backfill during a push and logs it', async () => {
      const { db, push } = await begun(fresh.url)
      await published(db, 1)
      await db.raw(`delete from deliveries;
        create function broken() returns trigger language plpgsql as $$ begin raise exception 'no room'; end $$;
        create trigger broken before insert on deliveries for each row execute function broken()`)
      const unhandled: unknown[] = []
      const hear = (reason: unknown) => unhandled.push(reason)
      process.on('unhandledRejection', hear)
      const error = await push(['national'], lingering()).catch((thrown: Error) => thrown)
      process.off('unhandledRejection', hear)
      expect(unhandled).to.deep.equal([])
      expect(error).to.be.instanceOf(Error)
      expect((error as Error).message).to.include('no room')
    })

    it('sends only removals while its notes are unreadable, and reports that', async () => {
      const { db, push } = await begun(fresh.url)
      const gone = await published(db, 1)
      await push(null, { cause: 'command' })
      expect(shownAt(gone.id)).to.equal(standIns.length)
      await removed(db, gone.id)
      const held = await published(db, 2)
      writeFileSync(join(folder, 'data', 'publication.json'), '{')
      await push(['national'], lingering())
      expect([shownAt(gone.id), shownAt(held.id)]).to.deep.equal([standIns.length - 1, 0])
      expect((await refusal(push(null, { cause: 'command' }))).code).to.equal('FILE_UNREADABLE')
    })
  })

  it('resumes by itself when PostgreSQL restarts, and reports that it is ready again', async () => {
    const server = await embedded.joinDatabase(join(folder, 'server'), { durable: false })
    try {
      let offset = 0
      const { db, serve, tick } = await begun(server.url, () => new Date(Date.now() + offset))
      const url = await serve()
      const ready = async (): Promise<number> => (await fetch(`${url}/readyz`)).status
      expect(await ready()).to.equal(200)
      const before = await published(db, 1)
      offset = MINUTE_MS - BEFORE_THE_MINUTE_MS - (Date.now() % MINUTE_MS)
      tick()
      await until('the first is shown everywhere', () => shownAt(before.id) === standIns.length)
      const file = join(folder, 'server', 'pg', 'postmaster.pid')
      const postmaster = (): number => (existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : 0)
      const old = postmaster()
      process.kill(old, 'SIGINT')
      await until('another server runs', () => ![0, old].includes(postmaster()))
      await until('it is ready again', async () => (await ready()) === 200)
      const after = await published(db, 2)
      await removed(db, before.id)
      await until('what followed has happened', () => shownAt(after.id) === standIns.length && shownAt(before.id) === 0)
      const running = await rowsOf(
        db,
        `select job from runs where outcome = 'FAILED' and error ->> 'code' = 'INTERNAL'`,
      )
      expect(running).to.deep.equal([])
    } finally {
      await hub?.close()
      hub = null
      await server.leave()
    }
  })
})

describe('readiness', () => {
  let silent: Server
  const sockets = new Set<{ destroy(): void }>()
  before((done) => {
    silent = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1', done)
  })
  after((done) => {
    for (const socket of sockets) socket.destroy()
    silent.close(done)
  })

  it('is denied in time for a database that accepts connections and never answers, with one check for all callers', async () => {
    const { port } = silent.address() as { port: number }
    const db = connect(`postgres://hub:hub@127.0.0.1:${port}/hub`)
    const ready = makeReadiness(db, { withinMs: 100 })
    const answers = await Promise.all([ready(), ready(), ready()])
    expect(answers.map(({ ok }) => ok)).to.deep.equal([false, false, false])
    expect(sockets.size).to.equal(1)
    for (const socket of sockets) socket.destroy()
    await db.destroy()
  })

  it('is denied without a database, and callers are asked to retry without learning its address', async () => {
    const fresh = await freshDatabase()
    const folder = mkdtempSync(join(tmpdir(), 'hub-away-'))
    // A proxy between the hub and its database, which the test closes.
    const target = new URL(fresh.url)
    const through = createServer((socket) => {
      const other = createConnection(Number(target.port), target.hostname)
      for (const [one, another] of [
        [socket, other],
        [other, socket],
      ] as const) {
        one.pipe(another)
        one.on('error', () => another.destroy())
        one.on('close', () => another.destroy())
      }
      sockets.add(socket)
    })
    await new Promise<void>((resolve) => {
      through.listen(0, '127.0.0.1', resolve)
    })
    const { port } = through.address() as { port: number }
    const address = Object.assign(new URL(fresh.url), { hostname: '127.0.0.1', port: String(port) }).href
    const config = readConfig({ PORT: '0', DATABASE_URL: address, DATA_DIR: folder, LOG_LEVEL: 'silent' })
    const hub = await makeHub(config, { log: makeLog(config.log), addresses: { agencies: {}, platforms: {} } })
    try {
      const url = await hub.serve()
      await hub.db.raw(`insert into platform_states (platform, failures) values ('jilin', 3), ('national', 0)`)
      expect(await (await fetch(`${url}/readyz`)).json()).to.deep.equal({
        status: 'ok',
        checks: { database: 'reachable', migrations: 'current', platforms: 'in trouble: jilin' },
      })
      through.close()
      for (const socket of sockets) socket.destroy()
      const page = await fetch(`${url}/data/manifest.jws`)
      expect([page.status, page.headers.get('retry-after')]).to.deep.equal([503, '5'])
      expect(await page.json()).to.include({ code: 'UNAVAILABLE' })
      const asked = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ blacklist { totalCount } }' }),
      })
      const answer = (await asked.json()) as { errors: { extensions: { code: string } }[] }
      expect(answer.errors[0]?.extensions.code).to.equal('UNAVAILABLE')
      const ready = await fetch(`${url}/readyz`)
      expect(ready.status).to.equal(503)
      expect(await ready.text()).to.not.match(/127\.0\.0\.1|:\d{4,}/)
    } finally {
      await hub.close()
      await fresh.drop()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
