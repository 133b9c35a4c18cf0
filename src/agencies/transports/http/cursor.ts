import { createHash } from 'node:crypto'
import type { Json, SourceItem } from '../../../domain/records/records.js'
import { Refusal } from '../../../foundation/errors.js'
import type { HttpAnswer } from '../../../foundation/http.js'
import type { FeedDelivery, FeedSource, OpenOptions } from '../../delivery.js'
import { hasKnownElement } from '../../readers/lists.js'
import { type FormShape, itemFromValue } from '../../readers/shapes.js'
import * as attempts from './attempt.js'

export const digestOfItems = (items: readonly unknown[]): string => {
  try {
    return createHash('sha256').update(JSON.stringify(items)).digest('hex')
  } catch (error) {
    // JSON.parse accepts deeper nesting than JSON.stringify.
    if (!(error instanceof RangeError)) throw error
    throw new Refusal('CONTENT_UNREADABLE', { reader: 'json', reason: '嵌套过深 nested too deep' })
  }
}

const MAX_CURSOR = 4096 // characters

/** `next` is null on the last page. */
export interface CursorPage {
  items: readonly unknown[]
  next: string | null
}

export interface CursorOptions {
  pieceItems: number
  /** A null cursor means the beginning. */
  ask: (
    cursor: string | null,
    pieceItems: number,
  ) => { path: string; method?: string; headers?: Record<string, string>; body?: string }
  /** Throws if the answer is an error; returns null if its format is unknown. */
  open: (body: Buffer) => CursorPage | null | Promise<CursorPage | null>
  /** True for a change stream, which the next run resumes; a listing starts anew. */
  resumes: boolean
}

interface CursorPlace {
  cursor: string | null
  mark: attempts.CacheValidator | null
}

export const openByCursor = async (
  source: FeedSource & OpenOptions,
  cursoring: CursorOptions,
  shapes: readonly FormShape[],
  feed: string,
  limits: attempts.PullTimeAndPageLimits = attempts.timeAndPageLimitsFor(source.most ?? 0, cursoring.pieceItems),
): Promise<FeedDelivery> => {
  const reading = attempts.makeReadAhead(source)
  const ask = attempts.makeAgencyRequester(reading.source, limits)
  const address = attempts.joinUrlPath(source.url, cursoring.ask(null, cursoring.pieceItems).path)
  const kept = cursoring.resumes ? placeIn(attempts.storedState(source.state, address)) : null
  const first = kept && (await resume(ask, cursoring, kept))
  if (first?.status === attempts.NOT_MODIFIED_HTTP_STATUS)
    return { items: attempts.noItems(), file: null, unmodified: true, whole: false, next: () => source.state }
  // HTTP 410 means that the cursor has expired: everything is fetched again.
  const resumed = kept !== null && first !== null && first.status !== attempts.GONE_HTTP_STATUS
  const last: CursorPlace = { cursor: resumed ? kept.cursor : null, mark: null }
  const next = (): Json => (cursoring.resumes ? { address: attempts.addressDigest(address), ...last } : null)
  const from = { cursoring, last, first: resumed ? first : null, most: attempts.pagesMostIn(limits) }
  const items = pieces({ ask, ...reading }, from, shapes, feed)
  return { items, file: null, next, ...(resumed ? { whole: false } : {}) }
}

const placeIn = (kept: Record<string, unknown> | null): CursorPlace | null => {
  const cursor = kept?.['cursor']
  if (typeof cursor !== 'string' || cursor.length > MAX_CURSOR) return null
  return { cursor, mark: attempts.isValidator(kept?.['mark']) ? kept['mark'] : null }
}

const resume = (
  ask: attempts.AgencyRequester,
  cursoring: CursorOptions,
  { cursor, mark }: CursorPlace,
): Promise<HttpAnswer> => {
  const { path, headers, ...how } = cursoring.ask(cursor, cursoring.pieceItems)
  return ask(path, {
    ...how,
    headers: { ...headers, ...(mark ? attempts.conditionalHeaders(mark) : {}) },
    accepts: mark ? [attempts.NOT_MODIFIED_HTTP_STATUS, attempts.GONE_HTTP_STATUS] : [attempts.GONE_HTTP_STATUS],
  })
}

interface CursorReader extends Pick<ReturnType<typeof attempts.makeReadAhead>, 'ahead' | 'stop'> {
  ask: attempts.AgencyRequester
}

interface CursorStart {
  cursoring: CursorOptions
  last: CursorPlace
  first: HttpAnswer | null
  most: number
}

async function* pieces(
  { ask, ahead, stop }: CursorReader,
  { cursoring, last, first, most }: CursorStart,
  shapes: readonly FormShape[],
  feed: string,
): AsyncIterable<SourceItem> {
  const asked = new Set<string | null>([last.cursor])
  const seen = new Map<string, number>()
  const askedAt = (cursor: string | null) => {
    const { path, ...how } = cursoring.ask(cursor, cursoring.pieceItems)
    return ahead(ask(path, how))
  }
  let known = false
  let coming = first ? Promise.resolve(first) : askedAt(last.cursor)
  for (let number = 1; number <= most; number += 1) {
    const answer = await coming
    const piece = await cursoring.open(answer.body)
    if (!piece)
      throw new Refusal('CONTENT_UNKNOWN', { feed, reason: `第 ${number} 段不是约定的格式 no piece of this feed` })
    if (!known && piece.items.length > 0) {
      known = hasKnownElement(piece.items, shapes)
      if (!known) throw new Refusal('CONTENT_UNKNOWN', { feed, reason: '未找到可识别的记录 no known record' })
    }
    const digest = digestOfItems(piece.items)
    const before = piece.items.length > 0 ? seen.get(digest) : undefined
    if (before !== undefined)
      throw attempts.incompleteRefusal(`第 ${number} 段与第 ${before} 段相同 the same piece twice`)
    seen.set(digest, number)
    // A stream may also end by repeating the cursor without items.
    const ends = piece.next === null || (piece.next === last.cursor && piece.items.length === 0)
    if (!ends && (piece.next === '' || (piece.next?.length ?? 0) > MAX_CURSOR))
      throw attempts.incompleteRefusal('游标无效 no cursor that can be used')
    if (!ends && asked.has(piece.next))
      throw attempts.incompleteRefusal(`第 ${number} 段的游标已用过 a cursor that came before`)
    last.mark =
      (cursoring.ask(last.cursor, cursoring.pieceItems).method ?? 'GET') === 'GET' ? attempts.validatorOf(answer) : null
    if (!ends && number < most) coming = askedAt(piece.next)
    let taken = false
    try {
      for (const [at, value] of piece.items.entries()) yield itemFromValue(number, at + 1, value)
      taken = true
    } finally {
      if (!taken) stop()
    }
    if (ends) return
    asked.add(piece.next)
    last.cursor = piece.next
  }
  throw attempts.incompleteRefusal(`超过 ${most} 段 too many pieces`)
}
