import { parseCode } from '../../domain/operators/codes.js'
import { type MatchReason, type NameMatch, searchKey } from '../../domain/operators/name-search.js'
import { normalizeName } from '../../domain/operators/names.js'
import type { ConcurrencyLimit } from '../../store/db/concurrency-limit.js'
import type { Db } from '../../store/db/db.js'
import type { PublicBody } from '../../store/listing/listings.js'
import * as names from '../../store/operators/name-candidates.js'
import * as operators from '../../store/operators/operators.js'
import * as publicList from '../../store/publication/public-list.js'
import type { DayStamp, PageCache } from '../frame/page-cache.js'
import { makePublicSearch, type SearchFilter } from './search-filter.js'

const PAGE_ENTRIES = 50
const FOUND_MOST = 500

export interface SearchResult {
  entries: readonly PublicBody[]
  total: number
  next: publicList.ListCursor | null
  similar: boolean
}

/** A search by name is not cached: names change without changing the list's version stamp. */
export const searchList = (db: Db, cache: PageCache, stamp: DayStamp, asked: SearchFilter): Promise<SearchResult> =>
  asked.name === '' ? pageOf(db, cache, stamp, asked) : searchByName(db, cache.inTurn, stamp, asked)

const pageOf = async (db: Db, cache: PageCache, stamp: DayStamp, asked: SearchFilter): Promise<SearchResult> => {
  const sought = makePublicSearch(asked, stamp.day)
  const order = asked.sort ?? 'newest'
  const [rows, total] = await Promise.all([
    cache.inTurn(() => publicList.readListPage(db, sought, { order, first: PAGE_ENTRIES + 1, after: asked.after })),
    cache.getOrMake(stamp, `count ${JSON.stringify(sought)}`, () =>
      cache.inTurn(() => publicList.countEntries(db, sought)),
    ),
  ])
  const shown = rows.slice(0, PAGE_ENTRIES)
  const last = rows.length > PAGE_ENTRIES ? shown.at(-1) : undefined
  return {
    entries: shown.map(({ body }) => body),
    total,
    next: last ? { on: last.on, id: last.body.id } : null,
    similar: false,
  }
}

const searchByName = async (db: Db, inTurn: ConcurrencyLimit, { day }: DayStamp, asked: SearchFilter) => {
  const { entries: all, similar } = await rankedEntries(db, inTurn, asked, day)
  // The page starts after an id, not an offset: earlier entries may have left.
  const from = asked.after === null ? 0 : all.findIndex(({ id }) => id === asked.after?.id) + 1
  const shown = all.slice(from, from + PAGE_ENTRIES)
  const last = all.length > from + PAGE_ENTRIES ? shown.at(-1) : undefined
  const next = last ? { on: last.publishedOn, id: last.id } : null
  return { entries: await bodiesOf(db, shown), total: all.length, next, similar }
}

export const findEntriesByName = async (db: Db, inTurn: ConcurrencyLimit, asked: SearchFilter, day: string) =>
  bodiesOf(db, (await rankedEntries(db, inTurn, asked, day)).entries)

const bodiesOf = (db: Db, entries: readonly publicList.PlacedEntry[]): Promise<PublicBody[]> =>
  publicList.readBodies(
    db,
    entries.map(({ id }) => id),
  )

const rankedEntries = async (db: Db, inTurn: ConcurrencyLimit, asked: SearchFilter, day: string) => {
  const sought = makePublicSearch(asked, day)
  const ranked = await ranksOf(db, inTurn, asked.name)
  const rank = ({ operator }: { operator: number }) => ranked.get(operator)?.rank ?? 0
  const bestById = new Map<string, publicList.PlacedEntry>()
  for (const one of await publicList.listEntriesOfOperators(db, [...ranked.keys()], sought)) {
    const known = bestById.get(one.id)
    if (known === undefined || rank(one) < rank(known)) bestById.set(one.id, one)
  }
  const found = [...bestById.values()]
  const best: EntryOrder = (a, b) => rank(a) - rank(b) || ORDERS.newest(a, b)
  const isSimilar = ({ operator }: publicList.PlacedEntry) => SIMILAR_REASONS.includes(ranked.get(operator)?.reason)
  return {
    entries: found.sort(asked.sort === null ? best : ORDERS[asked.sort]),
    similar: found.length > 0 && found.every(isSimilar),
  }
}

const SIMILAR_REASONS: readonly (MatchReason | undefined)[] = ['TYPING', 'SIMILAR']

type EntryOrder = (a: publicList.PlacedEntry, b: publicList.PlacedEntry) => number

const ORDERS: Record<publicList.ListOrder, EntryOrder> = {
  newest: (a, b) => compareTexts(b.publishedOn, a.publishedOn) || compareTexts(b.id, a.id),
  oldest: (a, b) => ORDERS.newest(b, a),
  ending: (a, b) => compareTexts(lastDay(a), lastDay(b)) || compareTexts(a.id, b.id),
}

const lastDay = ({ endsOn }: publicList.PlacedEntry): string => endsOn ?? publicList.ENDLESS_DATE

const compareTexts = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

type MatchRank = Pick<NameMatch, 'rank' | 'reason'>

const ranksOf = async (
  db: Db,
  inTurn: ConcurrencyLimit,
  name: string,
  listed = true,
): Promise<Map<number, MatchRank>> => {
  const code = parseCode(name)
  if (code !== null) {
    const found = await operators.operatorsByCode(db, [code])
    return new Map([...found.values()].map(({ id }) => [id, { rank: 0, reason: 'EXACT' }]))
  }
  const key = searchKey(name)
  if (key === '') return new Map()
  const sought = { key, personal: false, named: normalizeName(name), listed }
  const matches = await inTurn(() => names.nearestMatches(db, sought))
  return new Map(matches.slice(0, FOUND_MOST).map((match) => [match.operator, match]))
}

/** Operators that bear the name or code, best match first; no similar names. */
export const findOperators = async (db: Db, inTurn: ConcurrencyLimit, name: string): Promise<number[]> =>
  [...(await ranksOf(db, inTurn, name, false))].flatMap(([id, { reason }]) =>
    SIMILAR_REASONS.includes(reason) ? [] : [id],
  )
