/**
 * Runs a folder's PostgreSQL in its own session, out of reach of Ctrl-C, until no member lives. Usage: node supervisor.js
 * FOLDER durable|hasty
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { ClientConfig } from 'pg'
import { isRefusal, Refusal, reasonOf } from '../../foundation/errors.js'
import * as claims from './claims.js'
import { DATABASE_NAME, openCluster } from './cluster.js'
import { openLog, type PostgresLog } from './log.js'
import { isAlive } from './processes.js'
import { type PostgresServer, startPostgres, stopPostgres } from './server.js'

const CONNECT_BOUND_MS = 10_000
const QUERY_BOUND_MS = 60_000
const LOG_CHECK_MS = 60_000
/** Outside Linux, each check of a process runs `ps`. */
const POLL_MS = process.platform === 'linux' ? 200 : 500
const REVIVALS = { most: 5, withinMs: 60_000 }

interface SupervisedFolder {
  folder: string
  claim: string
  log: PostgresLog
  signal: AbortSignal
}

const supervise = async (folder: string, durable: boolean): Promise<void> => {
  process.title = 'hub-postgres-supervisor'
  const claim = claims.makeClaim(folder, 'supervisor')
  // If all simultaneous supervisors yield, a waiting hub starts another.
  if (claims.findLivingClaims(folder, 'supervisor').length > 1) return claims.releaseClaim(claim)
  const log = openLog(folder)
  log.bound()
  setInterval(log.bound, LOG_CHECK_MS)
  const abort = new AbortController()
  for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => {})
  process.on('SIGTERM', () => abort.abort())
  try {
    await keepRunning({ folder, claim, log, signal: abort.signal }, durable)
  } catch (error) {
    // Members whose claims are gone start no other supervisor.
    for (const member of claims.findLivingClaims(folder, 'member')) claims.releaseClaim(member)
    if (!abort.signal.aborted) {
      log.say(`error: ${isRefusal(error) ? String(error.details.reason) : reasonOf(error)}`)
      process.exitCode = 1
    }
  }
  claims.releaseClaim(claim)
  process.exit()
}

/** A dead PostgreSQL restarts on the same port: its users keep the address. */
const keepRunning = async (supervised: SupervisedFolder, durable: boolean): Promise<void> => {
  const { folder, log, signal } = supervised
  const cluster = await openCluster(folder, durable, log, signal)
  let port: number | undefined
  for (let revivals: number[] = []; ; ) {
    const server = await startPostgres(cluster, log, signal, port)
    port = server.port
    try {
      await createAndProveDatabase(port, cluster.password)
      await serveMembers(supervised, server, cluster.password)
      if (isAlive(server.pid)) return
    } finally {
      await stopPostgres(server)
    }
    const now = Date.now()
    revivals = [...revivals.filter((at) => at > now - REVIVALS.withinMs), now]
    if (revivals.length > REVIVALS.most) throw new Error('PostgreSQL 反复退出 it keeps dying; see pg.log')
    log.say('PostgreSQL died; starting it again')
  }
}

const createAndProveDatabase = async (port: number, password: string): Promise<void> => {
  const [there] = await ask(
    { port, password },
    'postgres',
    `select from pg_database where datname = '${DATABASE_NAME}'`,
  )
  if (!there) await ask({ port, password }, 'postgres', `create database ${DATABASE_NAME}`)
  await ask({ port, password }, DATABASE_NAME, 'create extension if not exists pg_trgm')
  const [trigrams] = await ask({ port, password }, DATABASE_NAME, `select show_trgm('长春') <> '{}' as seen`)
  if (trigrams?.seen !== true) {
    const reason = '三元组检索不识别中文 trigrams of Chinese are empty: the locale of the cluster is not a UTF-8 one'
    throw new Refusal('DATABASE_EMBEDDED', { reason })
  }
}

const ask = async (where: Pick<ClientConfig, 'port' | 'password'>, database: string, sql: string) => {
  const { default: pg } = await import('pg')
  const bounds = { connectionTimeoutMillis: CONNECT_BOUND_MS, query_timeout: QUERY_BOUND_MS }
  const client = new pg.Client({ ...where, ...bounds, host: '127.0.0.1', user: DATABASE_NAME, database, ssl: false })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<{ seen?: boolean }>(sql)).rows
  } finally {
    await client.end()
  }
}

const serveMembers = async (
  { folder, claim, signal }: SupervisedFolder,
  { pid, port }: PostgresServer,
  password: string,
): Promise<void> => {
  const url = `postgres://${DATABASE_NAME}:${password}@127.0.0.1:${port}/${DATABASE_NAME}`
  let posted: string | null = null
  while (isAlive(pid) && posted !== '') {
    try {
      const members = claims.findLivingClaims(folder, 'member')
      if (members.length > 0 && members.join() !== posted) claims.postAddress(claim, url, members)
      posted = members.join()
    } catch {}
    if (posted !== '') await pause(POLL_MS, undefined, { signal })
  }
  claims.writeClaim(claim)
}

const [folder, manner] = process.argv.slice(2)
if (folder) await supervise(folder, manner !== 'hasty')
