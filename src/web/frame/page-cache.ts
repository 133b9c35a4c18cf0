/**
 * Caches pages by the list's version stamp, which every change of the list updates in its own transaction: a removed
 * entry is never served.
 */

import { Refusal } from '../../foundation/errors.js'
import { LRUCache } from '../../foundation/lru.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import { type ConcurrencyLimit, makeConcurrencyLimit } from '../../store/db/concurrency-limit.js'
import type { Db } from '../../store/db/db.js'
import * as publicList from '../../store/publication/public-list.js'

const KEPT_MOST = 400

export interface DayStamp extends Omit<publicList.ListStamp, 'listed'> {
  day: string
}

export interface PageCache {
  /** Never shares a read begun before the call. Throws LIST_WITHHELD while the restore guard forbids listing. */
  stamp: (now: Date) => Promise<DayStamp>
  getOrMake: <T>(stamp: DayStamp, key: string, make: () => Promise<T>) => Promise<T>
  has: (key: string) => boolean
  get: <T>(stamp: DayStamp, key: string) => Promise<T> | undefined
  /** For figures without names; they are kept until the next publication or day. */
  getOrMakePublished: <T>(stamp: DayStamp, key: string, make: () => Promise<T>) => Promise<T>
  /** Limits concurrent scans of the whole list. Calls must not nest. */
  inTurn: ConcurrencyLimit
}

export const makePageCache = (db: Db, inTurn: ConcurrencyLimit = makeConcurrencyLimit()): PageCache => {
  const entries = new LRUCache<string, { stamp: string; made: Promise<unknown> }>({ max: KEPT_MOST })
  const read = shareReads(() => publicList.listStamp(db))
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
    stamp: async (now) => {
      const { listed, ...stamp } = await read()
      if (listed === false) throw new Refusal('LIST_WITHHELD')
      return { ...stamp, day: shanghaiDate(now) }
    },
    has: (key) => entries.has(key),
    get: (stamp, key) => lookUp(key, keyOfStamp(stamp)),
    getOrMake: (stamp, key, make) => lookUpOrMake(key, keyOfStamp(stamp), make),
    getOrMakePublished: ({ sequence, day }, key, make) => lookUpOrMake(`published ${key}`, `${sequence} ${day}`, make),
    inTurn,
  }
}

const keyOfStamp = ({ changes, sequence, day }: DayStamp): string => `${changes} ${sequence} ${day}`

/** Shares one read among calls made before it begins. Later calls share the next. */
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
