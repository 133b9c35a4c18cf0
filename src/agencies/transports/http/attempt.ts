/**
 * One question to an agency, asked up to three times. A short failure is tried again; what cannot mend is not. An agency that
 * has brought part of a feed is waited for longer, so that what was read need not be asked for again.
 */
import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Item, Json } from '../../../domain/records/records.js'
import { isRefusal, Refusal } from '../../../foundation/errors.js'
import { type Asked, type Asking, ask, Unreachable } from '../../../foundation/http.js'
import type { Source } from '../../delivery.js'
import { isRecord } from '../../readers/shapes.js'

const TRIES = 3
const FIRST_PAUSE = 200 // ms, doubled each time
const LONGEST_PAUSE = 2000 // ms
/** Between tries beyond the third. */
const OUTAGE_PAUSE = 10_000 // ms
const LONGEST_RETRY_AFTER = 5 // s
/** Trying again mends none of these. */
const FINAL_KINDS = new Set(['redirect', 'too_large', 'tls'])
const MAX_MARK = 1024 // characters of an ETag or a date

export const UNMODIFIED = 304
export const GONE = 410

/** How long an agency may take, and how much it may send. */
export interface Limits {
  /** For one try at a page, milliseconds. */
  pageMs: number
  /** For all pages with all their tries, milliseconds. */
  pullMs: number
  /** Pages or pieces; 20,000 when absent. */
  pages?: number
  /** How long an agency that has begun to answer is waited for while it is away, milliseconds; absent: three tries. */
  outageMs?: number
}
const LEAST_PAGES = 20_000
const LEAST_PULL_MS = 10 * 60_000
/** An agency may put fewer items on a page than it is asked for; it is counted on to put no fewer than this. */
const LEAST_PAGE_ITEMS = 200
/** How long a page may take on average, milliseconds: what a feed's bounds promise can then be brought. */
export const PAGE_WITHIN_MS = 500
const OUTAGE_MS = 5 * 60_000

/** Limits by which as many items can come as the feed's bounds let pass. `pageItems`: as many a page is asked to hold. */
export const limitsFor = (most: number, pageItems: number): Limits => ({
  pageMs: 30_000,
  pullMs: Math.max(LEAST_PULL_MS, Math.ceil(most / pageItems) * PAGE_WITHIN_MS),
  pages: pagesIn({ pages: Math.ceil(most / Math.min(pageItems, LEAST_PAGE_ITEMS)) }),
  outageMs: OUTAGE_MS,
})

export const pagesIn = ({ pages = LEAST_PAGES }: Pick<Limits, 'pages'>): number => Math.max(pages, LEAST_PAGES)
export const PAGE_BYTES = 16 * 1024 * 1024

export interface How extends Pick<Asking, 'method' | 'headers' | 'timeoutMs' | 'maxBytes'> {
  body?: string
  /** For all tries and the pauses between them, ms. */
  withinMs: number
  /** For how long after its first failure it is tried again, ms; 0: three times in all. */
  outageMs?: number
  /** Answers beside 200 that whoever asks knows what to do with. */
  accepts?: readonly number[]
}

export const addressOf = (url: string, path: string): string => `${url.replace(/\/+$/, '')}${path}`

/** One question, asked up to three times, or for as long as an outage may last. Only an answer of 200, or one that is accepted, comes back. */
export const attempt = async (
  { url, signal }: Source,
  path: string,
  { withinMs, outageMs = 0, accepts = [], ...how }: How,
): Promise<Asked> => {
  const end = performance.now() + withinMs
  let giveUpAt: number | null = null
  for (let tried = 1; ; tried += 1) {
    const left = Math.floor(end - performance.now())
    if (left <= 0) throw new Refusal('FEED_UNREACHABLE', { reason: '读取总时间超限 the whole pull took too long' })
    const timeoutMs = Math.min(how.timeoutMs, left)
    const outcome = await once(addressOf(url, path), { ...how, timeoutMs }, accepts, signal)
    if (!('reason' in outcome)) return outcome
    giveUpAt ??= performance.now() + outageMs
    if (outcome.final || (tried >= TRIES && performance.now() >= giveUpAt))
      throw new Refusal('FEED_UNREACHABLE', { reason: outcome.reason })
    await rest(pauseBefore(tried, outcome.retryAfterMs), signal)
  }
}

/** `attempt` again and again within one span of time, in which only the agency's own time counts. */
export const makeAsker = (source: Source, { pageMs, pullMs, outageMs = 0 }: Limits, maxBytes = PAGE_BYTES) => {
  let left = pullMs
  let begun = false
  return async (path: string, how: Omit<How, 'timeoutMs' | 'maxBytes' | 'withinMs' | 'outageMs'>): Promise<Asked> => {
    const began = performance.now()
    const patience = { withinMs: left, outageMs: begun ? outageMs : 0 }
    const asked = await attempt(source, path, { ...how, ...patience, timeoutMs: pageMs, maxBytes })
    begun = true
    left -= performance.now() - began
    return asked
  }
}
export type Asker = ReturnType<typeof makeAsker>

interface Failed {
  reason: string
  final: boolean
  retryAfterMs: number | null
}

const once = async (
  address: string,
  how: Omit<How, 'withinMs' | 'outageMs' | 'accepts'>,
  accepts: readonly number[],
  signal: AbortSignal | undefined,
): Promise<Asked | Failed> => {
  try {
    const asked = await ask(address, { ...how, ...(signal ? { signal } : {}) })
    if (asked.status === 200 || accepts.includes(asked.status)) return asked
    const final = asked.status !== 429 && asked.status < 500
    return { reason: `HTTP ${asked.status}`, final, retryAfterMs: retryAfter(asked.headers) }
  } catch (error) {
    if (signal?.aborted) throw stopped(signal)
    if (!(error instanceof Unreachable)) throw error
    return { reason: `${error.kind}（${error.message}）`, final: FINAL_KINDS.has(error.kind), retryAfterMs: null }
  }
}

/** Seconds, or a date, which counts from the answer's own date: the agency's clock need not be ours. */
const retryAfter = (headers: Headers): number | null => {
  const wish = headers.get('retry-after')
  if (wish === null) return null
  if (/^\d{1,6}$/.test(wish)) return Number(wish) * 1000
  const wait = Date.parse(wish) - Date.parse(headers.get('date') ?? '')
  return Number.isNaN(wait) ? null : Math.max(0, wait)
}

/** What the agency asks for, within reason; else doubling, spread so that not all who failed come back at once. */
const pauseBefore = (tried: number, retryAfterMs: number | null): number => {
  if (retryAfterMs !== null) return Math.min(retryAfterMs, LONGEST_RETRY_AFTER * 1000)
  const full = tried >= TRIES ? OUTAGE_PAUSE : Math.min(FIRST_PAUSE * 2 ** (tried - 1), LONGEST_PAUSE)
  return full * (1 + Math.random() / 4)
}

const rest = async (ms: number, signal: AbortSignal | undefined): Promise<void> => {
  try {
    await pause(ms, undefined, signal ? { signal } : {})
  } catch {
    throw stopped(signal)
  }
}

/** Whoever stopped us may have said why. */
const stopped = (signal: AbortSignal | undefined): Refusal =>
  isRefusal(signal?.reason) ? signal.reason : new Refusal('STOPPING')

export const half = (reason: string): Refusal => new Refusal('FEED_UNREACHABLE', { reason: `数据不完整：${reason}` })

/** By what an answer can be recognised next time. */
export type Mark = { etag: string | null; modified: string | null }

export const markOf = ({ headers }: Asked): Mark | null => {
  const [etag, modified] = ['etag', 'last-modified'].map((name) => {
    const value = headers.get(name)
    return value !== null && value.length <= MAX_MARK ? value : null
  })
  return etag || modified ? { etag: etag ?? null, modified: modified ?? null } : null
}

/** "Only if it is another one": the headers of such a question. An ETag is the better proof and stands alone. */
export const unless = ({ etag, modified }: Mark): Record<string, string> => {
  if (etag !== null) return { 'if-none-match': etag }
  return modified === null ? {} : { 'if-modified-since': modified }
}

/** State is believed only if it is of this address and has the form in which it was kept. */
export const keptFrom = (state: Json, address: string): Record<string, unknown> | null =>
  isRecord(state) && state['address'] === digestOf(address) ? state : null

export const isMark = (value: unknown): value is Mark =>
  isRecord(value) &&
  [value['etag'], value['modified']].every((part) => part === null || typeof part === 'string') &&
  (value['etag'] !== null || value['modified'] !== null)

/** An address may hold a key, and a state is shown to whoever may see a run. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

export async function* none(): AsyncIterable<Item> {}

/**
 * Asks for the next page while the one before is taken in. `stop` ends a question that nobody will read: whoever gives a feed up
 * early must not leave one behind.
 */
export const readingAhead = (source: Source) => {
  const given = new AbortController()
  const signal = source.signal ? AbortSignal.any([source.signal, given.signal]) : given.signal
  return {
    source: { ...source, signal },
    ahead: <T>(question: Promise<T>): Promise<T> => {
      // Awaited when its turn comes; until then nobody else is to be told of its failure.
      question.catch(() => {})
      return question
    },
    stop: (): void => given.abort(new Refusal('STOPPING')),
  }
}
