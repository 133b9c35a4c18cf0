/**
 * Runs a folder's PostgreSQL in its own session, out of reach of Ctrl-C, until the last member's connection closes,
 * even by kill -9. Usage: node supervisor.js FOLDER durable|hasty
 */
import { randomBytes } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import type { ClientConfig } from 'pg'
import { isRefusal, Refusal, reasonOf } from '../../foundation/errors.js'
import * as claims from './claims.js'
import { DATABASE_NAME, openCluster, type PostgresCluster } from './cluster.js'
import { openLog, type PostgresLog } from './log.js'
import { type MessageToMember, type MessageToSupervisor, onMessage, sendMessage } from './member-protocol.js'
import { type PostgresServer, startPostgres, stopPostgres } from './server.js'

const CONNECT_BOUND_MS = 10_000
const QUERY_BOUND_MS = 60_000

/** Creates the hub's database if absent, and checks that it finds trigrams in Chinese text. */
const createAndProveDatabase = async (port: number, password: string): Promise<void> => {
  const ask = asker({ port, password })
  const [there] = await ask('postgres', `select from pg_database where datname = '${DATABASE_NAME}'`)
  if (!there) await ask('postgres', `create database ${DATABASE_NAME}`)
  const [trigrams] = await ask(
    DATABASE_NAME,
    'create extension if not exists pg_trgm',
    `select show_trgm('长春') <> '{}' as seen`,
  )
  if (trigrams?.seen !== true) {
    const reason = '三元组检索不识别中文 trigrams of Chinese are empty: the locale of the cluster is not a UTF-8 one'
    throw new Refusal('DATABASE_EMBEDDED', { reason })
  }
}

const asker =
  (where: Pick<ClientConfig, 'port' | 'password'>) =>
  async (database: string, ...steps: string[]) => {
    const { default: pg } = await import('pg')
    const bounds = { connectionTimeoutMillis: CONNECT_BOUND_MS, query_timeout: QUERY_BOUND_MS }
    const client = new pg.Client({ ...where, ...bounds, host: '127.0.0.1', user: DATABASE_NAME, database, ssl: false })
    // An unhandled `error` event would end the process. The query fails anyway.
    client.on('error', () => {})
    await client.connect()
    try {
      let rows: { seen?: boolean }[] = []
      for (const sql of steps) rows = (await client.query(sql)).rows
      return rows
    } finally {
      await client.end()
    }
  }

const FIRST_MEMBER_MS = 10_000
const INTRODUCTION_MS = 2_000
const LOG_CHECK_MS = 60_000
const TOKEN_BYTES = 24
const REVIVALS = { most: 5, withinMs: 60_000 }

interface SupervisorState {
  folder: string
  durable: boolean
  claim: string
  token: string
  log: PostgresLog
  members: Set<Socket>
  abort: AbortController
  working: Promise<void>
  server: PostgresServer | null
  answer: MessageToMember | null
  revivals: number[]
  ending: boolean
}

const supervise = async (folder: string, durable: boolean): Promise<void> => {
  process.title = 'hub-postgres-supervisor'
  const claim = await claims.stakeClaim(folder)
  if (!claim) return
  const watch: SupervisorState = {
    folder,
    durable,
    claim,
    token: randomBytes(TOKEN_BYTES).toString('hex'),
    log: openLog(folder),
    members: new Set(),
    abort: new AbortController(),
    working: Promise.resolve(),
    server: null,
    answer: null,
    revivals: [],
    ending: false,
  }
  heedSignals(watch)
  watch.log.bound()
  setInterval(watch.log.bound, LOG_CHECK_MS)
  openDoor(watch)
  work(watch, () => bringUp(watch))
  setTimeout(() => watch.members.size === 0 && end(watch), FIRST_MEMBER_MS)
}

const heedSignals = (watch: SupervisorState): void => {
  for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => {})
  process.on('SIGTERM', () => dismiss(watch, { say: 'over' }))
  process.on('uncaughtException', (error) => refuse(watch, error))
}

const openDoor = (watch: SupervisorState): void => {
  const listener = createServer({ allowHalfOpen: true }, (socket) => welcome(watch, socket))
  listener.listen(0, '127.0.0.1', () => {
    const address = listener.address()
    if (typeof address === 'object' && address && !watch.ending)
      claims.postAddress(watch.claim, { port: address.port, token: watch.token })
  })
}

const welcome = (watch: SupervisorState, socket: Socket): void => {
  const { members } = watch
  const stranger = setTimeout(() => socket.destroy(), INTRODUCTION_MS)
  onMessage<MessageToSupervisor>(socket, ({ token }) => {
    if (token !== watch.token || watch.ending) return socket.destroy()
    clearTimeout(stranger)
    members.add(socket)
    if (watch.answer) sendMessage(socket, watch.answer)
  })
  const left = () => {
    clearTimeout(stranger)
    const last = members.delete(socket) && members.size === 0
    // The last member's connection stays open until PostgreSQL has stopped: its closing tells the member so.
    if (last) end(watch)
    else if (!watch.ending) socket.end()
  }
  socket.on('end', left)
  socket.on('close', left)
  socket.on('error', () => socket.destroy())
}

const bringUp = async (watch: SupervisorState): Promise<void> => {
  const { log, abort } = watch
  const cluster = await openCluster(watch.folder, watch.durable, log, abort.signal)
  watch.server = await startPostgres(cluster, log, abort.signal)
  await serve(watch, cluster, watch.server)
}

const serve = async (watch: SupervisorState, cluster: PostgresCluster, server: PostgresServer): Promise<void> => {
  await createAndProveDatabase(server.port, cluster.password)
  watch.answer = {
    say: 'ready',
    url: `postgres://${DATABASE_NAME}:${cluster.password}@127.0.0.1:${server.port}/${DATABASE_NAME}`,
  }
  for (const member of watch.members) sendMessage(member, watch.answer)
  void server.gone.then(() => {
    watch.server = null
    work(watch, () => revive(watch, cluster, server.port))
  })
}

/** Restarts PostgreSQL on the same port, because members hold its address. */
const revive = async (watch: SupervisorState, cluster: PostgresCluster, port: number): Promise<void> => {
  const now = Date.now()
  watch.answer = null
  watch.revivals = [...watch.revivals.filter((at) => at > now - REVIVALS.withinMs), now]
  if (watch.revivals.length > REVIVALS.most) throw new Error('PostgreSQL 反复退出 it keeps dying; see pg.log')
  watch.log.say('PostgreSQL died; starting it again')
  watch.server = await startPostgres(cluster, watch.log, watch.abort.signal, port)
  await serve(watch, cluster, watch.server)
}

const work = (watch: SupervisorState, job: () => Promise<void>): void => {
  if (!watch.ending) watch.working = job().catch((error) => refuse(watch, error))
}

const refuse = (watch: SupervisorState, error: unknown): void => {
  if (watch.ending) return
  const reason = isRefusal(error) ? String(error.details.reason) : reasonOf(error)
  watch.log.say(`error: ${reason}`)
  process.exitCode = 1
  dismiss(watch, { say: 'refused', reason })
}

const dismiss = (watch: SupervisorState, message: MessageToMember): void => {
  for (const member of watch.members) sendMessage(member, message)
  end(watch)
}

const end = (watch: SupervisorState): void => {
  if (watch.ending) return
  watch.ending = true
  void finish(watch)
}

const finish = async (watch: SupervisorState): Promise<void> => {
  claims.clearAddress(watch.claim)
  watch.abort.abort()
  if (watch.server) await stopPostgres(watch.server)
  await watch.working
  if (watch.server) await stopPostgres(watch.server)
  claims.releaseClaim(watch.claim)
  process.exit()
}

const [folder, manner] = process.argv.slice(2)
if (folder) await supervise(folder, manner !== 'hasty')
