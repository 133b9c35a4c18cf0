/**
 * What was made of the public list, kept for as long as the list and the day are the same. Whatever changes the list changes
 * its stamp in the same transaction, so nothing that was kept shows an entry to whoever asks after that entry has left.
 */

import { Refusal } from '../../foundation/errors.js'
import { dateIn } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import { type InTurn, makeTurns } from '../../store/db/turns.js'
import * as publicList from '../../store/publication/public-list.js'

/** Answers kept at once; what was asked for longest ago goes first. */
const KEPT_MOST = 400

export interface Stamped extends Omit<publicList.Stamp, 'listed'> {
  /** Today, YYYY-MM-DD. */
  day: string
}

export interface Kept {
  /** Of now: read from the database after it was asked for. Refusal LIST_WITHHELD where nobody may be listed. */
  stamp: (now: Date) => Promise<Stamped>
  /** What was made under this key by the same stamp, or is being made; else `make`. */
  by: <T>(stamp: Stamped, key: string, make: () => Promise<T>) => Promise<T>
  /** Whether something is kept under this key, of whatever stamp. */
  known: (key: string) => boolean
  /** What `by` was given for this key by the same stamp; undefined: nothing was. */
  again: <T>(stamp: Stamped, key: string) => Promise<T> | undefined
  /** As `by`, of numbers that name nobody: they are those of the last publication. */
  published: <T>(stamp: Stamped, key: string, make: () => Promise<T>) => Promise<T>
  /** When it has its turn: what looks at the whole list is done by a few at once. It waits for nothing else that does. */
  inTurn: InTurn
}

export const makeKept = (db: Db, inTurn: InTurn = makeTurns()): Kept => {
  const kept = new Map<string, { stamp: string; made: Promise<unknown> }>()
  const read = together(() => publicList.stamp(db))
  const again = <T>(key: string, stamp: string): Promise<T> | undefined => {
    const known = kept.get(key)
    if (known?.stamp !== stamp) return undefined
    // To the end of the line: the first in it goes first.
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
    // A fault is nobody's answer but that of those who wait for it now.
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
