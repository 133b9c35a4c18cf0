import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { callerAddressOf } from '../../domain/access/rate.js'
import { PUBLIC_VIEWER, type Role } from '../../domain/access/viewer.js'
import { redactIdNumbers } from '../../domain/records/privacy.js'
import type { Keys } from '../../foundation/keys.js'
import type { Log } from '../../foundation/log.js'
import { LRUCache } from '../../foundation/lru.js'
import { withoutAccessCodes } from '../../foundation/text/access-code.js'
import type { AnswerPool } from '../../store/db/answer-pool.js'
import type { Db } from '../../store/db/db.js'
import type { ApiDependencies } from './dependencies.js'
import { isUnsafeMethod, makeRequestDatabase } from './request-database.js'
import { readRequestId } from './request-id.js'

const PURPOSE_MOST = 200
export const PURPOSE_LENGTH_MOST = 2_000
const REMEMBERED = 300

type TextCache = LRUCache<string, string>
export const makeTextCache = (): TextCache => new LRUCache({ max: REMEMBERED })

const purposes = makeTextCache()

const purposeOf = ({ headers }: IncomingMessage, pseudonymOf: (id: string) => string): string | null => {
  const sent = headers['x-purpose'] ?? ''
  const header = Array.isArray(sent) ? sent.join(' ') : sent
  if (header === '') return null
  const purpose = cachedText(purposes, header, () => {
    const text = withoutAccessCodes(redactIdNumbers(decoded(header).replace(/\p{C}+/gu, ' '), pseudonymOf))
    return [...text.trim()].slice(0, PURPOSE_MOST).join('')
  })
  return purpose === '' ? null : purpose
}

export const cachedText = (known: TextCache, text: string, made: () => string): string => {
  const before = known.get(text)
  if (before !== undefined) return before
  const after = made()
  if (text.length <= PURPOSE_LENGTH_MOST) known.set(text, after)
  return after
}

/** Node gives headers as Latin-1; senders mean UTF-8, some percent-encoded. */
const decoded = (header: string): string => {
  const text = attempt(() => new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1')), header)
  return attempt(() => decodeURIComponent(text), text)
}

const attempt = (read: () => string, otherwise: string): string => {
  try {
    return read()
  } catch {
    return otherwise
  }
}

export const GRAPHQL_URL = new URL('http://hub/graphql')

type RequestContextDependencies = Pick<ApiDependencies, 'answers' | 'now' | 'log' | 'proxies'> &
  Partial<Pick<ApiDependencies, 'readers'>> & {
    keys: Pick<Keys, 'pseudonymOf'>
  }

const CONTEXT = Symbol('request context')
type RequestWithContext = IncomingMessage & { [CONTEXT]?: HttpRequestContext }

export const beginRequestContext = (
  request: RequestWithContext,
  response: ServerResponse,
  parts: RequestContextDependencies,
): HttpRequestContext => {
  const context = new HttpRequestContext(request, response, parts)
  request[CONTEXT] = context
  return context
}

export const getRequestContext = (request: RequestWithContext): HttpRequestContext => {
  const context = request[CONTEXT]
  if (context === undefined) throw new Error('the server has not begun this request')
  return context
}

/** A class with accessors, and no WeakMap: see `api/fast/README.md`. */
export class HttpRequestContext {
  readonly url: URL
  readonly now: Date
  readonly requestId: string
  readonly address: string
  readonly purpose: string | null
  readonly refused: string[] = []
  role: Role = PUBLIC_VIEWER.role
  #log: Log | null = null
  #db: Db | null = null
  #readDb: Db | null = null

  constructor(
    private readonly request: IncomingMessage,
    readonly response: ServerResponse,
    private readonly parts: RequestContextDependencies,
  ) {
    const { now, keys, proxies = 0 } = parts
    const forwarded = String(request.headers['x-forwarded-for'] ?? '')
    this.url = targetOf(request.url ?? '/')
    this.now = now()
    this.requestId = readRequestId(request.headers) ?? randomUUID()
    this.address = callerAddressOf(request.socket.remoteAddress ?? '', forwarded, proxies)
    this.purpose = purposeOf(request, keys.pseudonymOf)
  }

  get log(): Log {
    this.#log ??= this.parts.log.child({ request: this.requestId })
    return this.#log
  }

  get db(): Db {
    this.#db ??= this.#databaseOf(this.parts.answers)
    return this.#db
  }

  get readDb(): Db {
    const { answers, readers = answers } = this.parts
    if (readers === answers) return this.db
    this.#readDb ??= this.#databaseOf(readers)
    return this.#readDb
  }

  #databaseOf(pool: AnswerPool): Db {
    const { requestId, request, response } = this
    return makeRequestDatabase(pool, { requestId, response, acts: () => isUnsafeMethod(request.method) })
  }
}

const targetOf = (target: string): URL => {
  if (target === GRAPHQL_URL.pathname) return GRAPHQL_URL
  const text = `http://hub${target.startsWith('/') ? target : `/${target}`}`
  return URL.canParse(text) ? new URL(text) : new URL('http://hub/-')
}

/** Null for more than `most` bytes; discards the rest. */
export const readBody = async (request: IncomingMessage, most: number): Promise<Buffer | null> => {
  if (Number(request.headers['content-length'] ?? 0) > most) {
    request.resume()
    return null
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= most) chunks.push(chunk)
      else resolve(null)
    })
    request.on('end', () => resolve(Buffer.concat(chunks)))
    request.on('error', reject)
  })
}
