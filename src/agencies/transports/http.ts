/**
 * Feeds over HTTP: pages by GET, pages through a gateway by POST, or one file. A short failure is tried again; half a
 * feed is never taken for the whole of it.
 */
import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Item } from '../../domain/records.js'
import { isRefusal, Refusal } from '../../errors.js'
import { type Asked, ask, Unreachable } from '../../http.js'
import type { Source } from '../feed.js'
import { fromBytes } from '../readers/content.js'
import { readContent } from '../readers/index.js'
import { holdsKnown } from '../readers/lists.js'
import { itemOf, type Shape } from '../readers/shapes.js'

const TRIES = 3
const FIRST_PAUSE = 200 // ms, doubled each time
const LONGEST_PAUSE = 2000 // ms
const LONGEST_RETRY_AFTER = 5 // s
const PAGE_TIMEOUT = 30_000 // ms
const FILE_TIMEOUT = 120_000 // ms
const PAGE_BYTES = 16 * 1024 * 1024
const FILE_BYTES = 64 * 1024 * 1024
const MAX_PAGES = 20_000
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

export async function* pages(
  source: Source,
  paging: Paging,
  shapes: readonly Shape[],
  feed: string,
): AsyncIterable<Item> {
  let received = 0
  let total: number | null = null
  let before = ''
  for (let number = 1; number <= MAX_PAGES; number += 1) {
    const { path, ...how } = paging.ask(number)
    const { body } = await attempt(source, path, { ...how, timeoutMs: PAGE_TIMEOUT, maxBytes: PAGE_BYTES })
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
    if (page.items.length > 0 && digest === before) throw half(`第 ${number} 页与前一页相同 the same page twice`)
    if (received > total) throw half(`收到 ${received} 条，多于总数 ${total} more items than the total`)
    if (page.items.length === 0 && received < total)
      throw half(`仅收到 ${received} 条，总数 ${total} fewer items than the total`)
    for (const [at, value] of page.items.entries()) yield itemOf(number, at + 1, value)
    if (received === total) return
    before = digest
  }
  throw half(`超过 ${MAX_PAGES} 页 too many pages`)
}

const half = (reason: string): Refusal => new Refusal('FEED_UNREACHABLE', { reason: `数据不完整：${reason}` })

export async function* file(source: Source, path: string, shapes: readonly Shape[], feed: string): AsyncIterable<Item> {
  const { body } = await attempt(source, path, { timeoutMs: FILE_TIMEOUT, maxBytes: FILE_BYTES })
  yield* readContent(fromBytes(body), shapes, feed)
}

type How = { method?: string; headers?: Record<string, string>; body?: string; timeoutMs: number; maxBytes: number }

/** One question, asked up to three times. Only an answer of 200 comes back. */
const attempt = async ({ url, signal }: Source, path: string, how: How): Promise<Asked> => {
  const address = `${url.replace(/\/+$/, '')}${path}`
  for (let tried = 1; ; tried += 1) {
    const outcome = await once(address, how, signal)
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

const once = async (address: string, how: How, signal: AbortSignal | undefined): Promise<Asked | Failed> => {
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
