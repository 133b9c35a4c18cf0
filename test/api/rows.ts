/** Calls POST /v1/standings as a program does, and parses the lines of the answer. */
import http from 'node:http'
import type { World } from './world.js'

// biome-ignore lint/suspicious/noExplicitAny: a line's shape is its question's
export type Line = any

export interface RowsAnswer {
  status: number
  headers: Headers
  text: string
  /** All lines but the last, which is `end`. */
  lines: Line[]
  end: Line
}

export interface RowsAsked {
  type?: string
  token?: string
  headers?: Record<string, string>
  query?: string
}

export const NDJSON = 'application/x-ndjson'

/** Sends a string or bytes as they are, and anything else as JSON. */
export const askRows = async (
  { url }: Pick<World, 'url'>,
  body: unknown,
  { type = 'application/json', token, headers, query = '' }: RowsAsked = {},
): Promise<RowsAnswer> => {
  const answer = await fetch(`${url}/v1/standings${query}`, {
    method: 'POST',
    headers: { 'content-type': type, ...(token && { authorization: `Bearer ${token}` }), ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
  })
  const text = await answer.text()
  const isLines = answer.headers.get('content-type')?.startsWith(NDJSON) ?? false
  const lines = isLines
    ? text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
    : []
  return { status: answer.status, headers: answer.headers, text, end: lines.pop(), lines }
}

/** A question whose rows are still to be written. */
export const openRows = (
  { url }: Pick<World, 'url'>,
  headers: Record<string, string> = {},
  type = 'application/json',
): http.ClientRequest => {
  const request = http.request(`${url}/v1/standings`, { method: 'POST', headers: { 'content-type': type, ...headers } })
  request.on('error', () => undefined)
  return request
}

export const problem = ({ status, text }: RowsAnswer): { status: number; code: string } => {
  const { code, status: told } = JSON.parse(text)
  if (told !== status) throw new Error(`a problem that says ${told} came as ${status}`)
  return { status, code }
}
