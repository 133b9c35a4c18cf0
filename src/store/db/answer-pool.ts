import type { EventEmitter } from 'node:events'
import { isIP, type Socket } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'
import type { ConnectionOptions } from 'node:tls'
import pg from 'pg'
import type { PoolUsage } from '../../foundation/metrics.js'
import { answerInTime, COMMIT_WAIT_MS, CommitUnanswered, isWrite, makeUnansweredCommits } from './commit-wait.js'
import { ACQUIRE_TIMEOUT_MS, type Db, isConnectionLost, type ReadHandle, reportIfDiskFull } from './db.js'
import type { ConnectionLender } from './handle.js'
import { type RunStatement, runStatement, transactionOn } from './pg-statement.js'
import { HAS_CHANGED, isNotRun, makeWait, type PrimaryWait, repeatUntilServed, verifyServer } from './primary.js'
import { isReadOnly } from './sqlstate.js'

const POOL_MAX = 10
const IDLE_MS = 30_000
/** A cancel request before its statement begins has no effect. */
const CANCEL_AFTER_MS = [0, 100, 1_000]
const CANCEL_CONNECT_MS = 5_000
const ONE_INSTANT = { isolationLevel: 'repeatable read', readOnly: true, mayRepeat: true } as const
const REQUEST_NAME = /^[\w.-]{1,64}$/
/** JIT is off, because compiling a statement costs as much as a hundred executions. */
const PLANNING = {
  ONE_PLAN: ['plan_cache_mode=force_generic_plan', 'jit=off'],
  ONE_PLAN_BY_INDEX: ['plan_cache_mode=force_generic_plan', 'enable_seqscan=off', 'jit=off'],
} as const

export interface AnswerPoolOptions {
  what: string
  max?: number
  statementMs?: number
  /**
   * ONE_PLAN reuses one generic plan, for reads by key. ONE_PLAN_BY_INDEX also forbids sequential scans, which a plan
   * made on an empty table would take.
   */
  prepared?: keyof typeof PLANNING
  /** The address leads through a pooler: settings go into each transaction, own connections to `directUrl`. */
  pooled?: { directUrl: string } | null
  /** How long a question waits for a primary; default 0. */
  waitMs?: number
  /** Awaited before another server is used than before. */
  onServerChanged?: () => Promise<unknown>
  /** Lets the pool lead to standbys. Throws where one is too old for the next statement. */
  checkFresh?: (client: pg.PoolClient) => Promise<void>
}

interface RequestTag {
  name: string
  over?: AbortSignal
}

export interface AnswerPool extends Db {
  /** Statements carry the request's id. An abort throws the signal's reason. */
  forRequest(tag: RequestTag): Db
  /** Reads in one repeatable read transaction. `act` begins anew when the connection is lost. */
  atOneInstant<T>(signal: AbortSignal, act: (reads: ReadHandle) => Promise<T>): Promise<T>
  beside(options: AnswerPoolOptions): AnswerPool
  /** For callers that wait for a primary themselves, up to `waitMs`. */
  readonly withoutWait: Db
  readonly waitMs: number
  onStatement(hear: (sql: string) => void): () => void
  usage(): PoolUsage
  close(): Promise<void>
}

export const openAnswerPool = (url: string, options: AnswerPoolOptions): AnswerPool => openPool(url, options, new Set())

const settingsOf = ({ statementMs, prepared, checkFresh }: AnswerPoolOptions): string[] => [
  ...(checkFresh === undefined ? [] : ['default_transaction_read_only=on']),
  ...(statementMs === undefined ? [] : [`statement_timeout=${statementMs}`]),
  ...(prepared ? PLANNING[prepared] : []),
]

/** A pooler refuses start-up parameters. */
const addressOf = (url: string, { what, pooled }: AnswerPoolOptions, settings: readonly string[]): pg.ClientConfig => ({
  connectionString: url,
  application_name: `hub ${what}`,
  connectionTimeoutMillis: ACQUIRE_TIMEOUT_MS,
  keepAlive: true,
  ...(!pooled && settings.length > 0 && { options: settings.map((one) => `-c ${one}`).join(' ') }),
})

const makePool = (
  settings: pg.ClientConfig,
  { max = POOL_MAX, onServerChanged, checkFresh }: Pick<AnswerPoolOptions, 'max' | 'onServerChanged' | 'checkFresh'>,
  unanswered: UnansweredCommits,
): pg.Pool => {
  const verify = checkFresh === undefined && { verify: verifyServer(onServerChanged, unanswered.noteServer) }
  const pool = new pg.Pool({ ...settings, max, idleTimeoutMillis: IDLE_MS, ...verify })
  pool.on('error', () => undefined)
  // Without a listener, a lost connection would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

const openPool = (url: string, options: AnswerPoolOptions, listeners: Set<(sql: string) => void>): AnswerPool => {
  const { prepared, pooled = null, waitMs = 0, checkFresh, onServerChanged } = options
  const settings = settingsOf(options)
  const unanswered = makeUnansweredCommits()
  const pool = makePool(addressOf(url, options, settings), options, unanswered)
  const cancelling = new Set<Promise<void>>()
  let closing: Promise<void> | null = null
  const besides: AnswerPool[] = []

  const query: PoolParts['query'] = async (on, sql, bindings, comment, commits = sql === 'commit') => {
    for (const hear of listeners) hear(sql)
    try {
      const answer = runStatement(on, sql, bindings, { comment, prepared: prepared !== undefined })
      return await (commits ? answerInTime(answer, COMMIT_WAIT_MS, on) : answer)
    } catch (error) {
      reportIfDiskFull(error)
      throw error
    }
  }

  const held = makeLending(pool, { cancelling, pooled: pooled !== null, checkFresh, unanswered })
  const local = pooled && settings.length > 0 ? settings.map((one) => `; set local ${one}`).join('') : ''
  const own = addressOf(pooled?.directUrl ?? url, { ...options, pooled: null }, settings)
  const handleOf = (tag: HandleTag) => makeHandle({ own, local, waitMs, query, held, unanswered, onServerChanged }, tag)
  const whole: AnswerPool = {
    ...handleOf({}),
    withoutWait: handleOf({ wait: makeWait(0) }),
    waitMs,
    forRequest: (tag) => {
      if (!REQUEST_NAME.test(tag.name)) throw new Error('no name of a request')
      const handle = handleOf({ ...tag, wait: makeWait(waitMs) })
      noteProcessWide(handle, whole)
      return handle
    },
    atOneInstant: (signal, act) => handleOf({ over: signal }).transaction(act, ONE_INSTANT),
    beside: (more) => {
      const { what: _, max: __, prepared: ___, ...same } = options
      const opened = openPool(url, { ...same, ...more }, listeners)
      besides.push(opened)
      return opened
    },
    onStatement: (hear) => {
      listeners.add(hear)
      return () => listeners.delete(hear)
    },
    usage: () => ({ used: pool.totalCount - pool.idleCount, free: pool.idleCount, waiting: pool.waitingCount }),
    close: async () => {
      await Promise.all(besides.map((each) => each.close()))
      unanswered.close()
      closing ??= pool.end()
      await closing
      await Promise.all(cancelling)
    },
  }
  return whole
}

type HandleTag = Partial<RequestTag> & { wait?: PrimaryWait }

interface PoolParts {
  own: pg.ClientConfig
  local: string
  waitMs: number
  query: (
    on: Pick<pg.Pool, 'query'>,
    sql: string,
    bindings: object | undefined,
    comment: string,
    commits?: boolean,
  ) => Promise<pg.QueryResult>
  held: ReturnType<typeof makeLending>
  unanswered: UnansweredCommits
  onServerChanged: AnswerPoolOptions['onServerChanged']
}

const makeRunners =
  (query: PoolParts['query'], comment: string) =>
  (client: pg.PoolClient): RunStatement =>
  (sql, bindings) =>
    query(client, sql, bindings, comment)

const makeHandle = (
  { own, local, waitMs, query, held, unanswered, onServerChanged }: PoolParts,
  { name, over, wait: shared }: HandleTag,
): Db & ConnectionLender => {
  const comment = name === undefined ? '' : `/* request=${name} */ `
  const pooling = local === '' ? {} : { local: `${local}; ${HAS_CHANGED}`, onServerChanged }
  const newWaiting = () => ({ wait: shared ?? makeWait(waitMs), signal: over })
  const runOn = makeRunners(query, comment)
  const transactionIn =
    (waiting: QuestionWait, writes = true): Db['transaction'] =>
    async (act, options) => {
      if (writes && !options?.readOnly) unanswered.admitWrite()
      return held(waiting, (client) => transactionOn(client, act, { ...options, ...pooling }, runOn(client)))
    }
  const once = async (waiting: QuestionWait, sql: string, bindings: object | undefined) => {
    const writes = isWrite(sql)
    if (local !== '') return transactionIn(waiting, writes)((tx) => Promise.resolve(tx.raw(sql, bindings)))
    if (writes) unanswered.admitWrite()
    return held(waiting, (client) => query(client, sql, bindings, comment, writes))
  }
  /** A statement of a lost connection may have run. In a read-only transaction the server refuses one that writes. */
  const readAgain = (waiting: QuestionWait, sql: string, bindings: object | undefined, lost: unknown) => {
    const read = () => transactionIn(waiting)((tx) => Promise.resolve(tx.raw(sql, bindings)), { readOnly: true })
    const mayRepeat = (error: unknown) => isConnectionLost(error) && !isReadOnly(error)
    return repeatUntilServed(read, mayRepeat, waiting).catch((error) => {
      throw isReadOnly(error) ? lost : error
    })
  }
  return {
    raw: (sql, bindings) => {
      const waiting = newWaiting()
      return repeatUntilServed(() => once(waiting, sql, bindings), isNotRun, waiting).catch((error) => {
        if (waitMs === 0 || isNotRun(error) || error instanceof CommitUnanswered || !isConnectionLost(error))
          throw error
        return readAgain(waiting, sql, bindings, error)
      })
    },
    transaction: (act, options) => {
      const waiting = newWaiting()
      const begin = () => transactionIn(waiting)(act, options)
      return options?.mayRepeat ? repeatUntilServed(begin, isConnectionLost, waiting) : begin()
    },
    withConnection: (act) =>
      held(newWaiting(), (client) =>
        local === '' ? act(client) : transactionOn(client, () => act(client), pooling, runOn(client)),
      ),
    withOwnConnection: async (act) => {
      const client = new pg.Client(own)
      client.on('error', () => undefined)
      try {
        await client.connect()
        return await act(client)
      } finally {
        await client.end()
      }
    },
  }
}

interface QuestionWait {
  wait: PrimaryWait
  signal: AbortSignal | undefined
}

interface LendingParts {
  checkFresh: AnswerPoolOptions['checkFresh'] | undefined
  cancelling: Set<Promise<void>>
  pooled: boolean
  unanswered: UnansweredCommits
}

type UnansweredCommits = ReturnType<typeof makeUnansweredCommits>

const makeLending =
  (pool: pg.Pool, { cancelling, pooled, checkFresh, unanswered }: LendingParts) =>
  async <T>(waiting: QuestionWait, act: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const { signal } = waiting
    signal?.throwIfAborted()
    const client = await repeatUntilServed(() => pool.connect(), isConnectionLost, waiting)
    let isGivenUp = false
    let release = (): void => client.release()
    let end = (): void => undefined
    const giveUp = (): void => {
      isGivenUp = true
      const cancelled = cancel(client).finally(() => cancelling.delete(cancelled))
      cancelling.add(cancelled)
      // A pooler drops a cancel whose client is gone.
      const mayClose = pooled && Promise.race([cancelled, new Promise<void>((resolve) => (end = resolve))])
      if (mayClose) void mayClose.then(() => client.release(true))
      else client.release(true)
    }
    if (signal?.aborted) client.release()
    signal?.throwIfAborted()
    signal?.addEventListener('abort', giveUp, { once: true })
    try {
      await checkFresh?.(client)
      return await act(client)
    } catch (error) {
      if (isGivenUp) signal?.throwIfAborted()
      if (isReadOnly(error)) release = () => client.release(true)
      if (error instanceof CommitUnanswered && error.on === client) release = () => unanswered.keep(client, error)
      throw error
    } finally {
      signal?.removeEventListener('abort', giveUp)
      if (!isGivenUp) release()
      end()
    }
  }

const beneath = new WeakMap<Db, AnswerPool>()

export const noteProcessWide = (handle: Db, pool: AnswerPool): void => void beneath.set(handle, pool)

/** Handle for shared work of caches, which outlasts the request that began it. */
export const getProcessWideHandle = (db: Db): Db => beneath.get(db) ?? db

interface BackendConnection {
  processID: number
  secretKey: number
  connection: { stream: Socket; ssl: boolean | ConnectionOptions }
  host: string
  port: number
}

interface CancelConnection extends EventEmitter {
  stream: Socket
  connect(port: number | string, host?: string): void
  requestSsl(): void
  cancel(processId: number, secretKey: number): void
}

/** Sends CancelRequest (PostgreSQL protocol 3.0), which a pooler forwards, by TLS like the connection. */
const cancel = async (client: pg.PoolClient): Promise<void> => {
  const { processID, secretKey, host, port, connection } = client as unknown as BackendConnection
  const { remoteAddress } = connection.stream
  const ssl = connection.ssl && { ...Object(connection.ssl), host, servername: isIP(host) === 0 ? host : undefined }
  for (const ms of CANCEL_AFTER_MS) {
    await after(ms)
    await new Promise<void>((resolve) => {
      const sending = new pg.Connection({ ssl }) as unknown as CancelConnection
      const send = () => sending.cancel(processID, secretKey)
      sending.on('error', () => undefined).on('end', resolve)
      sending.on('connect', () => (ssl ? sending.requestSsl() : send())).on('sslconnect', send)
      sending.stream.setTimeout(CANCEL_CONNECT_MS, () => sending.stream.destroy())
      if (host.startsWith('/')) sending.connect(`${host}/.s.PGSQL.${port}`)
      else sending.connect(port, remoteAddress ?? host)
    })
  }
}
