/**
 * Feeds over HTTP: pages by GET, pages through a gateway by POST, or one file. A short failure is tried again; half a
 * feed is never taken for the whole of it.
 */
import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Item } from '../../domain/records.js'
import { isRefusal, Refusal } from '../../errors.js'
import { type Asked, type Asking, ask, Unreachable } from '../../http.js'
import type { Source } from '../feed.js'
import { fromBytes } from '../readers/content.js'
import { readContent } from '../readers/index.js'
import { holdsKnown } from '../readers/lists.js'
import { itemOf, type Shape } from '../readers/shapes.js'

const TRIES = 3
const FIRST_PAUSE = 200 // ms, doubled each time
const LONGEST_PAUSE = 2000 // ms
const LONGEST_RETRY_AFTER = 5 // s
const FILE_TIMEOUT = 120_000 // ms
const PAGE_BYTES = 16 * 1024 * 1024
const FILE_BYTES = 64 * 1024 * 1024
const MAX_PAGES = 20_000
const LIMITS: Limits = { pageMs: 30_000, pullMs: 10 * 60_000 }
/** Trying again mends none of these. */
const FINAL_KINDS = new Set(['redirect', 'too_large', 'tls'])

/** One page taken apart: what it holds, how much there is in all, and which page it says it is. */
export interface Page {
  items: readonly unknown[]
  total: number
  page: number | null
}

export interface Paging {
  ask: (page: number) => { path: string; method?: string; headers?: Record<string, string>; body?: string }
  /** Refuses an answer that is no success; null: no page of this feed. */
  open: (body: Buffer) => Page | null
}

/** How long an agency may take: for one try at a page, and for all pages with all their tries. */
export interface Limits {
  pageMs: number
  pullMs: number
}

export async function* pages(
  source: Source,
  paging: Paging,
  shapes: readonly Shape[],
  feed: string,
  { pageMs, pullMs }: Limits = LIMITS,
): AsyncIterable<Item> {
  let received = 0
  let total: number | null = null
  const seen = new Map<string, number>()
  let left = pullMs
  for (let number = 1; number <= MAX_PAGES; number += 1) {
    const { path, ...how } = paging.ask(number)
    const began = performance.now()
    const { body } = await attempt(source, path, { ...how, timeoutMs: pageMs, maxBytes: PAGE_BYTES, withinMs: left })
    // Only the agency's time counts, not what the taker of the items needs for them.
    left -= performance.now() - began
    const page = paging.open(body)
    if (!page)
      throw new Refusal('CONTENT_UNKNOWN', { feed, reason: `第 ${number} 页不是约定的格式 no page of this feed` })
    if (number === 1 && page.items.length > 0 && !holdsKnown(page.items, shapes)) {
      throw new Refusal('CONTENT_UNKNOWN', { feed, reason: '未找到可识别的记录 no known record' })
    }
    total ??= page.total
    const digest = createHash('sha256').update(JSON.stringify(page.items)).digest('hex')
    received += page.items.length
    if (page.total !== total) throw half(`读取期间总数由 ${total} 变为 ${page.total} the total changed while reading`)
    if (page.page !== null && page.page !== number)
      throw half(`索取第 ${number} 页，收到第 ${page.page} 页 another page than asked`)
    const before = page.items.length > 0 ? seen.get(digest) : undefined
    if (before !== undefined) throw half(`第 ${number} 页与第 ${before} 页相同 the same page twice`)
    seen.set(digest, number)
    if (received > total) throw half(`收到 ${received} 条，多于总数 ${total} more items than the total`)
    if (page.items.length === 0 && received < total)
      throw half(`仅收到 ${received} 条，总数 ${total} fewer items than the total`)
    for (const [at, value] of page.items.entries()) yield itemOf(number, at + 1, value)
    if (received === total) return
  }
  throw half(`超过 ${MAX_PAGES} 页 too many pages`)
}

const half = (reason: string): Refusal => new Refusal('FEED_UNREACHABLE', { reason: `数据不完整：${reason}` })

export async function* file(source: Source, path: string, shapes: readonly Shape[], feed: string): AsyncIterable<Item> {
  const how = { timeoutMs: FILE_TIMEOUT, maxBytes: FILE_BYTES, withinMs: LIMITS.pullMs }
  const { headers, body } = await attempt(source, path, how)
  // Such an answer ends where the connection does: whether all of it came cannot be known.
  if (!headers.has('content-length') && !headers.has('transfer-encoding'))
    throw half('应答未声明长度 an answer that does not say where it ends')
  yield* readContent(fromBytes(body), shapes, feed)
}

interface How extends Pick<Asking, 'method' | 'headers' | 'timeoutMs' | 'maxBytes'> {
  body?: string
  /** For all tries and the pauses between them, ms. */
  withinMs: number
}

/** One question, asked up to three times. Only an answer of 200 comes back. */
const attempt = async ({ url, signal }: Source, path: string, { withinMs, ...how }: How): Promise<Asked> => {
  const address = `${url.replace(/\/+$/, '')}${path}`
  const end = performance.now() + withinMs
  for (let tried = 1; ; tried += 1) {
    const left = Math.floor(end - performance.now())
    if (left <= 0) throw new Refusal('FEED_UNREACHABLE', { reason: '读取总时间超限 the whole pull took too long' })
    const outcome = await once(address, { ...how, timeoutMs: Math.min(how.timeoutMs, left) }, signal)
    if (!('reason' in outcome)) return outcome
    if (outcome.final || tried === TRIES) throw new Refusal('FEED_UNREACHABLE', { reason: outcome.reason })
    await rest(pauseBefore(tried, outcome.retryAfter), signal)
  }
}

interface Failed {
  reason: string
  final: boolean
  retryAfter: string | null
}

const once = async (
  address: string,
  how: Omit<How, 'withinMs'>,
  signal: AbortSignal | undefined,
): Promise<Asked | Failed> => {
  try {
    const asked = await ask(address, { ...how, ...(signal ? { signal } : {}) })
    if (asked.status === 200) return asked
    const final = asked.status !== 429 && asked.status < 500
    return { reason: `HTTP ${asked.status}`, final, retryAfter: asked.headers.get('retry-after') }
  } catch (error) {
    if (signal?.aborted) throw stopped(signal)
    if (!(error instanceof Unreachable)) throw error
    return { reason: `${error.kind}（${error.message}）`, final: FINAL_KINDS.has(error.kind), retryAfter: null }
  }
}

/** What the agency asks for, within reason; else doubling, spread so that not all who failed come back at once. */
const pauseBefore = (tried: number, retryAfter: string | null): number => {
  if (retryAfter !== null && /^\d{1,6}$/.test(retryAfter))
    return Math.min(Number(retryAfter), LONGEST_RETRY_AFTER) * 1000
  const full = Math.min(FIRST_PAUSE * 2 ** (tried - 1), LONGEST_PAUSE)
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
