import { timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Refusal } from '../foundation/errors.js'

const HOST = '127.0.0.1'
const BODY_BYTES_MAX = 16 * 1024 * 1024

export interface StandInRequest {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Buffer
  gone: AbortSignal
}

export interface StandInAnswer {
  status: number
  headers?: Record<string, string>
  body: string | Buffer
  /** The answer announces its whole length but breaks off after this many bytes. */
  cutAfterBytes?: number
}

export type StandInReply = StandInAnswer | 'cut'

export interface StandInServer {
  url: string
  close(): Promise<void>
}

/** `port` 0 takes any free port. Refusal PORT_IN_USE. */
export const startStandInServer = async (
  answer: (asked: StandInRequest) => StandInReply | Promise<StandInReply>,
  port = 0,
): Promise<StandInServer> => {
  const server = createServer((request, response) => {
    reply(request, response, answer).catch(() => response.destroy())
  })
  await once(server.listen(port, HOST), 'listening').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? new Refusal('PORT_IN_USE', { port }) : error
  })
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const reply = async (
  request: IncomingMessage,
  response: ServerResponse,
  answer: (asked: StandInRequest) => StandInReply | Promise<StandInReply>,
): Promise<void> => {
  const left = new AbortController()
  response.once('close', () => left.abort())

  const body = await bodyOf(request)
  if (body === null) {
    response.writeHead(413).end()
    return
  }
  const { pathname, searchParams } = new URL(request.url ?? '/', `http://${HOST}`)
  const answered = await answer({
    method: request.method ?? 'GET',
    path: pathname,
    query: searchParams,
    headers: request.headers,
    body,
    gone: left.signal,
  })
  if (answered === 'cut') {
    response.destroy()
    return
  }
  const content = Buffer.from(answered.body)
  const length = answered.status === 304 ? {} : { 'content-length': content.length }
  response.writeHead(answered.status, { ...length, ...answered.headers })
  if (answered.cutAfterBytes === undefined) response.end(content)
  else response.write(content.subarray(0, answered.cutAfterBytes), () => response.destroy())
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer | null> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > BODY_BYTES_MAX) chunks.length = 0
    else chunks.push(chunk)
  }
  return bytes > BODY_BYTES_MAX ? null : Buffer.concat(chunks)
}

export const makeJsonAnswer = (
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): StandInAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
})

export const isSameSecret = (given: string | string[] | undefined, expected: string): boolean => {
  const [a, b] = [Buffer.from(String(given)), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
