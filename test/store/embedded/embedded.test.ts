import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { expect } from 'chai'
import pg from 'pg'
import { isRefusal, type Refusal } from '../../../src/foundation/errors.js'
import { findBinaries } from '../../../src/store/embedded/binaries.js'
import { type EmbeddedDatabase, joinDatabase } from '../../../src/store/embedded/index.js'
import { isAlive } from '../../../src/store/embedded/processes.js'
import { until } from '../../support/until.js'

const OPEN = 0o755
const CLOSED = 0o700
const MODE = 0o777
const NOBODY = 65_534
const isRoot = process.geteuid?.() === 0
const hasty = { durable: false }

/** True if every folder above the file is open to other accounts. */
const everyoneEnters = (file: string): boolean => {
  const folder = path.dirname(file)
  const open = (statSync(folder).mode & 0o001) !== 0
  return open && (folder === path.dirname(folder) || everyoneEnters(folder))
}

describe('embedded PostgreSQL', () => {
  /** Data folder of a cleanly stopped cluster. Copying it takes a fifth of the time of initdb. */
  let made = ''
  const places: string[] = []
  const programs: ChildProcess[] = []
  const seats: EmbeddedDatabase[] = []

  /** Returns a new data folder whose parent has this mode. */
  const place = (mode: number): string => {
    const outer = mkdtempSync(path.join(os.tmpdir(), 'hub-embedded-'))
    chmodSync(outer, mode)
    places.push(outer)
    return path.join(outer, 'data')
  }
  /** Returns a folder with a copy of the stopped cluster. */
  const placeWithCluster = (): string => {
    const folder = place(OPEN)
    mkdirSync(folder)
    // Unlike cpSync, cp keeps the owner.
    execFileSync('cp', ['-a', path.join(made, 'pg'), folder])
    return folder
  }
  const sit = async (folder: string, options = hasty): Promise<EmbeddedDatabase> => {
    const seat = await joinDatabase(folder, options)
    seats.push(seat)
    return seat
  }
  const program = (child: ChildProcess): ChildProcess => {
    programs.push(child)
    return child
  }
  /** Starts another process that joins the database in this folder. */
  const member = (folder: string, manner = 'hasty') => {
    const script = path.resolve('test/store/embedded/embedded-member.ts')
    const stdio = ['pipe', 'pipe', 'inherit'] as const
    const child = program(spawn(process.execPath, ['--import', 'tsx', script, folder, manner], { stdio: [...stdio] }))
    const url = once(createInterface({ input: child.stdout ?? process.stdin }), 'line').then(([line]) => String(line))
    const end = async (how: () => void) => {
      const exit = once(child, 'exit')
      how()
      await exit
    }
    return { url, leave: () => end(() => child.stdin?.write('leave\n')), kill: () => end(() => child.kill('SIGKILL')) }
  }

  before(async () => {
    const outer = mkdtempSync(path.join(os.tmpdir(), 'hub-embedded-'))
    chmodSync(outer, OPEN)
    made = path.join(outer, 'data')
    await (await joinDatabase(made, hasty)).leave()
  })
  after(() => rmSync(path.dirname(made), { recursive: true, force: true }))
  afterEach(async () => {
    for (const child of programs.splice(0)) child.kill('SIGKILL')
    for (const seat of seats.splice(0)) await seat.leave()
    for (const outer of places.splice(0)) {
      await until('the supervisor is gone', () => supervisors(path.join(outer, 'data')).length === 0)
      rmSync(outer, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    }
  })

  it('creates a cluster with trigrams of Chinese at the first start, and leaves no process running', async () => {
    const folder = place(OPEN)
    const seat = await sit(folder, { durable: true })
    expect(seat.url).to.match(/^postgres:\/\/hub:[0-9a-f]{48}@127\.0\.0\.1:\d+\/hub$/)
    const text = `select similarity('长春市春风商贸有限公司', '长春市春风商贸') > 0.5 as like, current_setting('jit') as jit,
      current_setting('listen_addresses') as address, current_setting('unix_socket_directories') as sockets,
      current_setting('fsync') as fsync, datctype, datlocprovider from pg_database where datname = current_database()`
    const there = { jit: 'off', address: '127.0.0.1', sockets: '', fsync: 'on', datlocprovider: 'c' }
    const datctype = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'
    expect(await ask(seat.url, text)).to.deep.equal([{ like: true, ...there, datctype }])
    expect(statSync(path.join(folder, 'pg')).mode & MODE).to.equal(0o700)
    expect(statSync(path.join(folder, 'pg', 'hub.password')).mode & MODE).to.equal(0o600)
    const pid = postmaster(folder)
    await seat.leave()
    expect(isAlive(pid)).to.equal(false)
    expect(readdirSync(folder).sort()).to.deep.equal(['pg', 'pg.log'])
  })

  it('counts the joins of one process, and starts again for a join during the last leave', async () => {
    const folder = placeWithCluster()
    const [first, second] = [await sit(folder), await sit(folder)]
    expect(second.url).to.equal(first.url)
    await first.leave()
    await first.leave()
    expect(await ask(second.url, 'select 1 as one')).to.deep.equal([{ one: 1 }])
    const [, third] = await Promise.all([second.leave(), sit(folder)])
    expect(await ask(third.url, 'select 1 as one')).to.deep.equal([{ one: 1 }])
  })

  it('gives simultaneous processes one server, which the last to leave stops', async () => {
    const folder = place(OPEN)
    const members = [member(folder), member(folder), member(folder)]
    const urls = await Promise.all(members.map(({ url }) => url))
    expect(new Set(urls).size).to.equal(1)
    const pid = postmaster(folder)
    for (const { leave } of members.slice(1)) await leave()
    expect(await ask(urls[0] ?? '', 'select 1 as one')).to.deep.equal([{ one: 1 }])
    await members[0]?.leave()
    expect(isAlive(pid)).to.equal(false)
  })

  it('survives the process that started it, and stops when the next one leaves', async () => {
    const folder = placeWithCluster()
    const first = member(folder)
    await first.url
    const second = await sit(folder)
    await first.kill()
    expect(await ask(second.url, 'select 1 as one')).to.deep.equal([{ one: 1 }])
    const pid = postmaster(folder)
    await second.leave()
    expect(isAlive(pid)).to.equal(false)
  })

  it('does not outlive its members when all are killed', async () => {
    const folder = placeWithCluster()
    const members = [member(folder), member(folder)]
    await Promise.all(members.map(({ url }) => url))
    const pid = postmaster(folder)
    await Promise.all(members.map(({ kill }) => kill()))
    await until('server and supervisor are gone', () => !isAlive(pid) && supervisors(folder).length === 0)
    expect(readdirSync(folder).sort()).to.deep.equal(['pg', 'pg.log'])
  })

  it('restarts on the same port with the committed rows when its postmaster is killed', async () => {
    const folder = placeWithCluster()
    const seat = await sit(folder, { durable: true })
    await ask(seat.url, 'create table kept as select 7 as number')
    const pid = postmaster(folder)
    process.kill(pid, 'SIGKILL')
    await until('the server is gone', () => !isAlive(pid))
    await until('another server runs', () => postmaster(folder) !== pid)
    const other = member(folder, 'durable')
    expect(await other.url).to.equal(seat.url)
    expect(await ask(seat.url, 'select number from kept')).to.deep.equal([{ number: 7 }])
    await other.leave()
  })

  it('restarts with the committed rows after everything was killed at once', async () => {
    const folder = placeWithCluster()
    const lost = member(folder, 'durable')
    await ask(await lost.url, 'create table kept as select 8 as number')
    for (const pid of [...supervisors(folder), postmaster(folder)]) process.kill(pid, 'SIGKILL')
    await lost.kill()
    const seat = await sit(folder, { durable: true })
    expect(await ask(seat.url, 'select number from kept')).to.deep.equal([{ number: 8 }])
  })

  it('gets a new supervisor for the same running server when the first is killed', async () => {
    const folder = placeWithCluster()
    const seat = await sit(folder)
    const [[first], pid] = [supervisors(folder), postmaster(folder)]
    process.kill(first ?? 0, 'SIGKILL')
    await until('another supervisor runs', () => supervisors(folder).some((next) => next !== first))
    const other = await member(folder)
    expect(await other.url).to.equal(seat.url)
    expect(postmaster(folder)).to.equal(pid)
    await other.leave()
    await seat.leave()
    await until('the server is gone', () => !isAlive(pid))
  })

  it('ignores the pid file of another program and the remains of a killed initdb', async () => {
    const folder = place(OPEN)
    mkdirSync(path.join(folder, 'pg.new.killed', 'pg'), { recursive: true })
    writeFileSync(path.join(folder, 'pg.new.killed', 'pg', 'PG_VERSION'), '18\n')
    writeFileSync(path.join(folder, 'pg.claim.1.1-0'), '{"port":1,"token":""}')
    await (await sit(folder)).leave()
    const account = isRoot ? { uid: NOBODY, gid: NOBODY } : {}
    const stranger = program(spawn('sleep', ['60'], { ...account, cwd: '/' }))
    const lines = [stranger.pid, path.join(folder, 'pg'), 1_700_000_000, 5432, '', '127.0.0.1', '  1234567  1', 'ready']
    writeFileSync(path.join(folder, 'pg', 'postmaster.pid'), `${lines.join('\n')}\n`, { mode: 0o600 })
    const seat = await sit(folder)
    expect(await ask(seat.url, 'select 1 as one')).to.deep.equal([{ one: 1 }])
    expect(isAlive(stranger.pid ?? 0)).to.equal(true)
  })

  it('works for root in a folder closed to other accounts, also when its mode changes later', async function () {
    if (!isRoot) this.skip()
    const folder = place(CLOSED)
    const owners: number[] = []
    for (const mode of [CLOSED, OPEN, CLOSED]) {
      chmodSync(path.dirname(folder), mode)
      const seat = await sit(folder)
      await ask(
        seat.url,
        'create table if not exists moves (at timestamptz default now()); insert into moves default values',
      )
      expect(await ask(seat.url, 'select count(*)::int from moves')).to.deep.equal([{ count: owners.length + 1 }])
      owners.push(statSync(path.join(folder, 'pg')).uid)
      await seat.leave()
    }
    // If the binaries lie in a folder closed to other accounts, only root can run them, so root keeps the cluster.
    const opened = everyoneEnters(findBinaries().postgres) ? NOBODY : 0
    expect(owners).to.deep.equal([0, opened, 0])
  })

  it('refuses a cluster of another version and a folder with other content, each with its own error', async () => {
    const folder = place(OPEN)
    const data = path.join(folder, 'pg')
    mkdirSync(data, { recursive: true })
    writeFileSync(path.join(data, 'PG_VERSION'), '12\n')
    expect(await refusal(() => sit(folder))).to.match(/PostgreSQL 12/)
    rmSync(path.join(data, 'PG_VERSION'))
    writeFileSync(path.join(data, 'letter.txt'), '')
    expect(await refusal(() => sit(folder))).to.match(/no database folder/)
    expect(existsSync(path.join(data, 'letter.txt'))).to.equal(true)
  })

  it('refuses a machine without PostgreSQL binaries with its own error', async () => {
    for (const [platform, arch] of [
      ['linux', 's390x'],
      ['win32', 'x64'],
      ['sunos', 'x64'],
    ] as const)
      expect(await refusal(() => findBinaries(platform, arch))).to.contain(`${platform}-${arch}`)
  })
})

const ask = async (url: string, text: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

const refusal = async (act: () => unknown): Promise<string> => {
  try {
    await act()
  } catch (error) {
    expect(isRefusal(error) && error.code).to.equal('DATABASE_EMBEDDED')
    return (error as Refusal).message
  }
  throw new Error('nothing was refused')
}

const postmaster = (folder: string): number => {
  const file = path.join(folder, 'pg', 'postmaster.pid')
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : 0
}

const supervisors = (folder: string): number[] =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => name.startsWith('pg.claim.'))
    .map((name) => Number(name.split('.')[2]))
