import { NoConnectionRefusal, Refusal } from '../../foundation/errors.js'
import {
  type HttpAnswer,
  type HttpRequestOptions,
  parseRetryAfter,
  requestHttp,
  UnreachableError,
  type UnreachableKind,
} from '../../foundation/http.js'
import type { PlatformAddress } from '../platform.js'
import { maskSecret, maskSecretBytes } from './secrets.js'

/** Below a delivery's lease (12 s), so no other hub sends meanwhile. */
const TIMEOUT_MS = 10_000
const ANSWER_BYTES_MAX = 4 * 1024 * 1024
/** Longest Retry-After obeyed: removals must be retried soon. */
const RETRY_AFTER_SECONDS_MAX = 3600
const NOT_IMPLEMENTED = 501
const NO_CONNECTION: ReadonlySet<UnreachableKind> = new Set(['dns', 'refused'])

type PlatformRequest = Pick<HttpRequestOptions, 'method' | 'headers' | 'body'> & { path: string }

export type PlatformAnswer = Pick<HttpAnswer, 'status' | 'body'>

/** 2xx, 4xx and 501 may hold receipts. Others, also 401, 403 and 429, throw PLATFORM_UNREACHABLE. */
export const exchangeWithPlatform = async (
  to: PlatformAddress,
  { path, ...request }: PlatformRequest,
): Promise<PlatformAnswer> => {
  const answer = await requestHttp(addressOf(to, path), {
    ...request,
    timeoutMs: TIMEOUT_MS,
    maxBytes: ANSWER_BYTES_MAX,
    ...(to.signal && { signal: to.signal }),
  }).catch((error: unknown) => {
    if (!(error instanceof UnreachableError)) throw error
    const reason = maskSecret(error.message, to.secret)
    throw NO_CONNECTION.has(error.kind) ? new NoConnectionRefusal(reason) : unreachableRefusal(reason)
  })

  const { status } = answer
  if (status === 401 || status === 403) throw unreachableRefusal(`凭据被拒绝 credentials refused (HTTP ${status})`)
  if (status === 429 || (status >= 500 && status !== NOT_IMPLEMENTED))
    throw unreachableRefusal(`HTTP ${status}`, parseRetryAfter(answer.headers))
  if (status < 200 || (status >= 300 && status < 400)) throw unreachableRefusal(`HTTP ${status}`)
  return { status, body: maskSecretBytes(answer.body, to.secret) }
}

export const unreachableRefusal = (reason: string, wait: number | null = null): Refusal =>
  new Refusal(
    'PLATFORM_UNREACHABLE',
    wait === null ? { reason } : { reason, retryAfterSeconds: Math.min(wait, RETRY_AFTER_SECONDS_MAX) },
  )

const addressOf = ({ url }: PlatformAddress, path: string): string => url.replace(/\/+$/, '') + path
