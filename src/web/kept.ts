/**
 * What was made of the public list, kept for as long as the list and the day are the same. Whatever changes the list changes
 * its stamp in the same transaction, so nothing that was kept shows an entry to whoever asks after that entry has left.
 */
import { dateIn } from '../domain/dates.js'
import { Refusal } from '../errors.js'
import type { Db } from '../store/db.js'
import * as publicList from '../store/public-list.js'

/** Answers kept at once; the oldest goes first. */
const KEPT_MOST = 400
/** Questions over the whole list at once, each the database's work for a while; and how many more may wait. */
const WHOLE_MOST = 3
const WAITING_MOST = 200

export interface Stamped extends publicList.Stamp {
  /** Today, YYYY-MM-DD. */
  day: string
}

export interface Kept {
  /** Of now: read from the database after it was asked for. */
  stamp: (now: Date) => Promise<Stamped>
  /** What was made under this key by the same stamp, or is being made; else `make`. */
  by: <T>(stamp: Stamped, key: string, make: () => Promise<T>) => Promise<T>
  /** As `by`, of numbers that name nobody: they are those of the last publication. */
  published: <T>(stamp: Stamped, key: string, make: () => Promise<T>) => Promise<T>
  /** When it has its turn: what looks at the whole list is done by a few at once. It waits for nothing else that does. */
  inTurn: <T>(act: () => Promise<T>) => Promise<T>
}

export const makeKept = (db: Db): Kept => {
  const kept = new Map<string, { stamp: string; made: Promise<unknown> }>()
  const read = together(() => publicList.stamp(db))
  const keep = <T>(key: string, stamp: string, make: () => Promise<T>): Promise<T> => {
    const known = kept.get(key)
    if (known?.stamp === stamp) return known.made as Promise<T>
    const made = make()
    kept.delete(key)
    kept.set(key, { stamp, made })
    // A fault is nobody's answer but that of those who wait for it now.
    made.catch(() => {
      if (kept.get(key)?.made === made) kept.delete(key)
    })
    if (kept.size > KEPT_MOST) kept.delete(kept.keys().next().value ?? '')
    return made
  }
  return {
    stamp: async (now) => ({ ...(await read()), day: dateIn(now) }),
    by: ({ changes, sequence, day }, key, make) => keep(key, `${changes} ${sequence} ${day}`, make),
    published: ({ sequence, day }, key, make) => keep(`published ${key}`, `${sequence} ${day}`, make),
    inTurn: turns(WHOLE_MOST),
  }
}

/** One reading for all who ask before it begins; whoever asks while one is under way waits for the next. */
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

/** So many at once; the others in their order. Refusal HUB_BUSY where too many wait already. */
const turns = (most: number): (<T>(act: () => Promise<T>) => Promise<T>) => {
  const waiting: (() => void)[] = []
  let free = most
  return async (act) => {
    if (waiting.length >= WAITING_MOST) throw new Refusal('HUB_BUSY', { reason: '查询过多 too many questions' })
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve))
    else free -= 1
    try {
      return await act()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}

/** As `together`, of those keys that are asked for; `read` tells of each that there is. */
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
