import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Refusal } from '../../foundation/errors.js'
import { prepareCommandAs } from './account.js'
import type { PostgresCluster } from './cluster.js'
import type { PostgresLog } from './log.js'
import { isAlive, isPostmasterOf, waitUntilGone } from './processes.js'

const READY_BOUND_MS = 120_000
const RETRY_BOUND_MS = 20_000
const RETRY_MS = 150
const POLL_MS = 10
/** SIGINT is a fast shutdown with a checkpoint, SIGQUIT an immediate one. */
const STOPPING = [
  { signal: 'SIGINT', boundMs: 20_000 },
  { signal: 'SIGQUIT', boundMs: 5_000 },
  { signal: 'SIGKILL', boundMs: 5_000 },
] as const

const PASSING =
  /Address already in use|could not bind|could not create any TCP|pre-existing shared memory|lock file .* already exists/i

export interface PostgresServer {
  pid: number
  port: number
}

export const startPostgres = async (
  cluster: PostgresCluster,
  log: PostgresLog,
  signal: AbortSignal,
  wished?: number,
): Promise<PostgresServer> => {
  for (const end = Date.now() + RETRY_BOUND_MS; ; await pause(RETRY_MS, undefined, { signal })) {
    signal.throwIfAborted()
    const adopted = await adopt(cluster, signal)
    if (adopted) return adopted
    clearStale(cluster)
    const from = log.size()
    const server = launch(cluster, wished ?? (await freePort()), log)
    if (await isReady(cluster, server, signal)) return server
    await stopPostgres(server)
    signal.throwIfAborted()
    if (!PASSING.test(log.since(from)) || Date.now() > end) throw refusal(log.complaintSince(from))
  }
}

const adopt = async (cluster: PostgresCluster, signal: AbortSignal): Promise<PostgresServer | null> => {
  const { pid, port } = postmaster(cluster)
  if (!isPostmasterOf(pid, cluster.data)) return null
  const server = { pid, port }
  if (await isReady(cluster, server, signal)) return server
  await stopPostgres(server)
  return null
}

export const stopPostgres = async ({ pid }: PostgresServer): Promise<void> => {
  for (const { signal, boundMs } of STOPPING) {
    if (!isAlive(pid)) return
    try {
      process.kill(pid, signal)
    } catch {}
    if (await waitUntilGone(pid, boundMs)) return
  }
}

const launch = (cluster: PostgresCluster, port: number, log: PostgresLog): PostgresServer => {
  const set = Object.entries(settings(port, cluster.durable)).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const args = ['-D', cluster.data, ...set]
  const how = prepareCommandAs(cluster.account, cluster.binaries.postgres, args)
  const child = spawn(how.file, how.args, { ...how.options, stdio: ['ignore', log.fd, log.fd] })
  child.once('error', (error) => log.say(`could not start: ${error.message}`))
  return { pid: child.pid ?? 0, port }
}

const settings = (port: number, durable: boolean): Record<string, string | number> => ({
  listen_addresses: '127.0.0.1',
  port,
  unix_socket_directories: '',
  // Only tests use a non-durable server, from several processes with many pools.
  max_connections: durable ? 100 : 200,
  shared_buffers: durable ? '256MB' : '128MB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  max_wal_size: '2GB',
  jit: 'off',
  timezone: 'Asia/Shanghai',
  log_timezone: 'Asia/Shanghai',
  logging_collector: 'off',
  log_checkpoints: 'off',
  ...(durable
    ? {}
    : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', wal_level: 'minimal', max_wal_senders: 0 }),
})

/** Reads PostgreSQL's pid file, because another server may answer on the port. */
const isReady = async (cluster: PostgresCluster, server: PostgresServer, signal: AbortSignal): Promise<boolean> => {
  for (const end = Date.now() + READY_BOUND_MS; isAlive(server.pid); await pause(POLL_MS)) {
    if (signal.aborted || Date.now() > end) return false
    const { pid, status } = postmaster(cluster)
    if (pid === server.pid && status === 'ready') return true
    if (pid === server.pid && status === 'stopping') return false
  }
  return false
}

/** PostgreSQL would not start with a stale pid file whose pid another process has. */
const clearStale = (cluster: PostgresCluster): void => {
  const { pid } = postmaster(cluster)
  if (pid && isAlive(pid) && !isPostmasterOf(pid, cluster.data)) rmSync(pidFile(cluster), { force: true })
}

const pidFile = (cluster: PostgresCluster): string => path.join(cluster.data, 'postmaster.pid')

const postmaster = (cluster: PostgresCluster): { pid: number; port: number; status: string } => {
  try {
    const lines = readFileSync(pidFile(cluster), 'utf8').split('\n')
    return { pid: Number(lines[0]) || 0, port: Number(lines[3]) || 0, status: lines[7]?.trim() ?? '' }
  } catch {
    return { pid: 0, port: 0, status: '' }
  }
}

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  await promisify(probe.close.bind(probe))()
  return port
}

const refusal = (reason: string): Refusal => new Refusal('DATABASE_EMBEDDED', { reason })
