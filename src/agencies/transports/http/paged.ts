/** An interrupted pull restarts at page 1, because pages shift and a record missed between two pulls would end. */
import type { Json, SourceItem } from '../../../domain/records/records.js'
import { Refusal } from '../../../foundation/errors.js'
import type { FeedDelivery, FeedSource, OpenOptions } from '../../delivery.js'
import { hasKnownElement } from '../../readers/lists.js'
import { type FormShape, itemFromValue } from '../../readers/shapes.js'
import * as attempts from './attempt.js'
import { digestOfItems } from './cursor.js'

/** With more pages than this, no validators are stored. */
const MAX_MARKS = 1000

export interface ListPage {
  items: readonly unknown[]
  total: number
  page: number | null
}

export interface PagingOptions {
  pageItems: number
  ask: (
    page: number,
    pageItems: number,
  ) => { path: string; method?: string; headers?: Record<string, string>; body?: string }
  /** Throws if the answer is an error; returns null if its format is unknown. */
  open: (body: Buffer) => ListPage | null | Promise<ListPage | null>
}

export const openPaged = async (
  source: FeedSource & OpenOptions,
  paging: PagingOptions,
  shapes: readonly FormShape[],
  feed: string,
  limits: attempts.PullTimeAndPageLimits = attempts.timeAndPageLimitsFor(source.most ?? 0, paging.pageItems),
): Promise<FeedDelivery> => {
  const reading = attempts.makeReadAhead(source)
  const ask = attempts.makeAgencyRequester(reading.source, limits)
  const address = attempts.joinUrlPath(source.url, paging.ask(1, paging.pageItems).path)
  if (await isUnmodified(ask, paging, attempts.storedState(source.state, address)?.['marks']))
    return { items: attempts.noItems(), file: null, unmodified: true, next: () => source.state }
  const marks: (attempts.CacheValidator | null)[] = []
  const next = (): Json =>
    marks.length > MAX_MARKS || !marks.every(attempts.isValidator)
      ? null
      : { address: attempts.addressDigest(address), marks }
  return {
    items: paged({ ask, ...reading }, paging, shapes, feed, marks, attempts.pagesMostIn(limits)),
    file: null,
    next,
  }
}

/** Asks for every page, because an unchanged first page proves nothing about the others. */
const isUnmodified = async (ask: attempts.AgencyRequester, paging: PagingOptions, marks: unknown): Promise<boolean> => {
  if (!Array.isArray(marks) || marks.length === 0 || !marks.every(attempts.isValidator)) return false
  for (const [at, mark] of marks.entries()) {
    const { path, headers, ...how } = paging.ask(at + 1, paging.pageItems)
    const conditional = {
      headers: { ...headers, ...attempts.conditionalHeaders(mark) },
      accepts: [attempts.NOT_MODIFIED_HTTP_STATUS],
    }
    if ((await ask(path, { ...how, ...conditional })).status !== attempts.NOT_MODIFIED_HTTP_STATUS) return false
  }
  return true
}

interface PageReader extends Pick<ReturnType<typeof attempts.makeReadAhead>, 'ahead' | 'stop'> {
  ask: attempts.AgencyRequester
}

async function* paged(
  { ask, ahead, stop }: PageReader,
  paging: PagingOptions,
  shapes: readonly FormShape[],
  feed: string,
  marks: (attempts.CacheValidator | null)[],
  most: number,
): AsyncIterable<SourceItem> {
  const asked = (number: number) => {
    const { path, ...how } = paging.ask(number, paging.pageItems)
    return { isGet: (how.method ?? 'GET') === 'GET', answer: ahead(ask(path, how)) }
  }
  let received = 0
  let total: number | null = null
  const seen = new Map<string, number>()
  let coming = asked(1)
  for (let number = 1; number <= most; number += 1) {
    const { isGet } = coming
    const answer = await coming.answer
    // A POST gets no validator, because a conditional POST has no defined meaning.
    if (marks.length <= MAX_MARKS) marks.push(isGet ? attempts.validatorOf(answer) : null)
    const page = await paging.open(answer.body)
    if (!page)
      throw new Refusal('CONTENT_UNKNOWN', { feed, reason: `第 ${number} 页不是约定的格式 no page of this feed` })
    if (number === 1 && page.items.length > 0 && !hasKnownElement(page.items, shapes)) {
      throw new Refusal('CONTENT_UNKNOWN', { feed, reason: '未找到可识别的记录 no known record' })
    }
    total ??= page.total
    const digest = digestOfItems(page.items)
    received += page.items.length
    if (page.total !== total)
      throw attempts.incompleteRefusal(`读取期间总数由 ${total} 变为 ${page.total} the total changed while reading`)
    if (page.page !== null && page.page !== number)
      throw attempts.incompleteRefusal(`索取第 ${number} 页，收到第 ${page.page} 页 another page than asked`)
    const before = page.items.length > 0 ? seen.get(digest) : undefined
    if (before !== undefined)
      throw attempts.incompleteRefusal(`第 ${number} 页与第 ${before} 页相同 the same page twice`)
    seen.set(digest, number)
    if (received > total)
      throw attempts.incompleteRefusal(`收到 ${received} 条，多于总数 ${total} more items than the total`)
    if (page.items.length === 0 && received < total)
      throw attempts.incompleteRefusal(`仅收到 ${received} 条，总数 ${total} fewer items than the total`)
    const ends = received === total
    if (!ends && number < most) coming = asked(number + 1)
    let taken = false
    try {
      for (const [at, value] of page.items.entries()) yield itemFromValue(number, at + 1, value)
      taken = true
    } finally {
      if (!taken) stop()
    }
    if (ends) return
  }
  throw attempts.incompleteRefusal(`超过 ${most} 页 too many pages`)
}
