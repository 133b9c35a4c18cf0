import { type IncomingMessage, type Server, type ServerOptions, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { networkOf } from '../../foundation/http/addresses.js'
import type { ApiDependencies } from './dependencies.js'

export const REQUEST_TIMEOUT_MS = 30_000
const UPLOAD_MS = 300_000
const HEADERS_MS = 15_000
const CHECKING_MS = 2_000
const KEEP_ALIVE_MS = 5_000
const HEADER_BYTES = 16_384
export const HEADER_LINES = 100
/** Most open connections. The limit per address (one /64 in IPv6) applies only without own proxies. */
const CONNECTIONS_MOST = 10_000
const CONNECTIONS_OF_ONE = 1_000
export const PIPELINED_REQUESTS_MOST = 64

export const HTTP_SERVER_OPTIONS: ServerOptions = {
  requestTimeout: UPLOAD_MS,
  headersTimeout: HEADERS_MS,
  connectionsCheckingInterval: CHECKING_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  maxHeaderSize: HEADER_BYTES,
}

export const limitConnectionCount = (
  server: Server,
  { proxies, most = CONNECTIONS_OF_ONE }: { proxies: number; most?: number },
) => {
  server.maxConnections = CONNECTIONS_MOST
  // Node would drop the lines behind a limit, among them the address that a proxy appends.
  server.maxHeadersCount = 0
  if (proxies > 0) return
  const open = new Map<string, number>()
  server.on('connection', (socket: Socket) => {
    const address = networkOf(socket.remoteAddress ?? '')
    const held = (open.get(address) ?? 0) + 1
    open.set(address, held)
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1
      if (left === 0) open.delete(address)
      else open.set(address, left)
    })
    if (held > most) socket.destroy()
  })
}

export const refuseUnreadable = (server: Server, { log, metrics }: Pick<ApiDependencies, 'log' | 'metrics'>): void => {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const status = STATUS[error.code ?? ''] ?? 400
    metrics.refused(UNREADABLE)
    log.info(
      { status, refused: [UNREADABLE], reason: error.code, address: networkOf(socket.remoteAddress ?? '') },
      'answered',
    )
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  })
}

const UNREADABLE = 'HTTP_UNREADABLE'
const STATUS: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }

export const hasFewHeaders = ({ rawHeaders }: IncomingMessage): boolean => rawHeaders.length <= 2 * HEADER_LINES

/** RFC 9112, section 3.2. HTTP/1.0 requests may omit Host. */
export const hasOneHost = ({ rawHeaders, httpVersion }: IncomingMessage): boolean => {
  let named = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    if (name.length === 'host'.length && name.toLowerCase() === 'host') named += 1
  }
  return named === 1 || (named === 0 && httpVersion === '1.0')
}

const UNDER_WAY = Symbol('requests under way')

export const isWithinPipeline = ({ socket }: IncomingMessage, response: ServerResponse): boolean => {
  const counted = socket as Socket & { [UNDER_WAY]?: number }
  const now = (counted[UNDER_WAY] ?? 0) + 1
  counted[UNDER_WAY] = now
  response.on('close', () => {
    counted[UNDER_WAY] = (counted[UNDER_WAY] ?? 1) - 1
  })
  return now <= PIPELINED_REQUESTS_MOST
}
