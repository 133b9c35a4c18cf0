import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { computeRetryWait, type RetrySchedule } from '../../../domain/delivery/retry.js'
import type { Json, SourceItem } from '../../../domain/records/records.js'
import { isRefusal, Refusal } from '../../../foundation/errors.js'
import {
  type HttpAnswer,
  type HttpRequestOptions,
  parseRetryAfter,
  requestHttp,
  UnreachableError,
} from '../../../foundation/http.js'
import { isRecord } from '../../../foundation/text/json.js'
import type { FeedSource } from '../../delivery.js'

const TRIES = 3
const PAUSE: RetrySchedule = { first: 200, longest: 2000 } // ms
const OUTAGE_PAUSE: RetrySchedule = { first: 10_000, longest: 10_000 } // ms
const LONGEST_RETRY_AFTER = 5 // s
const FINAL_KINDS = new Set(['redirect', 'too_large', 'tls'])
const MAX_MARK = 1024 // characters

export const NOT_MODIFIED_HTTP_STATUS = 304

export interface PullTimeAndPageLimits {
  pageMs: number
  /** Time limit for all pages and retries (ms). */
  pullMs: number
  /** Values below 20,000 count as 20,000. */
  pages?: number
  /** How long (ms) to retry an agency that has answered in this pull; otherwise three attempts. */
  outageMs?: number
}
const LEAST_PAGES = 20_000
const LEAST_PULL_MS = 10 * 60_000
/** Agencies are assumed to send at least this many items per page. */
const LEAST_PAGE_ITEMS = 200
export const PAGE_WITHIN_MS = 500
const OUTAGE_MS = 5 * 60_000

export const computeTimeAndPageLimits = (most: number, pageItems: number): PullTimeAndPageLimits => ({
  pageMs: 30_000,
  pullMs: Math.max(LEAST_PULL_MS, Math.ceil(most / pageItems) * PAGE_WITHIN_MS),
  pages: limitPages({ pages: Math.ceil(most / Math.min(pageItems, LEAST_PAGE_ITEMS)) }),
  outageMs: OUTAGE_MS,
})

export const limitPages = ({ pages = LEAST_PAGES }: Pick<PullTimeAndPageLimits, 'pages'>): number =>
  Math.max(pages, LEAST_PAGES)
const PAGE_BYTES = 16 * 1024 * 1024

export interface AttemptOptions extends Pick<HttpRequestOptions, 'method' | 'headers'> {
  body?: string
  accepts?: readonly number[]
}

export const joinUrlPath = (url: string, path: string): string => `${url.replace(/\/+$/, '')}${path}`

export const makeAgencyRequester = (
  { url, signal }: FeedSource,
  { pageMs, pullMs, outageMs = 0 }: PullTimeAndPageLimits,
  maxBytes = PAGE_BYTES,
) => {
  let left = pullMs
  let patienceMs = 0
  return async (path: string, { accepts = [], ...how }: AttemptOptions): Promise<HttpAnswer> => {
    const began = performance.now()
    let giveUpAt: number | null = null
    for (let tried = 1; ; tried += 1) {
      const rest = Math.floor(began + left - performance.now())
      if (rest <= 0) throw new Refusal('FEED_UNREACHABLE', { reason: '读取总时间超限 the whole pull took too long' })
      const options = { ...how, timeoutMs: Math.min(pageMs, rest), maxBytes, ...(signal ? { signal } : {}) }
      const outcome = await sendOnce(joinUrlPath(url, path), options, accepts)
      if (!('reason' in outcome)) {
        patienceMs = outageMs
        left -= performance.now() - began
        return outcome
      }
      giveUpAt ??= performance.now() + patienceMs
      if (outcome.final || (tried >= TRIES && performance.now() >= giveUpAt))
        throw new Refusal('FEED_UNREACHABLE', { reason: outcome.reason })
      await wait(pauseBefore(tried, outcome.retryAfter), signal)
    }
  }
}
export type AgencyRequester = ReturnType<typeof makeAgencyRequester>

interface FailedAttempt {
  reason: string
  final: boolean
  retryAfter: number | null
}

const sendOnce = async (
  address: string,
  options: HttpRequestOptions,
  accepts: readonly number[],
): Promise<HttpAnswer | FailedAttempt> => {
  const { signal } = options
  try {
    const asked = await requestHttp(address, options)
    if (asked.status === 200 || accepts.includes(asked.status)) return asked
    const final = asked.status !== 429 && asked.status < 500
    return { reason: `HTTP ${asked.status}`, final, retryAfter: parseRetryAfter(asked.headers) }
  } catch (error) {
    if (signal?.aborted) throw stopRefusal(signal)
    if (!(error instanceof UnreachableError)) throw error
    return { reason: `${error.kind}（${error.message}）`, final: FINAL_KINDS.has(error.kind), retryAfter: null }
  }
}

const pauseBefore = (tried: number, retryAfter: number | null): number => {
  if (retryAfter !== null) return Math.min(retryAfter, LONGEST_RETRY_AFTER) * 1000
  return computeRetryWait(tried >= TRIES ? OUTAGE_PAUSE : PAUSE, tried, 0.5 + Math.random() / 2)
}

const wait = async (ms: number, signal: AbortSignal | undefined): Promise<void> => {
  try {
    await pause(ms, undefined, signal ? { signal } : {})
  } catch {
    throw stopRefusal(signal)
  }
}

const stopRefusal = (signal: AbortSignal | undefined): Refusal =>
  isRefusal(signal?.reason) ? signal.reason : new Refusal('STOPPING')

export const makeIncompleteRefusal = (reason: string): Refusal =>
  new Refusal('FEED_UNREACHABLE', { reason: `数据不完整：${reason}` })

export type CacheValidator = { etag: string | null; modified: string | null }

export const readCacheValidator = ({ headers }: HttpAnswer): CacheValidator | null => {
  const [etag, modified] = ['etag', 'last-modified'].map((name) => {
    const value = headers.get(name)
    return value !== null && value.length <= MAX_MARK ? value : null
  })
  return etag || modified ? { etag: etag ?? null, modified: modified ?? null } : null
}

/** An ETag is sent alone, as the stronger validator. */
export const conditional = <How extends { headers?: Record<string, string> }>(
  { etag, modified }: CacheValidator,
  how: How,
) => {
  const condition = etag === null ? { 'if-modified-since': modified ?? '' } : { 'if-none-match': etag }
  return { ...how, headers: { ...how.headers, ...condition }, accepts: [NOT_MODIFIED_HTTP_STATUS] }
}

/** Null for another address or a malformed state. */
export const readStoredState = (state: Json, address: string): Record<string, unknown> | null =>
  isRecord(state) && state['address'] === digestAddress(address) ? state : null

export const isValidator = (value: unknown): value is CacheValidator =>
  isRecord(value) &&
  [value['etag'], value['modified']].every((part) => part === null || typeof part === 'string') &&
  (value['etag'] !== null || value['modified'] !== null)

/** State stores only hashes of addresses, which may contain a secret. */
export const digestAddress = (text: string): string => createHash('sha256').update(text).digest('hex')

export async function* yieldNoItems(): AsyncIterable<SourceItem> {}

export const makePageRequester = ({ url, signal }: FeedSource, limits: PullTimeAndPageLimits) => {
  const given = new AbortController()
  const stopped = signal ? AbortSignal.any([signal, given.signal]) : given.signal
  const ask = makeAgencyRequester({ url, signal: stopped }, limits)
  return {
    ask,
    askAhead: (...asked: Parameters<AgencyRequester>): Promise<HttpAnswer> => {
      const answer = ask(...asked)
      answer.catch(() => {})
      return answer
    },
    stop: (): void => given.abort(new Refusal('STOPPING')),
  }
}
