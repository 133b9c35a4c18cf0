/** The skeleton of every stand-in: a real HTTP server on a free port of this machine, nothing more. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const HOST = '127.0.0.1'
const BODY_BYTES_MAX = 16 * 1024 * 1024

export interface Asked {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Buffer
  /** Aborts when whoever asked is gone, or the server closes. */
  gone: AbortSignal
}

/** `cut`: no answer, the connection is broken off. */
export type Answered = { status: number; headers?: Record<string, string>; body: string | Buffer } | 'cut'

export interface Server {
  url: string
  close(): Promise<void>
}

export const serve = async (answer: (asked: Asked) => Answered | Promise<Answered>): Promise<Server> => {
  const server = createServer((request, response) => {
    reply(request, response, answer).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, HOST, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${HOST}:${port}`,
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
  answer: (asked: Asked) => Answered | Promise<Answered>,
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
  if (answered === 'cut') response.destroy()
  else response.writeHead(answered.status, answered.headers).end(answered.body)
}

/** A body beyond the limit is read to its end but not kept: cut off half-way, whoever asked would not hear why. */
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

export const json = (status: number, value: unknown, headers: Record<string, string> = {}): Answered => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
})
