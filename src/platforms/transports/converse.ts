/**
 * One question to a platform over HTTP, and what its status means. Only the configured address is ever asked: no redirect is
 * followed, and nothing in an answer is taken for an address.
 */
import { NoDisplay } from '../../foundation/errors/no-display.js'
import { Refusal } from '../../foundation/errors.js'
import { ask, Unreachable } from '../../foundation/http.js'
import type { To } from '../platform.js'
import { struck, struckBytes } from './secrets.js'

/** Below the lease of a delivery (12 s): whoever takes it up next must not meet this call still under way. */
const TIMEOUT_MS = 10_000
const ANSWER_BYTES_MAX = 4 * 1024 * 1024
/** However long a platform asks us to stay away, a removal is not kept back longer than this without another try. */
const RETRY_AFTER_SECONDS_MAX = 3600
/** The platform is well and does not know the question. */
const NOT_IMPLEMENTED = 501

export interface Question {
  method: 'GET' | 'POST'
  path: string
  headers: Record<string, string>
  body?: string | Uint8Array
}

export interface Answer {
  status: number
  body: Buffer
}

/** The platform's answer, if it is one that can speak of rows (2xx, 4xx, 501); else PLATFORM_UNREACHABLE. */
export const converse = async (to: To, { method, path, headers, body }: Question): Promise<Answer> => {
  const answer = await ask(addressOf(to, path), {
    method,
    headers,
    timeoutMs: TIMEOUT_MS,
    maxBytes: ANSWER_BYTES_MAX,
    ...(body === undefined ? {} : { body }),
    ...(to.signal ? { signal: to.signal } : {}),
  }).catch((error: unknown) => {
    throw error instanceof Unreachable ? unreachable(struck(error.message, to.secret)) : error
  })

  const { status } = answer
  if (status === 401 || status === 403) throw unreachable(`凭据被拒绝 credentials refused (HTTP ${status})`)
  if (status === 429 || (status >= 500 && status !== NOT_IMPLEMENTED))
    throw unreachable(`HTTP ${status}`, retryAfter(answer.headers))
  if (status < 200 || (status >= 300 && status < 400)) throw unreachable(`HTTP ${status}`)
  return { status, body: struckBytes(answer.body, to.secret) }
}

export const unreachable = (reason: string, retryAfterSeconds: number | null = null): Refusal =>
  new Refusal('PLATFORM_UNREACHABLE', retryAfterSeconds === null ? { reason } : { reason, retryAfterSeconds })

/** The platform answers, and displays nothing that can be read. */
export const noDisplay = (reason: string): Refusal => new NoDisplay(reason)

/** Below the configured address, path and all; never beside it. */
const addressOf = ({ url }: To, path: string): string => url.replace(/\/+$/, '') + path

/** Seconds, or a date: that is measured against the answer's own date, since no clock is read here. */
const retryAfter = (headers: Headers): number | null => {
  const wanted = headers.get('retry-after')?.trim()
  if (!wanted) return null
  const seconds = /^\d+$/.test(wanted)
    ? Number(wanted)
    : Math.ceil((Date.parse(wanted) - Date.parse(headers.get('date') ?? '')) / 1000)
  return Number.isNaN(seconds) ? null : Math.min(Math.max(seconds, 0), RETRY_AFTER_SECONDS_MAX)
}
