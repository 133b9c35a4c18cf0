/**
 * The soak of failover: an asynchronous standby is promoted again and again under a running hub, half of the times while moves are
 * made, and rows are lost each time. Nobody who was removed is listed meanwhile, nothing but removals leaves before the hub has
 * noticed, and a person can settle what was lost. Needs the binaries of PostgreSQL 17 (PG_BIN).
 */
import { execFile } from 'node:child_process'
import { appendFileSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { readConfig } from '../../src/config.js'
import { dateIn } from '../../src/domain/dates.js'
import { makeHub } from '../../src/hub.js'
import { makeLog } from '../../src/log.js'
import { type PlatformStandIn, startPlatforms } from '../../src/sandbox/platforms/index.js'
import { connect, type Db, migrate } from '../../src/store/db.js'
import { makeMove } from '../../src/work/listing.js'
import { release } from '../../src/work/restored.js'
import { mark, OFFICER, rowsOf, rules } from '../support/world.js'
import { makeSubjects } from './push/subjects.js'
import { randomOf } from './random.js'

const run = promisify(execFile)
const PG_BIN = process.env['PG_BIN'] ?? '/usr/lib/postgresql/17/bin'
const SUBJECTS = 6
/** Moves before the standby is cut off, and after it: the latter are lost. */
const MOVES = 6
const LOST_MOVES = 4
const QUIET_MS = 500
const REPLICATED_WITHIN_MS = 10_000
const NOTICED_WITHIN_MS = 10_000
const OPTIONS = '-c fsync=off -c listen_addresses=127.0.0.1 -c unix_socket_directories=/tmp -c max_wal_senders=4'

export interface FailoverSoaked {
  ok: boolean
  promotions: number
  underLoad: number
  /** Acknowledged moves that the promoted standby did not have. */
  lost: number
  noticed: number
  /** Faults: all of these are 0 where all is well. */
  listedThoughRemoved: number
  leftBeforeNoticed: number
  auditNotOk: number
  ms: number
}

/** One address that leads to whichever server is the primary now. */
const makeProxy = async (): Promise<{ port: number; to: (port: number) => void; close: () => void }> => {
  let target = 0
  const sockets = new Set<Socket>()
  const server: Server = createServer((near) => {
    const far = dial(target, '127.0.0.1')
    for (const one of [near, far]) {
      sockets.add(one)
      one.on('error', () => one.destroy())
      one.on('close', () => {
        sockets.delete(one)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far)
    far.pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    to: (port) => {
      target = port
      for (const socket of sockets) socket.destroy()
    },
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

/** PostgreSQL refuses root, which therefore lends it the account "nobody". */
const OWNER = process.geteuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
const pg = (name: string, ...args: string[]) => run(join(PG_BIN, name), args, { ...OWNER, cwd: tmpdir() })
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
const start = (data: string, port: number) =>
  pg('pg_ctl', '-D', data, '-w', '-l', `${data}.log`, '-o', `-p ${port} ${OPTIONS}`, 'start')

export const soakFailover = async (given: {
  promotions: number
  seed: number
  progress: (done: number) => void
}): Promise<FailoverSoaked> => {
  const startedAt = Date.now()
  const folder = mkdtempSync(join(tmpdir(), 'hub-failover-'))
  if (OWNER.uid !== undefined) chownSync(folder, OWNER.uid, OWNER.gid)
  const soaked: FailoverSoaked = {
    ok: false,
    promotions: 0,
    underLoad: 0,
    lost: 0,
    noticed: 0,
    listedThoughRemoved: 0,
    leftBeforeNoticed: 0,
    auditNotOk: 0,
    ms: 0,
  }
  let primary = { data: join(folder, 'pg-0'), port: await freePort() }
  await pg('initdb', '-D', primary.data, '-U', 'hub', '-A', 'trust', '--no-sync')
  await start(primary.data, primary.port)
  const proxy = await makeProxy()
  proxy.to(primary.port)
  const url = `postgres://hub@127.0.0.1:${proxy.port}/postgres`
  const migrating = connect(url)
  await migrate(migrating)
  await migrating.destroy()
  const platforms = await startPlatforms()
  const config = readConfig({ PORT: '0', DATABASE_URL: url, DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' })
  const hub = await makeHub(config, {
    log: makeLog(config.log),
    addresses: {
      agencies: {},
      platforms: Object.fromEntries(platforms.map((one) => [one.id, { url: one.url, secret: one.secret }])),
    },
    settleSeconds: 0,
  })
  const web = await hub.serve()
  const random = randomOf(given.seed)
  const subjects = await makeSubjects(hub.db, SUBJECTS, random, hub.now)
  await hub.push(null, { cause: 'command' })
  await hub.publish({ cause: 'command' })
  try {
    for (let n = 1; n <= given.promotions; n += 1) {
      const underLoad = n % 2 === 1
      const standby = { data: join(folder, `pg-${n}`), port: await freePort() }
      await pg(
        'pg_basebackup',
        '-D',
        standby.data,
        '-R',
        '-X',
        'stream',
        '-c',
        'fast',
        '-h',
        '127.0.0.1',
        '-p',
        String(primary.port),
        '-U',
        'hub',
      )
      await start(standby.data, standby.port)
      for (let move = 0; move < MOVES; move += 1) await subjects.move()
      await hub.push(null, { cause: 'command' })
      await replicated(primary.port, standby.port)
      // From here on nothing reaches the standby: what is acknowledged is lost.
      appendFileSync(join(standby.data, 'postgresql.auto.conf'), `primary_conninfo = ''\n`)
      await pg('pg_ctl', '-D', standby.data, 'reload')
      await wait(QUIET_MS)
      for (let move = 0; move < LOST_MOVES; move += 1) await subjects.move()
      soaked.lost += LOST_MOVES
      if (!underLoad) await wait(QUIET_MS)
      const load = underLoad ? moving(subjects.move) : null
      const reading = watched(web, hub.db, subjects.shown)
      const told = platforms.map((one) => one.history().length)
      await pg('pg_ctl', '-D', primary.data, '-m', 'immediate', 'stop')
      await load?.stop()
      await pg('pg_ctl', '-D', standby.data, '-w', 'promote')
      proxy.to(standby.port)
      soaked.promotions += 1
      if (underLoad) soaked.underLoad += 1
      if (await noticed(hub)) soaked.noticed += 1
      soaked.leftBeforeNoticed += additionsSince(platforms, told)
      soaked.listedThoughRemoved += await reading.stop()
      await settle(hub, subjects.shown)
      const verified = await hub.verifyTrail({}).catch(() => ({ ok: false }))
      if (!verified.ok) soaked.auditNotOk += 1
      rmSync(primary.data, { recursive: true, force: true })
      primary = standby
      given.progress(n)
    }
    const { promotions, noticed: seen, listedThoughRemoved, leftBeforeNoticed, auditNotOk } = soaked
    soaked.ok =
      promotions === given.promotions &&
      seen === promotions &&
      listedThoughRemoved + leftBeforeNoticed + auditNotOk === 0
    return { ...soaked, ms: Date.now() - startedAt }
  } finally {
    await hub.close().catch(() => undefined)
    await Promise.all(platforms.map((one) => one.close()))
    proxy.close()
    await pg('pg_ctl', '-D', primary.data, '-m', 'immediate', 'stop').catch(() => undefined)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Until the standby has replayed all that the primary has written. */
const replicated = async (from: number, to: number): Promise<void> => {
  const [one, other] = [from, to].map((port) => connect(`postgres://hub@127.0.0.1:${port}/postgres`)) as [Db, Db]
  try {
    const [written] = await rowsOf(one, 'select pg_current_wal_lsn()::text as lsn')
    for (const end = Date.now() + REPLICATED_WITHIN_MS; Date.now() < end; ) {
      const [at] = await rowsOf(other, 'select pg_last_wal_replay_lsn() >= ?::pg_lsn as there', [written?.['lsn']])
      if (at?.['there'] === true) return
      await wait(50)
    }
    throw new Error('the standby does not follow')
  } finally {
    await Promise.all([one.destroy(), other.destroy()])
  }
}

/** Moves until it is stopped, or the database is gone. */
const moving = (move: () => Promise<void>) => {
  let on = true
  const done = (async () => {
    while (on) await move().catch(() => wait(20))
  })()
  return {
    stop: () => {
      on = false
      return done
    },
  }
}

/** Asks the public's doors again and again; counts answers that list somebody whose removal was acknowledged. */
const watched = (web: string, db: Db, shown: ReadonlyMap<string, boolean>) => {
  let on = true
  let faults = 0
  const done = (async () => {
    while (on) {
      const before = new Map(shown)
      const [page, entries] = await Promise.all([
        fetch(`${web}/data/blacklist.json`).then(async (answer) => (answer.ok ? await answer.text() : '')),
        fetch(`${web}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: '{ blacklist(first: 100) { nodes { key: id uuid: id } } }' }),
        }).then((answer) => answer.text()),
      ]).catch(() => ['', ''])
      for (const [id, isShown] of shown)
        if (!isShown && before.get(id) === false && (page.includes(id) || entries.includes(id))) faults += 1
      await wait(20)
    }
    void db
    return faults
  })()
  return {
    stop: () => {
      on = false
      return done
    },
  }
}

const noticed = async (hub: Awaited<ReturnType<typeof makeHub>>): Promise<boolean> => {
  for (const end = Date.now() + NOTICED_WITHIN_MS; Date.now() < end; ) {
    await hub.push(null, { cause: 'command' }).catch(() => undefined)
    const open = await rowsOf(hub.db, 'select 1 from database_restored where released_at is null').catch(() => [])
    if (open.length > 0) return true
    await wait(50)
  }
  return false
}

const additionsSince = (platforms: readonly PlatformStandIn[], told: readonly number[]): number =>
  platforms.reduce(
    (all, one, place) =>
      all +
      one
        .history()
        .slice(told[place] ?? 0)
        .filter(({ action }) => action !== 'REMOVE').length,
    0,
  )

/** What a person does: makes the lost moves again, compares every platform, and releases the database. */
const settle = async (hub: Awaited<ReturnType<typeof makeHub>>, shown: ReadonlyMap<string, boolean>): Promise<void> => {
  const { db, now } = hub
  const move = (id: string, name: 'hideListing' | 'unhideListing') =>
    makeMove(db, rules, {
      id,
      name,
      ...OFFICER,
      input: { on: dateIn(now()), reason: '核查', ...(name === 'hideListing' && { hiding: 'ERROR' as const }) },
      now: now(),
    })
  const again = async () => {
    for (const { id, state } of (await rowsOf(db, 'select id, state from listings')) as {
      id: string
      state: string
    }[]) {
      if (shown.get(id) === false && state === 'PUBLISHED') await move(id, 'hideListing')
      if (shown.get(id) === true && state === 'HIDDEN') await move(id, 'unhideListing')
    }
  }
  await again()
  await hub.push(null, { cause: 'command' })
  await hub.reconcile(null, { cause: 'command' })
  const ids = Object.keys(hub.addresses.platforms)
  await release(db, { by: 'officer-1', reason: '已逐一核对', mark, platforms: ids, configured: ids, now: now() })
  await again()
  await hub.push(null, { cause: 'command' })
  await hub.push(null, { cause: 'command' })
}
