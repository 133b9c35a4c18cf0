/**
 * Page cache for one stamp and day. Every change of the list changes the stamp in the same transaction, so a removed
 * entry is never served.
 */

import { Refusal } from '../../foundation/errors.js'
import { dateIn } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import { type InTurn, makeTurns } from '../../store/db/turns.js'
import * as publicList from '../../store/publication/public-list.js'

/** Evicts the least recently used. */
const KEPT_MOST = 400

export interface DayStamp extends Omit<publicList.Stamp, 'listed'> {
  day: string
}

export interface PageCache {
  /** Reads the stamp after the call. Throws LIST_WITHHELD while the restore guard forbids listing. */
  stamp: (now: Date) => Promise<DayStamp>
  /** Returns the cached or pending value, else calls `make`. */
  by: <T>(stamp: DayStamp, key: string, make: () => Promise<T>) => Promise<T>
  /** Cached under any stamp. */
  known: (key: string) => boolean
  again: <T>(stamp: DayStamp, key: string) => Promise<T> | undefined
  /** Like `by`, for figures without names, as of the last publication. */
  published: <T>(stamp: DayStamp, key: string, make: () => Promise<T>) => Promise<T>
  /** Limits concurrent scans of the whole list. Turns must not nest. */
  inTurn: InTurn
}

export const makeKept = (db: Db, inTurn: InTurn = makeTurns()): PageCache => {
  const kept = new Map<string, { stamp: string; made: Promise<unknown> }>()
  const read = together(() => publicList.stamp(db))
  const again = <T>(key: string, stamp: string): Promise<T> | undefined => {
    const known = kept.get(key)
    if (known?.stamp !== stamp) return undefined
    // Moves the key to the end, for LRU order.
    kept.delete(key)
    kept.set(key, known)
    return known.made as Promise<T>
  }
  const keep = <T>(key: string, stamp: string, make: () => Promise<T>): Promise<T> => {
    const known = again<T>(key, stamp)
    if (known !== undefined) return known
    const made = make()
    kept.delete(key)
    kept.set(key, { stamp, made })
    // Failures are not cached.
    made.catch(() => {
      if (kept.get(key)?.made === made) kept.delete(key)
    })
    if (kept.size > KEPT_MOST) kept.delete(kept.keys().next().value ?? '')
    return made
  }
  return {
    stamp: async (now) => {
      const { listed, ...stamp } = await read()
      if (listed === false) throw new Refusal('LIST_WITHHELD')
      return { ...stamp, day: dateIn(now) }
    },
    known: (key) => kept.has(key),
    again: (stamp, key) => again(key, told(stamp)),
    by: (stamp, key, make) => keep(key, told(stamp), make),
    published: ({ sequence, day }, key, make) => keep(`published ${key}`, `${sequence} ${day}`, make),
    inTurn,
  }
}

const told = ({ changes, sequence, day }: DayStamp): string => `${changes} ${sequence} ${day}`

/** Shares one read among calls made before it begins. Later calls share the next. */
const together = <T>(read: () => Promise<T>): (() => Promise<T>) => {
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

/** Batches single keys like `together`. */
export const gathered = <V>(
  read: (keys: readonly string[]) => Promise<Map<string, V>>,
): ((key: string) => Promise<V | null>) => {
  let keys = new Set<string>()
  const once = together(() => {
    const asked = [...keys]
    keys = new Set()
    return read(asked)
  })
  return async (key) => {
    keys.add(key)
    return (await once()).get(key) ?? null
  }
}
