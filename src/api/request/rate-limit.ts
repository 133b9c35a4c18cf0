/** Each process counts by itself, in bounded memory. */
import { type BucketLevel, type BucketRate, owedMsAt, waitMsFor } from '../../domain/access/rate.js'
import { Refusal } from '../../foundation/errors.js'

/** Most buckets per limit. Attempts within the overall rate never need so many at once. */
const BUCKETS_MOST = 10_000

/** Empty buckets are discarded at most this often within `everyMs`. */
const LOOKS_EACH = 10

/**
 * Newcomers (addresses with few recent failures) are always admitted: 120 random bits cannot be guessed, and strangers
 * cannot lock out everybody.
 */
const PARTY = {
  newcomers: true,
  overall: { most: 300, everyMs: 500 },
  each: [{ most: 20, everyMs: 30_000 }],
}
/** Rates: overall, per client and address, per address. Overall, scrypt takes at most half a processor. */
const CLIENT = {
  overall: { most: 200, everyMs: 100 },
  each: [
    { most: 30, everyMs: 10_000 },
    { most: 60, everyMs: 5_000 },
  ],
}

/** Newcomers are always admitted: a passkey cannot be guessed, and names no account before it answers. */
const PASSKEY = {
  newcomers: true,
  overall: { most: 300, everyMs: 100 },
  each: [{ most: 60, everyMs: 5_000 }],
}

const PERSON = {
  overall: { most: 200, everyMs: 100 },
  each: [
    { most: 10, everyMs: 20_000 },
    { most: 60, everyMs: 5_000 },
  ],
}

export type RateLimit = ReturnType<typeof makeRateLimit>

export type SignInLimits = ReturnType<typeof makeSignInLimits>

export const makeSignInLimits = () => ({
  party: makeRateLimit(PARTY),
  client: makeRateLimit(CLIENT),
  person: makeRateLimit(PERSON),
  passkey: makeRateLimit(PASSKEY),
})

export const makeRateLimit = ({
  overall,
  each,
  most = BUCKETS_MOST,
  newcomers = false,
}: {
  overall: BucketRate
  each: readonly BucketRate[]
  most?: number
  newcomers?: boolean
}) => {
  const all = makeBuckets(overall, 1)
  const limits = each.map((rate) => makeBuckets(rate, most))
  const chargedFor = (keys: readonly string[], proven: boolean) => {
    const own = limits.map((buckets, i) => ({ buckets, key: keys[i] ?? '' }))
    return proven ? own : [{ buckets: all, key: '' }, ...own]
  }
  const secondsToWait = (keys: readonly string[], now: Date, proven = false): number => {
    const at = now.getTime()
    if (newcomers && limits.every((buckets, i) => buckets.isLight(keys[i] ?? '', at))) return 0
    return Math.ceil(Math.max(...chargedFor(keys, proven).map(({ buckets, key }) => buckets.wait(key, at))) / 1_000)
  }
  return {
    secondsToWait,
    /**
     * Returns how to take the count back after success. `now`: the beginning of a request held back would drain buckets
     * twice. `proven` exempts a key that signed in before from the overall rate.
     */
    take: (keys: readonly string[], now: Date, proven = false): (() => void) => {
      const retryAfter = secondsToWait(keys, now, proven)
      if (retryAfter > 0) throw new Refusal('TOO_MANY_REQUESTS', { retryAfter })
      const counts = chargedFor(keys, proven)
      for (const { buckets, key } of counts) buckets.add(key, now.getTime())
      return () => {
        for (const { buckets, key } of counts) buckets.giveBack(key)
      }
    },
    size: () => limits.reduce((sum, buckets) => sum + buckets.size(), 0),
  }
}

const makeBuckets = (rate: BucketRate, most: number) => {
  const levels = new Map<string, BucketLevel>()
  let lookedAt = Number.NEGATIVE_INFINITY
  const forgetEmpty = (now: number): void => {
    if (Math.abs(now - lookedAt) * LOOKS_EACH < rate.everyMs) return
    lookedAt = now
    for (const [key, level] of levels) if (owedMsAt(level, now) === 0) levels.delete(key)
  }
  return {
    isLight: (key: string, now: number): boolean => owedMsAt(levels.get(key), now) * 2 <= rate.most * rate.everyMs,
    wait: (key: string, now: number): number => {
      if (!levels.has(key) && levels.size >= most) forgetEmpty(now)
      if (!levels.has(key) && levels.size >= most) return rate.everyMs
      return waitMsFor(owedMsAt(levels.get(key), now), rate)
    },
    add: (key: string, now: number): void => {
      if (!levels.has(key) && levels.size >= most) levels.delete(levels.keys().next().value ?? '')
      levels.set(key, { owedMs: owedMsAt(levels.get(key), now) + rate.everyMs, at: now })
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
