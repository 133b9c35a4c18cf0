/** PostgreSQL servers of tests of failover: a primary, its standbys, and one address for the current primary. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { connect, type JobDb } from '../../src/store/db/db.js'
import { chooseAccount, handOverFolder, prepareCommandAs } from '../../src/store/embedded/account.js'
import { findBinaries } from '../../src/store/embedded/binaries.js'
import { freePort } from './ports.js'
import { rowsOf } from './world.js'

const run = promisify(execFile)
const REPLICATED_WITHIN_MS = 10_000
/** Milliseconds for a standby to disconnect from its primary. */
const CUT_OFF_MS = 500
const AGAIN_MS = 50
const SETTINGS = [
  'fsync=off',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_wal_senders=4',
  'wal_keep_size=512MB',
  'timezone=Asia/Shanghai',
]

export interface Cluster {
  data: string
  port: number
  server: ChildProcess
}

/** A TCP proxy with one address, which forwards to the current primary, or to several servers in turns. */
export const makeProxy = async (): Promise<{ port: number; to: (...ports: number[]) => void; close: () => void }> => {
  let targets = [0]
  let turn = 0
  const sockets = new Set<Socket>()
  const server: Server = createServer((near) => {
    turn += 1
    const far = dial(targets[turn % targets.length] ?? 0, '127.0.0.1')
    for (const one of [near, far]) {
      sockets.add(one)
      one.on('error', () => one.destroy())
      one.on('close', () => {
        sockets.delete(one)
        near.destroySoon()
        far.destroySoon()
      })
    }
    near.pipe(far)
    far.pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    to: (...ports) => {
      targets = ports
      for (const socket of sockets) socket.destroy()
    },
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

const urlOf = (port: number): string => `postgres://hub@127.0.0.1:${port}/postgres`

const command = async (name: 'initdb' | 'postgres', data: string, args: string[]) => {
  const binaries = findBinaries()
  const account = await chooseAccount(tmpdir(), binaries)
  return { ...prepareCommandAs(account, binaries[name], ['-D', data, ...args]), account }
}

/** Starts a server with the embedded PostgreSQL's binaries and waits until it answers. */
const start = async (data: string): Promise<Cluster> => {
  const port = await freePort()
  const settings = [...SETTINGS, `port=${port}`].flatMap((each) => ['-c', each])
  const { file, args, options } = await command('postgres', data, settings)
  const log = openSync(`${data}.log`, 'a')
  const server = spawn(file, args, { ...options, stdio: ['ignore', log, log] })
  const db = connect(urlOf(port))
  while (server.exitCode === null) {
    const isUp = await db.raw('select 1').then(
      () => true,
      () => false,
    )
    if (isUp) break
    await wait(AGAIN_MS)
  }
  await db.destroy()
  if (server.exitCode !== null)
    throw new Error(`the server did not start: ${readFileSync(`${data}.log`, 'utf8').slice(-1_000)}`)
  return { data, port, server }
}

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'hub-failover-'))

export const makePrimary = async (data: string): Promise<Cluster> => {
  const { file, args, options, account } = await command('initdb', data, [
    ...['--username=hub', '--auth=trust', '--no-sync', '--encoding=UTF8'],
    ...['--locale-provider=libc', '--locale=C.UTF-8'],
  ])
  if (account.becomes) chownSync(join(data, '..'), account.owner.uid, account.owner.gid)
  await run(file, args, options)
  return start(data)
}

/** Starts an asynchronous standby from a base backup of `primary`. */
export const makeStandby = async (primary: Cluster, data: string): Promise<Cluster> => {
  const db = connect(urlOf(primary.port))
  const { account } = await command('postgres', data, [])
  await db.transaction(async (tx) => {
    await tx.raw(`select pg_backup_start('standby', true)`)
    await run('cp', ['-a', primary.data, data])
    const { rows } = await tx.raw('select labelfile from pg_backup_stop(false)')
    writeFileSync(join(data, 'backup_label'), rows[0].labelfile)
  })
  await db.destroy()
  for (const name of ['postmaster.pid', 'postmaster.opts']) rmSync(join(data, name), { force: true })
  writeFileSync(join(data, 'standby.signal'), '')
  writeFileSync(
    join(data, 'postgresql.auto.conf'),
    `primary_conninfo = 'host=127.0.0.1 port=${primary.port} user=hub'\n`,
  )
  for (const name of ['backup_label', 'standby.signal', 'postgresql.auto.conf'])
    handOverFolder(join(data, name), account)
  return start(data)
}

/** SIGINT ends the connections and writes a checkpoint; SIGQUIT is a crash. */
export const stop = async ({ server }: Cluster, signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void> => {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = once(server, 'exit')
  server.kill(signal)
  await ended
}

const processesOf = (pid: number): number[] => [
  pid,
  ...readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
    .flatMap((one) => processesOf(Number(one))),
]

/** A frozen server keeps its connections and answers nothing. */
export const freeze = ({ server }: Cluster): void => signalAll(server, 'SIGSTOP')
export const thaw = ({ server }: Cluster): void => signalAll(server, 'SIGCONT')

const signalAll = ({ pid }: ChildProcess, signal: 'SIGSTOP' | 'SIGCONT'): void => {
  for (const one of processesOf(Number(pid))) process.kill(one, signal)
}

const ask = async ({ port }: Cluster, ...statements: string[]): Promise<void> => {
  const db = connect(urlOf(port))
  for (const statement of statements) await db.raw(statement)
  await db.destroy()
}

/** From now on `primary` acknowledges only what its standby has written. The checkpoint waits until the setting is in force. */
export const waitForStandby = async (primary: Cluster): Promise<void> => {
  await ask(primary, `alter system set synchronous_standby_names = '*'`, 'select pg_reload_conf()', 'checkpoint')
  while ((await rowAt(primary, 'select sync_state from pg_stat_replication'))['sync_state'] !== 'sync')
    await wait(AGAIN_MS)
}

/** Without a standby of such a name, commits of `primary` wait. */
export const nameStandbys = async (primary: Cluster, names: string): Promise<void> => {
  await ask(primary, `alter system set synchronous_standby_names = '${names}'`, 'select pg_reload_conf()')
  const setting = async () => (await rowAt(primary, 'show synchronous_standby_names'))['synchronous_standby_names']
  while ((await setting()) !== names) await wait(AGAIN_MS)
}

export const promote = (standby: Cluster): Promise<void> => ask(standby, 'select pg_promote()')

/** Cuts the standby off. Anything acknowledged later is lost. */
export const cutOff = async (standby: Cluster): Promise<void> => {
  await ask(standby, `alter system set primary_conninfo = ''`, 'select pg_reload_conf()')
  await wait(CUT_OFF_MS)
}

/** Reads one row from one server directly, without the proxy. */
export const rowAt = async ({ port }: Cluster, sql: string): Promise<Record<string, unknown>> => {
  const db = connect(urlOf(port))
  try {
    return (await rowsOf(db, sql))[0] ?? {}
  } finally {
    await db.destroy()
  }
}

/** Waits until the standby `to` has replayed everything of `from`. */
export const replicated = async (from: Cluster, to: Cluster): Promise<void> => {
  const [one, other] = [from, to].map(({ port }) => connect(urlOf(port))) as [JobDb, JobDb]
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
