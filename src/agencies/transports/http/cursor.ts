/** A feed by cursor. A change stream resumes where the last run ended; a listing restarts. */
import type { Item, Json } from '../../../domain/records/records.js'
import { Refusal } from '../../../foundation/errors.js'
import type { Asked } from '../../../foundation/http.js'
import type { FeedDelivery, FeedSource, OpenOptions } from '../../delivery.js'
import { holdsKnown } from '../../readers/lists.js'
import { type FormShape, itemOf } from '../../readers/shapes.js'
import * as door from './attempt.js'
import { digestOfItems } from './repeats.js'

const MAX_CURSOR = 4096 // characters

/** `next` is null at the end. */
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
  /** Throws on an error answer; null when it is no answer of this feed. */
  open: (body: Buffer) => CursorPage | null | Promise<CursorPage | null>
  /** An endless change stream. */
  resumes: boolean
}

interface CursorPlace {
  cursor: string | null
  mark: door.CacheValidator | null
}

export const byCursor = async (
  source: FeedSource & OpenOptions,
  cursoring: CursorOptions,
  shapes: readonly FormShape[],
  feed: string,
  limits: door.PullLimits = door.limitsFor(source.most ?? 0, cursoring.pieceItems),
): Promise<FeedDelivery> => {
  const reading = door.readingAhead(source)
  const ask = door.makeAsker(reading.source, limits)
  const address = door.addressOf(source.url, cursoring.ask(null, cursoring.pieceItems).path)
  const kept = cursoring.resumes ? placeIn(door.keptFrom(source.state, address)) : null
  const first = kept && (await again(ask, cursoring, kept))
  if (first?.status === door.UNMODIFIED)
    return { items: door.none(), file: null, unmodified: true, whole: false, next: () => source.state }
  // HTTP 410: the cursor is unknown, so everything is fetched again.
  const resumed = kept !== null && first !== null && first.status !== door.GONE
  const last: CursorPlace = { cursor: resumed ? kept.cursor : null, mark: null }
  const next = (): Json => (cursoring.resumes ? { address: door.digestOf(address), ...last } : null)
  const from = { cursoring, last, first: resumed ? first : null, most: door.pagesIn(limits) }
  const items = pieces({ ask, ...reading }, from, shapes, feed)
  return { items, file: null, next, ...(resumed ? { whole: false } : {}) }
}

const placeIn = (kept: Record<string, unknown> | null): CursorPlace | null => {
  const cursor = kept?.['cursor']
  if (typeof cursor !== 'string' || cursor.length > MAX_CURSOR) return null
  return { cursor, mark: door.isMark(kept?.['mark']) ? kept['mark'] : null }
}

const again = (ask: door.AgencyRequester, cursoring: CursorOptions, { cursor, mark }: CursorPlace): Promise<Asked> => {
  const { path, headers, ...how } = cursoring.ask(cursor, cursoring.pieceItems)
  return ask(path, {
    ...how,
    headers: { ...headers, ...(mark ? door.unless(mark) : {}) },
    accepts: mark ? [door.UNMODIFIED, door.GONE] : [door.GONE],
  })
}

interface CursorReader extends Pick<ReturnType<typeof door.readingAhead>, 'ahead' | 'stop'> {
  ask: door.AgencyRequester
}

interface CursorStart {
  cursoring: CursorOptions
  /** Updated while items are read. */
  last: CursorPlace
  first: Asked | null
  most: number
}

async function* pieces(
  { ask, ahead, stop }: CursorReader,
  { cursoring, last, first, most }: CursorStart,
  shapes: readonly FormShape[],
  feed: string,
): AsyncIterable<Item> {
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
      known = holdsKnown(piece.items, shapes)
      if (!known) throw new Refusal('CONTENT_UNKNOWN', { feed, reason: '未找到可识别的记录 no known record' })
    }
    const digest = digestOfItems(piece.items)
    const before = piece.items.length > 0 ? seen.get(digest) : undefined
    if (before !== undefined) throw door.half(`第 ${number} 段与第 ${before} 段相同 the same piece twice`)
    seen.set(digest, number)
    // The last cursor of a stream may repeat, without items.
    const ends = piece.next === null || (piece.next === last.cursor && piece.items.length === 0)
    if (!ends && (piece.next === '' || (piece.next?.length ?? 0) > MAX_CURSOR))
      throw door.half('游标无效 no cursor that can be used')
    if (!ends && asked.has(piece.next)) throw door.half(`第 ${number} 段的游标已用过 a cursor that came before`)
    last.mark =
      (cursoring.ask(last.cursor, cursoring.pieceItems).method ?? 'GET') === 'GET' ? door.markOf(answer) : null
    if (!ends && number < most) coming = askedAt(piece.next)
    let taken = false
    try {
      for (const [at, value] of piece.items.entries()) yield itemOf(number, at + 1, value)
      taken = true
    } finally {
      if (!taken) stop()
    }
    if (ends) return
    asked.add(piece.next)
    last.cursor = piece.next
  }
  throw door.half(`超过 ${most} 段 too many pieces`)
}
