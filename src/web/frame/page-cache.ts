/**
 * Cache of pages made from the public list, valid for one stamp and one day. Every change of the list changes the stamp
 * in the same transaction, so a removed entry is never served from the cache.
 */

import { Refusal } from '../../foundation/errors.js'
import { dateIn } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import { type InTurn, makeTurns } from '../../store/db/turns.js'
import * as publicList from '../../store/publication/public-list.js'

/** Most cached answers. The least recently used one is evicted. */
const KEPT_MOST = 400

export interface Stamped extends Omit<publicList.Stamp, 'listed'> {
  day: string
}

export interface Kept {
  /**
   * Returns the current stamp, read from the database after the call. Throws LIST_WITHHELD while the restore guard
   * forbids listing.
   */
  stamp: (now: Date) => Promise<Stamped>
  /** Returns the cached or pending value for this key and stamp, else calls `make`. */
  by: <T>(stamp: Stamped, key: string, make: () => Promise<T>) => Promise<T>
  /** True when the key is cached under any stamp. */
  known: (key: string) => boolean
  /** Returns the value cached for this key and stamp, or undefined. */
  again: <T>(stamp: Stamped, key: string) => Promise<T> | undefined
  /** Like `by`, for figures without names. They may be as old as the last publication. */
  published: <T>(stamp: Stamped, key: string, make: () => Promise<T>) => Promise<T>
  /** Limits concurrent scans of the whole list. The callback must not wait for another turn. */
  inTurn: InTurn
}

export const makeKept = (db: Db, inTurn: InTurn = makeTurns()): Kept => {
  const kept = new Map<string, { stamp: string; made: Promise<unknown> }>()
  const read = together(() => publicList.stamp(db))
  const again = <T>(key: string, stamp: string): Promise<T> | undefined => {
    const known = kept.get(key)
    if (known?.stamp !== stamp) return undefined
    // Reinserting moves the key to the end, so the first key is the least recently used.
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
    // A failure is not cached. Only current waiters see it.
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

const told = ({ changes, sequence, day }: Stamped): string => `${changes} ${sequence} ${day}`

/** Shares one read among all calls made before it begins. Calls during a read share the next one. */
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

/** Like `together`, for single keys: one batched read per group of calls. */
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
