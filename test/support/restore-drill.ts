/** The recipe of pgBackRest in `src/hub/README.md`: a restore to the second before a removal, at any number of operators. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readConfig } from '../../src/config.js'
import { type Hub, makeHub } from '../../src/hub/hub.js'
import { makeLog } from '../../src/hub/log.js'
import { type PlatformStandIn, startPlatformStandIns } from '../../src/sandbox/platforms/index.js'
import { connect, type JobDb, migrate } from '../../src/store/db/db.js'
import { peopled } from '../bench/people.js'
import { fillIn } from './deploy-files.js'
import { freePort } from './ports.js'
import { until } from './until.js'
import { published, removed, rowsOf } from './world.js'

const run = promisify(execFile)
const BINARIES = [18, 17, 16].map((version) => `/usr/lib/postgresql/${version}/bin`).find(existsSync)
const FOLDER_MODE = 0o755
const PUBLIC_PATHS = ['/blacklist', '/data/blacklist.json']
/** The rows of the world are not what is drilled, so they are made fast. */
const FILLING = ['fsync=off', 'max_wal_size=8GB', 'maintenance_work_mem=512MB', 'archive_mode=off']

export const missingForRestore = (): string | null =>
  process.geteuid?.() !== 0 || BINARIES === undefined || !existsSync('/usr/bin/pgbackrest')
    ? 'it needs root, PostgreSQL of Debian and pgbackrest'
    : null

export interface DrilledRestore {
  /** State of the removed entry in the restored database. */
  restoredState: unknown
  isNoticed: boolean
  /** Answers of public pages before the release: status, and whether they name the removed entry. */
  withheld: [status: number, named: boolean][]
  additionsSent: number
  /** States of the kept and the removed entry after the comparison. */
  states: unknown[]
  /** Who released it or the refusal, after each of three attempts: the first person, the first again, a second. */
  releasedBy: unknown[]
  /** Answers after the release: status, whether they name the kept entry, and the removed one. */
  shown: [status: number, kept: boolean, removed: boolean][]
  databaseMb: number
  /** Seconds of each step; `outage` is from the begin of the restore to the release. */
  seconds: Record<string, number>
}

export const drillRestore = async ({
  operators,
  progress = () => undefined,
}: {
  operators: number
  progress?: (step: string, seconds: number) => void
}): Promise<DrilledRestore> => {
  const closers: (() => unknown)[] = []
  const seconds: Record<string, number> = {}
  const timed = async <T>(step: string, act: () => Promise<T>): Promise<T> => {
    const began = performance.now()
    const result = await act()
    seconds[step] = Math.round((performance.now() - began) / 100) / 10
    progress(step, seconds[step])
    return result
  }
  try {
    const machine = await makeMachine(closers)
    await timed('filled', () => fill(machine, operators))
    const platforms = await startPlatformStandIns()
    closers.push(() => Promise.all(platforms.map((one) => one.close())))
    const instant = await backUp(machine, { platforms, closers, timed })
    const began = performance.now()
    await machine.loseDisk()
    await timed('restored', () =>
      machine.backrest('restore', '--delta', '--type=time', `--target=${instant.at}`, '--target-action=promote'),
    )
    await timed('recovered', () => machine.start())
    const found = await judge(machine, { ...instant, platforms, closers, timed })
    seconds['outage'] = Math.round((performance.now() - began) / 100) / 10
    return { ...found, seconds }
  } finally {
    for (const close of closers.reverse()) await close()
  }
}

interface Machine {
  folder: string
  address: string
  backrest(...args: string[]): Promise<unknown>
  /** Resolves when the server takes writes. */
  start(settings?: readonly string[]): Promise<void>
  stop(): Promise<void>
  loseDisk(): Promise<void>
}

const makeMachine = async (closers: (() => unknown)[]): Promise<Machine> => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-backrest-'))
  chmodSync(folder, FOLDER_MODE)
  closers.push(() => rmSync(folder, { recursive: true }))
  const [uid = 0, gid = 0] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'])))
  const own = (name: string): string => {
    mkdirSync(join(folder, name))
    chownSync(join(folder, name), uid, gid)
    return join(folder, name)
  }
  const [data, repository, log] = [own('pg'), own('repository'), own('log')]
  const as = ['--reuid=postgres', '--regid=postgres', '--clear-groups']
  const port = await freePort()
  const configuration = join(folder, 'pgbackrest.conf')
  const places = { REPOSITORY: repository, DATA: data, PORT: String(port), SOCKETS: log, LOGS: log }
  writeFileSync(configuration, fillIn('pgbackrest.conf', places))
  const program = (name: string): string => join(BINARIES ?? '', name)
  const locale = ['-E', 'UTF8', '--locale=C.UTF-8']
  await run('setpriv', [...as, program('initdb'), '-D', data, '-U', 'postgres', ...locale])
  const archive = `pgbackrest --config=${configuration} --stanza=hub archive-push %p`
  const archiving = ['archive_mode=on', `archive_command=${archive}`]
  const address = `postgres://postgres@127.0.0.1:${port}/postgres`
  let server: ChildProcess | null = null
  const stop = async (): Promise<void> => {
    if (server === null || server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    server.kill('SIGINT')
    await ended
  }
  closers.push(stop)
  const start: Machine['start'] = async (settings = archiving) => {
    const out = openSync(join(folder, 'postgres.log'), 'a')
    const places = [`port=${port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${log}`]
    const options = [...places, 'timezone=Asia/Shanghai', ...settings].flatMap((each) => ['-c', each])
    server = spawn('setpriv', [...as, program('postgres'), '-D', data, ...options], { stdio: ['ignore', out, out] })
    await until('PostgreSQL', async () => {
      const [row] = await withDatabase(address, (db) => rowsOf(db, 'select pg_is_in_recovery() as standby')).catch(
        () => [],
      )
      return row?.['standby'] === false
    })
  }
  const backrest = (...args: string[]) =>
    run('setpriv', [...as, 'pgbackrest', `--config=${configuration}`, '--stanza=hub', ...args], { cwd: folder })
  const loseDisk = async (): Promise<void> => {
    for (const name of await readdir(data)) await rm(join(data, name), { recursive: true })
  }
  return { folder, address, backrest, start, stop, loseDisk }
}

const withDatabase = async <T>(url: string, act: (db: JobDb) => Promise<T>): Promise<T> => {
  const db = connect(url)
  try {
    return await act(db)
  } finally {
    await db.destroy()
  }
}

const fill = async (machine: Machine, operators: number): Promise<void> => {
  await machine.start(FILLING)
  await withDatabase(machine.address, async (db) => {
    await migrate(db)
    if (operators > 0) await peopled(db, operators)
  })
  await machine.stop()
}

interface DrillParts {
  platforms: PlatformStandIn[]
  closers: (() => unknown)[]
  timed<T>(step: string, act: () => Promise<T>): Promise<T>
}

const openHub = async (
  { folder, address }: Machine,
  { platforms, closers }: DrillParts,
): Promise<{ hub: Hub; web: string }> => {
  const config = readConfig({
    ...{ PORT: '0', DATABASE_URL: address, DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' },
  })
  const addresses = {
    agencies: {},
    platforms: Object.fromEntries(platforms.map(({ id, url, secret }) => [id, { url, secret }])),
  }
  const hub = await makeHub(config, { log: makeLog(config.log), addresses, settleSeconds: 0 })
  closers.push(() => hub.close().catch(() => undefined))
  return { hub, web: await hub.serve() }
}

/** The instant of the target, before which two entries were published, and after which one was removed. */
interface DrillTarget {
  at: string
  kept: string
  gone: string
}

const backUp = async (machine: Machine, parts: DrillParts): Promise<DrillTarget> => {
  await machine.start()
  const { hub } = await openHub(machine, parts)
  const tell = async (): Promise<void> => {
    await hub.push(null, { cause: 'command' })
    await hub.publish({ cause: 'command' })
  }
  const [kept, gone] = [await published(hub.db, 1), await published(hub.db, 2)]
  await tell()
  await machine.backrest('stanza-create')
  await parts.timed('backedUp', () => machine.backrest('backup', '--type=full'))
  // A backup's stop time counts whole seconds, and the target must be later.
  const [instant] = await rowsOf(hub.db, `select clock_timestamp()::text as at from pg_sleep(1)`)
  await rowsOf(hub.db, 'select pg_sleep(1)')
  await removed(hub.db, gone.id)
  await tell()
  await rowsOf(hub.db, 'select pg_switch_wal()')
  await hub.close()
  await machine.stop()
  return { at: String(instant?.['at']), kept: kept.id, gone: gone.id }
}

const judge = async (
  machine: Machine,
  { kept, gone, ...parts }: DrillTarget & DrillParts,
): Promise<Omit<DrilledRestore, 'seconds'>> => {
  const { platforms, timed } = parts
  const told = platforms.map((one) => one.history().length)
  const { hub, web } = await timed('started', () => openHub(machine, parts))
  const stateOf = async (id: string) =>
    (await rowsOf(hub.db, 'select state from listings where id = ?', [id]))[0]?.['state']
  const restoredState = await stateOf(gone)
  const open = 'select 1 from database_restored where released_at is null'
  const isNoticed = await timed('noticed', async () => {
    await hub.push(null, { cause: 'command' })
    return (await rowsOf(hub.db, open)).length === 1
  })
  const look = async (path: string): Promise<{ status: number; text: string }> => {
    const answer = await fetch(`${web}${path}`)
    return { status: answer.status, text: await answer.text() }
  }
  const before = await Promise.all(PUBLIC_PATHS.map(look))
  const since = platforms.flatMap((one, n) => one.history().slice(told[n]))
  await timed('compared', () => hub.reconcile(null, { cause: 'command' }))
  const releasedBy = await timed('released', () => release(hub, web))
  await timed('published', () => hub.publish({ cause: 'command' }))
  const after = await Promise.all(PUBLIC_PATHS.map(look))
  const [size] = await rowsOf(hub.db, 'select pg_database_size(current_database())::float8 as bytes')
  return {
    restoredState,
    isNoticed,
    withheld: before.map(({ status, text }) => [status, text.includes(gone)]),
    additionsSent: since.filter(({ action }) => action !== 'REMOVE').length,
    states: [await stateOf(kept), await stateOf(gone)],
    releasedBy,
    shown: after.map(({ status, text }) => [status, text.includes(kept), text.includes(gone)]),
    databaseMb: Math.round(Number(size?.['bytes']) / 1024 ** 2),
  }
}

const release = async (hub: Hub, web: string): Promise<unknown[]> => {
  const made: unknown[] = []
  for (const sub of ['officer-1', 'officer-1', 'officer-2']) made.push(await releaseAs(sub, hub, web))
  return made
}

const releaseAs = async (sub: string, hub: Hub, web: string): Promise<unknown> => {
  const claims = { sub, role: 'officer', agency: null, region: null }
  const answer = await fetch(`${web}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${hub.keys.sign(claims, Date.now()).token}`,
    },
    body: JSON.stringify({ query: 'mutation { releaseRestored(reason: "已逐一核对") { releasedBy } }' }),
  })
  const { data, errors } = (await answer.json()) as {
    data?: { releaseRestored: { releasedBy: string } | null }
    errors?: { extensions: { code: string } }[]
  }
  return errors?.[0]?.extensions.code ?? data?.releaseRestored?.releasedBy ?? null
}
