/** Leaky bucket: each attempt fills it, time empties it. All instants are milliseconds. */
import { networkOf } from '../../foundation/http/addresses.js'

export interface BucketRate {
  most: number
  /** Time in which the bucket loses one attempt. */
  everyMs: number
}

export interface BucketLevel {
  /** Milliseconds from `at` until the bucket is empty. */
  owedMs: number
  at: number
}

export const owedMsAt = (level: BucketLevel | undefined, now: number): number =>
  level === undefined ? 0 : Math.max(0, level.owedMs - Math.max(0, now - level.at))

export const waitMsFor = (owedMs: number, { most, everyMs }: BucketRate): number =>
  Math.max(0, owedMs + everyMs - most * everyMs)

/** Uses the X-Forwarded-For entry of our outermost proxy: the client may have written those further left. */
export const callerAddressOf = (peer: string, forwarded: string, proxies: number): string => {
  if (proxies === 0) return networkOf(peer)
  const noted = forwarded
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  return networkOf(noted.at(-proxies) ?? peer)
}
