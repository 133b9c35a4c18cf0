/** Leaky bucket: each attempt fills it, time empties it. Instants are milliseconds. */

export interface BucketRate {
  /** Most attempts in one burst. */
  most: number
  /** One more attempt fits after this time. */
  everyMs: number
}

export interface BucketLevel {
  /** Milliseconds from `at` until the bucket is empty. */
  owedMs: number
  at: number
}

export const owedMsAt = (level: BucketLevel | undefined, now: number): number =>
  level === undefined ? 0 : Math.max(0, level.owedMs - Math.max(0, now - level.at))

/** Milliseconds until one more attempt fits. */
export const waitMsFor = (owedMs: number, { most, everyMs }: BucketRate): number =>
  Math.max(0, owedMs + everyMs - most * everyMs)

const LONGEST_ADDRESS = 64

/** An IPv6 subscriber has a whole /64, so the network is the key. */
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
 * Returns the X-Forwarded-For entry that the outermost of our `proxies` wrote. Entries further left come from the client and are never
 * read.
 */
export const callerAddressOf = (peer: string, forwarded: string, proxies: number): string => {
  const noted = forwarded
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  return networkOf((proxies > 0 ? noted.at(-proxies) : undefined) ?? peer)
}
