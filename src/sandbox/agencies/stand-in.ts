/** The skeleton of a stand-in agency: a real HTTP server with fixed paths, which misbehaves when told to. */
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { Refusal } from '../../errors.js'

const HOST = '127.0.0.1'
const BODY_BYTES_MAX = 64 * 1024
const GARBAGE_BYTES = 4096
const RETRY_AFTER = '1' // seconds

export interface Behaviour {
  delayMs: number
  /** So many of the next questions are answered 503 with Retry-After. */
  failNext: number
  /** Random bytes instead of the answer. */
  garbage: boolean
  /** The connection breaks after so many bytes of the answer; null: never. */
  cutAfterBytes: number | null
}

export interface StandIn {
  id: string
  url: string
  close(): Promise<void>
  behave(behaviour: Partial<Behaviour>): void
  /** Questions so far, those answered badly too; orders to behave are none. */
  readonly asked: number
}

export interface Asked {
  query: URLSearchParams
  body: string
}

export interface Answer {
  status: number
  type: string
  body: Buffer
}

/** What stands at 'GET /registry'. */
export type Routes = Record<string, (asked: Asked) => Answer>

export const startStandIn = async (id: string, routes: Routes, port = 0): Promise<StandIn> => {
  const behaviour: Behaviour = { delayMs: 0, failNext: 0, garbage: false, cutAfterBytes: null }
  let asked = 0

  const reply = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const body = await bodyOf(request)
    if (body === null) return send(response, json(413, { message: '请求过大 Too large' }))
    const { pathname, searchParams } = new URL(request.url ?? '/', `http://${HOST}`)
    if (request.method === 'POST' && pathname === '/_behave') return send(response, toldOverHttp(body))
    asked += 1
    if (behaviour.delayMs > 0) await wait(behaviour.delayMs, undefined, { signal: gone.signal })
    if (behaviour.failNext > 0) {
      behaviour.failNext -= 1
      return send(response, json(503, { message: '系统繁忙 Busy' }), { 'retry-after': RETRY_AFTER })
    }
    const route = routes[`${request.method} ${pathname}`]
    if (!route) return send(response, json(404, { message: '没有这个地址 Not found' }))
    const answer = route({ query: searchParams, body })
    const spoilt = behaviour.garbage ? { ...answer, body: randomBytes(GARBAGE_BYTES) } : answer
    if (behaviour.cutAfterBytes !== null) return cutOff(response, spoilt, behaviour.cutAfterBytes)
    sendTagged(request, response, spoilt)
  }

  const toldOverHttp = (body: string): Answer => {
    const wanted = behaviourIn(body)
    if (!wanted) return json(400, { message: '无法识别的行为 Not a behaviour' })
    Object.assign(behaviour, wanted)
    return json(200, behaviour)
  }

  const server = createServer((request, response) => {
    reply(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new Refusal('PORT_IN_USE', { port }) : error),
    )
    server.listen(port, HOST, resolve)
  })
  return {
    id,
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
    behave: (wanted) => {
      Object.assign(behaviour, wanted)
    },
    get asked() {
      return asked
    },
  }
}

const bodyOf = async (request: IncomingMessage): Promise<string | null> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= BODY_BYTES_MAX) chunks.push(chunk)
  }
  return bytes > BODY_BYTES_MAX ? null : Buffer.concat(chunks).toString('utf8')
}

/** An answer that may be asked for again by its tag, as a polite agency's can. */
const sendTagged = (request: IncomingMessage, response: ServerResponse, answer: Answer): void => {
  const etag = `"${createHash('sha256').update(answer.body).digest('hex').slice(0, 32)}"`
  const tagged = request.method === 'GET' && answer.status === 200
  if (tagged && request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end()
  else send(response, answer, tagged ? { etag } : {})
}

const send = (response: ServerResponse, answer: Answer, headers: Record<string, string> = {}): void => {
  response.writeHead(answer.status, headersOf(answer, headers)).end(answer.body)
}

/** The whole length is promised, so that whoever asked can tell that something is missing. */
const cutOff = (response: ServerResponse, answer: Answer, bytes: number): void => {
  response.writeHead(answer.status, headersOf(answer, {}))
  response.write(answer.body.subarray(0, bytes), () => response.destroy())
}

const headersOf = (answer: Answer, headers: Record<string, string>): Record<string, string | number> => ({
  'content-type': answer.type,
  'content-length': answer.body.length,
  ...headers,
})

export const json = (status: number, value: unknown): Answer => ({
  status,
  type: 'application/json; charset=utf-8',
  body: Buffer.from(JSON.stringify(value)),
})

/** Only known names with values of their type: a misspelt wish is told, not swallowed. */
const behaviourIn = (body: string): Partial<Behaviour> | null => {
  const value = objectIn(body)
  return value !== null && Object.entries(value).every(([name, wish]) => WISHES.get(name)?.(wish)) ? value : null
}

const isCount = (wish: unknown): boolean => Number.isInteger(wish) && Number(wish) >= 0

const WISHES = new Map<string, (wish: unknown) => boolean>([
  ['delayMs', isCount],
  ['failNext', isCount],
  ['garbage', (wish) => typeof wish === 'boolean'],
  ['cutAfterBytes', (wish) => wish === null || isCount(wish)],
])

/** The JSON object that a text is; null if it is none. */
export const objectIn = (text: string): Record<string, unknown> | null => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

/** A whole number from 1, as a question gives it; `otherwise` if it gives none, null if it is no such number. */
export const countIn = (wish: unknown, otherwise: number, most: number): number | null => {
  if (wish === null || wish === undefined) return otherwise
  const count = Number(wish)
  return Number.isInteger(count) && count >= 1 && count <= most ? count : null
}
