/** PostgreSQL servers of the failover soak: a primary, a standby, and one address for the current primary. */
import { execFile } from 'node:child_process'
import { appendFileSync, chownSync, mkdtempSync } from 'node:fs'
import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { connect, type JobDb } from '../../../src/store/db/db.js'
import { rowsOf } from '../../support/world.js'

const run = promisify(execFile)
const PG_BIN = process.env['PG_BIN'] ?? '/usr/lib/postgresql/17/bin'
const REPLICATED_WITHIN_MS = 10_000
/** Milliseconds for a standby to disconnect from its primary. */
const CUT_OFF_MS = 500
const OPTIONS = '-c fsync=off -c listen_addresses=127.0.0.1 -c unix_socket_directories=/tmp -c max_wal_senders=4'

export interface Cluster {
  data: string
  port: number
}

/** A TCP proxy with one address, which forwards to the current primary. */
export const makeProxy = async (): Promise<{ port: number; to: (port: number) => void; close: () => void }> => {
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

/** PostgreSQL refuses root, so it runs as "nobody". */
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

export const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-failover-'))
  if (OWNER.uid !== undefined) chownSync(folder, OWNER.uid, OWNER.gid)
  return folder
}

export const makePrimary = async (data: string): Promise<Cluster> => {
  const port = await freePort()
  await pg('initdb', '-D', data, '-U', 'hub', '-A', 'trust', '--no-sync')
  await start(data, port)
  return { data, port }
}

/** Starts an asynchronous standby of `primary`. */
export const makeStandby = async (primary: Cluster, data: string): Promise<Cluster> => {
  const port = await freePort()
  const from = ['-h', '127.0.0.1', '-p', String(primary.port), '-U', 'hub']
  await pg('pg_basebackup', '-D', data, '-R', '-X', 'stream', '-c', 'fast', ...from)
  await start(data, port)
  return { data, port }
}

export const stop = (data: string) => pg('pg_ctl', '-D', data, '-m', 'immediate', 'stop')
export const promote = (data: string) => pg('pg_ctl', '-D', data, '-w', 'promote')

/** Cuts the standby off. Anything acknowledged later is lost. */
export const cutOff = async (standby: Cluster): Promise<void> => {
  appendFileSync(join(standby.data, 'postgresql.auto.conf'), `primary_conninfo = ''\n`)
  await pg('pg_ctl', '-D', standby.data, 'reload')
  await wait(CUT_OFF_MS)
}

/** Reads one row from one server directly, without the proxy. */
export const rowAt = async ({ port }: Cluster, sql: string): Promise<Record<string, unknown>> => {
  const db = connect(`postgres://hub@127.0.0.1:${port}/postgres`)
  try {
    return (await rowsOf(db, sql))[0] ?? {}
  } finally {
    await db.destroy()
  }
}

/** Waits until the standby `to` has replayed everything of `from`. */
export const replicated = async (from: Cluster, to: Cluster): Promise<void> => {
  const [one, other] = [from, to].map(({ port }) => connect(`postgres://hub@127.0.0.1:${port}/postgres`)) as [
    JobDb,
    JobDb,
  ]
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
