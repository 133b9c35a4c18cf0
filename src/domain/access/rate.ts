/** Leaky bucket: each attempt fills it, time empties it. All instants are milliseconds. */

export interface BucketRate {
  /** Most attempts in one burst. */
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

const LONGEST_ADDRESS = 64

/** Rate-limit key: the IPv4 address, or the IPv6 /64, all of which one subscriber has. */
export const networkOf = (address: string): string => {
  const plain = address.trim().slice(0, LONGEST_ADDRESS).toLowerCase().replace(/%.*$/, '')
  const four = /^(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})$/.exec(plain)?.[1]
  if (four !== undefined || !plain.includes(':')) return four ?? plain
  const [front = '', back] = plain.split('::')
  const before = front.split(':').filter(Boolean)
  const after = back?.split(':').filter(Boolean) ?? []
  const between = Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0')
  const groups = back === undefined ? before : [...before, ...between, ...after]
  return `${groups
    .slice(0, 4)
    .map((group) => group.padStart(4, '0'))
    .join(':')}/64`
}

/**
 * Returns the caller according to the X-Forwarded-For entry that the outermost of our `proxies` wrote. Entries further
 * left come from the client and are ignored.
 */
export const callerAddressOf = (peer: string, forwarded: string, proxies: number): string => {
  const noted = forwarded
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  return networkOf((proxies > 0 ? noted.at(-proxies) : undefined) ?? peer)
}
