/** How often one may try to get in, per address and overall; kept in memory of bounded size, in each process for itself. */
import { type Level, owedAt, type Rate, waitFor } from '../../domain/access/rate.js'
import { Refusal } from '../../foundation/errors.js'

/**
 * Buckets kept of each kind. Only an attempt within the overall rate fills one, and one that has emptied is forgotten: with
 * the rates below fewer are ever full at once, so nobody can wash out his own by coming from many addresses; where newcomers
 * are let in he could with ten thousand of them, and it would gain him nothing against a code of 120 bits.
 */
const BUCKETS_MOST = 10_000

/** How often buckets are looked through for empty ones in the time in which one attempt is had back, when all are taken. */
const LOOKS_EACH = 10

/**
 * A party types its code by hand: some slips at once, then two a minute. Codes cannot be guessed however many try, so whoever
 * has failed little lately is always let in: strangers must not shut the door for all.
 */
const PARTY = {
  newcomers: true,
  overall: { most: 300, everyMs: 500 },
  each: [{ most: 20, everyMs: 30_000 }],
}
/**
 * Each attempt costs a scrypt: overall no more than half a processor of them. By client and address, by address. Whoever knocks
 * wrongly from many addresses uses that up, and must not shut out those who have come in from where they are before.
 */
const CLIENT = {
  overall: { most: 200, everyMs: 100 },
  each: [
    { most: 30, everyMs: 10_000 },
    { most: 60, everyMs: 5_000 },
  ],
}

/** A person slips more often than a system, and has fewer to try: by name and address, by address. */
const PERSON = {
  overall: { most: 200, everyMs: 100 },
  each: [
    { most: 10, everyMs: 20_000 },
    { most: 60, everyMs: 5_000 },
  ],
}

export interface Limit {
  /**
   * Counts an attempt against each key and overall, or against nothing: Refusal TOO_MANY_REQUESTS. Whoever succeeds gives it
   * back: good callers never wait. `proven`: somebody has come in by the first key before (work/access/lockouts); it is held to its own
   * rates alone, however many others there are.
   */
  take(keys: readonly string[], now: Date, proven?: boolean): () => void
  /** Buckets held. */
  size(): number
}

export interface Limits {
  party: Limit
  client: Limit
  person: Limit
}

export const makeLimits = (): Limits => ({
  party: makeLimit(PARTY),
  client: makeLimit(CLIENT),
  person: makeLimit(PERSON),
})

/** `each`: one rate for each key that will be given. */
export const makeLimit = ({
  overall,
  each,
  most = BUCKETS_MOST,
  newcomers = false,
}: {
  overall: Rate
  each: readonly Rate[]
  most?: number
  /** Whoever has failed little lately is let in whatever others do. */
  newcomers?: boolean
}): Limit => {
  const all = makeBuckets(overall, 1)
  const own = each.map((rate) => makeBuckets(rate, most))
  return {
    take: (keys, now, proven = false) => {
      const at = now.getTime()
      const asked = [{ buckets: all, key: '' }, ...own.map((buckets, i) => ({ buckets, key: keys[i] ?? '' }))]
      const counts = proven ? asked.slice(1) : asked
      const isNew = newcomers && own.every((buckets, i) => buckets.isLight(keys[i] ?? '', at))
      const wait = isNew ? 0 : Math.max(...counts.map(({ buckets, key }) => buckets.wait(key, at)))
      if (wait > 0) throw new Refusal('TOO_MANY_REQUESTS', { retryAfter: Math.ceil(wait / 1_000) })
      for (const { buckets, key } of counts) buckets.add(key, at)
      return () => {
        for (const { buckets, key } of counts) buckets.giveBack(key)
      }
    },
    size: () => own.reduce((sum, buckets) => sum + buckets.size(), 0),
  }
}

const makeBuckets = (rate: Rate, most: number) => {
  const levels = new Map<string, Level>()
  let lookedAt = Number.NEGATIVE_INFINITY
  const forgetEmpty = (now: number): void => {
    // A full house is not looked through again for each who knocks.
    if (Math.abs(now - lookedAt) * LOOKS_EACH < rate.everyMs) return
    lookedAt = now
    for (const [key, level] of levels) if (owedAt(level, now) === 0) levels.delete(key)
  }
  return {
    /** Half of what it holds is left. */
    isLight: (key: string, now: number): boolean => owedAt(levels.get(key), now) * 2 <= rate.most * rate.everyMs,
    wait: (key: string, now: number): number => {
      if (!levels.has(key) && levels.size >= most) forgetEmpty(now)
      if (!levels.has(key) && levels.size >= most) return rate.everyMs
      return waitFor(owedAt(levels.get(key), now), rate)
    },
    add: (key: string, now: number): void => {
      // Only newcomers find it full: the one that has been there longest goes.
      if (!levels.has(key) && levels.size >= most) levels.delete(levels.keys().next().value ?? '')
      levels.set(key, { owedMs: owedAt(levels.get(key), now) + rate.everyMs, at: now })
    },
    giveBack: (key: string): void => {
      const level = levels.get(key)
      if (level === undefined) return
      level.owedMs -= rate.everyMs
      if (level.owedMs <= 0) levels.delete(key)
    },
    size: () => levels.size,
  }
}
