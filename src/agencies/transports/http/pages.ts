/** An interrupted pull restarts at the first page: pages shift, and a missed record would end. */
import { createHash } from 'node:crypto'
import type { Json, SourceItem } from '../../../domain/records/records.js'
import { Refusal } from '../../../foundation/errors.js'
import type { HttpAnswer } from '../../../foundation/http.js'
import type { FeedDelivery, FeedFetch, FeedRequest } from '../../delivery.js'
import { itemFromValue } from '../../readers/shapes.js'
import { hasKnownElement } from '../../readers/unknown-envelope.js'
import * as attempts from './attempt.js'

/** With more pages than this, no validators are stored. */
const MAX_MARKS = 1000
const MAX_CURSOR = 4096 // characters

interface PageItems {
  items: readonly unknown[]
}

export interface ListPage extends PageItems {
  total: number
  page: number | null
}

interface CursorPage extends PageItems {
  next: string | null
}

interface PageRequest extends Pick<attempts.AttemptOptions, 'method' | 'headers' | 'body'> {
  path: string
}

/** The beginning if null. */
interface PageService<Page extends PageItems, Place> {
  pageItems: number
  ask: (place: Place, pageItems: number) => PageRequest
  /** Throws for an error answer; null for an unknown format. */
  open: (body: Buffer) => Page | null | Promise<Page | null>
}

export type PagingOptions = PageService<ListPage, number>
export type CursorOptions = PageService<CursorPage, string | null>

export const makePagedFetch = (paging: PagingOptions): FeedFetch => ({
  path: pathOf(paging.ask(1, paging.pageItems)),
  open: (request) => openPaged(request, paging),
})

export const makeCursorFetch = (cursoring: CursorOptions): FeedFetch => ({
  path: pathOf(cursoring.ask(null, cursoring.pageItems)),
  open: (request) => openByCursor(request, cursoring),
})

const pathOf = ({ path }: PageRequest): string => path.split('?')[0] ?? path

export const openPaged = async (
  request: FeedRequest,
  paging: PagingOptions,
  limits = attempts.computeTimeAndPageLimits(request.most ?? 0, paging.pageItems),
): Promise<FeedDelivery> => {
  const requester = attempts.makePageRequester(request, limits)
  const address = attempts.joinUrlPath(request.url, paging.ask(1, paging.pageItems).path)
  if (await isUnmodified(requester.ask, paging, attempts.readStoredState(request.state, address)?.['marks']))
    return { items: attempts.yieldNoItems(), file: null, unmodified: true, next: () => request.state }
  const marks: (attempts.CacheValidator | null)[] = []
  const next = (): Json =>
    marks.length > MAX_MARKS || !marks.every(attempts.isValidator)
      ? null
      : { address: attempts.digestAddress(address), marks }
  return { items: itemsOfPages(request, paging, requester, numberedPages(marks), limits), file: null, next }
}

export const openByCursor = async (
  request: FeedRequest,
  cursoring: CursorOptions,
  limits = attempts.computeTimeAndPageLimits(request.most ?? 0, cursoring.pageItems),
): Promise<FeedDelivery> => {
  const requester = attempts.makePageRequester(request, limits)
  return { items: itemsOfPages(request, cursoring, requester, piecesByCursor(), limits), file: null, next: () => null }
}

/** An unchanged first page proves nothing about the others. */
const isUnmodified = async (ask: attempts.AgencyRequester, paging: PagingOptions, marks: unknown): Promise<boolean> => {
  if (!Array.isArray(marks) || marks.length === 0 || !marks.every(attempts.isValidator)) return false
  for (const [at, mark] of marks.entries()) {
    const { path, ...how } = paging.ask(at + 1, paging.pageItems)
    if ((await ask(path, attempts.conditional(mark, how))).status !== attempts.NOT_MODIFIED_HTTP_STATUS) return false
  }
  return true
}

interface PageSequence<Page, Place> {
  first: Place
  unit: { zh: string; en: string }
  beforeOpening?: (answer: HttpAnswer, how: Omit<PageRequest, 'path'>) => void
  check?: (page: Page, number: number) => void
  next: (page: Page, number: number) => Place | null
}

const numberedPages = (marks: (attempts.CacheValidator | null)[]): PageSequence<ListPage, number> => {
  let received = 0
  let total: number | null = null
  return {
    first: 1,
    unit: { zh: '页', en: 'page' },
    beforeOpening: (answer, { method = 'GET' }) => {
      // A conditional POST has no defined meaning.
      if (marks.length <= MAX_MARKS) marks.push(method === 'GET' ? attempts.readCacheValidator(answer) : null)
    },
    check: (page, number) => {
      total ??= page.total
      if (page.total !== total)
        throw attempts.makeIncompleteRefusal(
          `读取期间总数由 ${total} 变为 ${page.total} the total changed while reading`,
        )
      if (page.page !== null && page.page !== number)
        throw attempts.makeIncompleteRefusal(`索取第 ${number} 页，收到第 ${page.page} 页 another page than asked`)
    },
    next: ({ items, total }, number) => {
      received += items.length
      if (received > total)
        throw attempts.makeIncompleteRefusal(`收到 ${received} 条，多于总数 ${total} more items than the total`)
      if (items.length === 0 && received < total)
        throw attempts.makeIncompleteRefusal(`仅收到 ${received} 条，总数 ${total} fewer items than the total`)
      return received === total ? null : number + 1
    },
  }
}

const piecesByCursor = (): PageSequence<CursorPage, string | null> => {
  const asked = new Set<string>()
  let last: string | null = null
  return {
    first: null,
    unit: { zh: '段', en: 'piece' },
    next: ({ items, next }, number) => {
      // A service may also end by repeating the cursor without items.
      if (next === null || (next === last && items.length === 0)) return null
      if (next === '' || next.length > MAX_CURSOR)
        throw attempts.makeIncompleteRefusal('游标无效 no cursor that can be used')
      if (asked.has(next)) throw attempts.makeIncompleteRefusal(`第 ${number} 段的游标已用过 a cursor that came before`)
      asked.add(next)
      last = next
      return next
    },
  }
}

async function* itemsOfPages<Page extends PageItems, Place>(
  { feed, shapes }: FeedRequest,
  { pageItems, ask, open }: PageService<Page, Place>,
  { askAhead, stop }: ReturnType<typeof attempts.makePageRequester>,
  { first, unit, beforeOpening, check, next }: PageSequence<Page, Place>,
  limits: attempts.PullTimeAndPageLimits,
): AsyncIterable<SourceItem> {
  const most = attempts.limitPages(limits)
  const askAt = (place: Place) => {
    const { path, ...how } = ask(place, pageItems)
    return { how, answer: askAhead(path, how) }
  }
  const seen = new Map<string, number>()
  let known = false
  let coming = askAt(first)
  for (let number = 1; number <= most; number += 1) {
    const answer = await coming.answer
    beforeOpening?.(answer, coming.how)
    const page = await open(answer.body)
    if (!page) {
      const reason = `第 ${number} ${unit.zh}不是约定的格式 no ${unit.en} of this feed`
      throw new Refusal('CONTENT_UNKNOWN', { feed, reason })
    }
    known ||= hasKnownElement(page.items, shapes)
    if (!known && page.items.length > 0)
      throw new Refusal('CONTENT_UNKNOWN', { feed, reason: '未找到可识别的记录 no known record' })
    const digest = digestOfItems(page.items)
    check?.(page, number)
    const before = page.items.length > 0 ? seen.get(digest) : undefined
    if (before !== undefined) {
      const same = `第 ${number} ${unit.zh}与第 ${before} ${unit.zh}相同 the same ${unit.en} twice`
      throw attempts.makeIncompleteRefusal(same)
    }
    seen.set(digest, number)
    const place = next(page, number)
    if (place !== null && number < most) coming = askAt(place)
    let taken = false
    try {
      for (const [at, value] of page.items.entries()) yield itemFromValue(number, at + 1, value)
      taken = true
    } finally {
      if (!taken) stop()
    }
    if (place === null) return
  }
  throw attempts.makeIncompleteRefusal(`超过 ${most} ${unit.zh} too many ${unit.en}s`)
}

const digestOfItems = (items: readonly unknown[]): string => {
  try {
    return createHash('sha256').update(JSON.stringify(items)).digest('hex')
  } catch (error) {
    // JSON.parse accepts deeper nesting than JSON.stringify.
    if (!(error instanceof RangeError)) throw error
    throw new Refusal('CONTENT_UNREADABLE', { reader: 'json', reason: '嵌套过深 nested too deep' })
  }
}
