/**
 * Caches pages by the list's version stamp, which every change of the list updates in its transaction: no removed entry
 * is served.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refusal } from '../../foundation/errors.js'
import { LRUCache } from '../../foundation/lru.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import { type ConcurrencyLimit, makeConcurrencyLimit } from '../../store/db/concurrency-limit.js'
import type { Db } from '../../store/db/db.js'
import * as publicList from '../../store/publication/public-list.js'
import { chooseEncoding, maxAgeSeconds, type PageEncoding, sendCompressed } from './compression.js'
import type { Lang } from './html.js'
import type { RenderedPage } from './render-response.js'

const KEPT_MOST = 400

export interface DayStamp extends Omit<publicList.ListStamp, 'listed'> {
  day: string
  revision?: number
}

export type PageCache = ReturnType<typeof makePageCache>

interface PageCacheOptions {
  inTurn?: ConcurrencyLimit
  revision?: () => number
}

export const makePageCache = (
  db: Db,
  { inTurn = makeConcurrencyLimit(), revision = () => 0 }: PageCacheOptions = {},
) => {
  const entries = new LRUCache<string, { stamp: string; made: Promise<unknown> }>({ max: KEPT_MOST })
  const read = shareReads(() => publicList.readListStamp(db))
  const lookUp = <T>(key: string, stamp: string): Promise<T> | undefined => {
    const known = entries.get(key)
    return known?.stamp === stamp ? (known.made as Promise<T>) : undefined
  }
  const lookUpOrMake = <T>(key: string, stamp: string, make: () => Promise<T>): Promise<T> => {
    const known = lookUp<T>(key, stamp)
    if (known !== undefined) return known
    const made = make()
    entries.set(key, { stamp, made })
    made.catch(() => {
      if (entries.peek(key)?.made === made) entries.delete(key)
    })
    return made
  }
  return {
    /** Never uses a read begun before the call. Throws LIST_WITHHELD while the restore guard forbids listing. */
    stamp: async (now: Date): Promise<DayStamp> => {
      const { listed, ...stamp } = await read()
      if (listed === false) throw new Refusal('LIST_WITHHELD')
      return { ...stamp, revision: revision(), day: shanghaiDate(now) }
    },
    has: (key: string): boolean => entries.has(key),
    get: <T>(stamp: DayStamp, key: string) => lookUp<T>(key, keyOfStamp(stamp)),
    getOrMake: <T>(stamp: DayStamp, key: string, make: () => Promise<T>) => lookUpOrMake(key, keyOfStamp(stamp), make),
    /** Only for statistics that name no operator: kept until the next publication or day, even if the list changes. */
    getOrMakePublished: <T>({ sequence, day }: DayStamp, key: string, make: () => Promise<T>) =>
      lookUpOrMake(`published ${key}`, `${sequence} ${day}`, make),
    /** Limits concurrent scans of the whole list. Calls must not nest. */
    inTurn,
  }
}

const keyOfStamp = ({ changes, sequence, day, revision }: DayStamp): string =>
  `${changes} ${sequence} ${day} ${revision}`

/** Calls made during a read share the next. */
const shareReads = <T>(read: () => Promise<T>): (() => Promise<T>) => {
  let next: Promise<T> | null = null
  let current: Promise<unknown> = Promise.resolve()
  return () => {
    next ??= current.then(() => {
      const began = read()
      next = null
      current = began.catch(() => undefined)
      return began
    })
    return next
  }
}

export const batchReads = <V>(
  read: (keys: readonly string[]) => Promise<Map<string, V>>,
): ((key: string) => Promise<V | null>) => {
  let keys = new Set<string>()
  const once = shareReads(() => {
    const asked = [...keys]
    keys = new Set()
    return read(asked)
  })
  return async (key) => {
    keys.add(key)
    return (await once()).get(key) ?? null
  }
}

/** True when the request is answered here or by the callback `express`. */
export type FastPath = (request: IncomingMessage, response: ServerResponse, now: Date, express: () => void) => boolean

interface EntryRequest {
  request: IncomingMessage
  now: Date
  lang: Lang
  encoding: PageEncoding
}

interface FastPathSources {
  cache: Pick<PageCache, 'has' | 'get' | 'stamp'>
  entry: (id: string, asked: EntryRequest) => Promise<RenderedPage | null>
}

export const cacheKeyOf = (encoding: PageEncoding, address: string): string => `${encoding} ${address}`

const ENTRY = /^\/blacklist\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(\?lang=en)?$/

export const makeFastPath =
  ({ cache, entry }: FastPathSources): FastPath =>
  (request, response, now, express) => {
    const { method, url = '', headers } = request
    if (method !== 'GET' || !readsPages(headers.accept)) return false
    const encoding = chooseEncoding(request)
    const send = (made: Promise<RenderedPage | null | undefined>): true => {
      made
        .catch(() => null)
        .then((page) => {
          if (!page) return express()
          response.setHeader('X-Robots-Tag', page.robots)
          sendCompressed(request, response, maxAgeSeconds(now), page)
        })
        .catch((fault) => response.destroy(fault))
      return true
    }
    const [, id, english] = ENTRY.exec(url) ?? []
    if (id !== undefined) return send(entry(id, { request, now, lang: english ? 'en' : 'zh', encoding }))
    const key = cacheKeyOf(encoding, url)
    return cache.has(key) && send(cache.stamp(now).then((stamp) => cache.get<RenderedPage>(stamp, key)))
  }

const readsPages = (accepted = '*/*'): boolean =>
  accepted === '*/*' || (accepted.includes('text/html') && !accepted.includes('csv'))
