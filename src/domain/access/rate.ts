/** How often somebody may try: each attempt fills a bucket, time empties it. Pure: the instant comes as an argument, in milliseconds. */

export interface Rate {
  /** Attempts that may come at once. */
  most: number
  /** After so long one more is had back, milliseconds. */
  everyMs: number
}

export interface Level {
  /** How long it takes until the bucket is empty, counted from `at`, milliseconds. */
  owedMs: number
  at: number
}

/** What is still owed at an instant. A clock that was set back neither empties nor fills anything. */
export const owedAt = (level: Level | undefined, now: number): number =>
  level === undefined ? 0 : Math.max(0, level.owedMs - Math.max(0, now - level.at))

/** How long until one more attempt fits, milliseconds; 0: it does. */
export const waitFor = (owedMs: number, { most, everyMs }: Rate): number =>
  Math.max(0, owedMs + everyMs - most * everyMs)

const LONGEST_ADDRESS = 64

/** Whom an address stands for: itself, or its network where one subscriber has a whole one (IPv6, /64). */
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
 * Whose request it is: the caller's own address, or where `proxies` of one's own stand before the hub, what the outermost of
 * them noted. What the caller itself wrote there lies further left and is never read.
 */
export const callerOf = (peer: string, forwarded: string, proxies: number): string => {
  const noted = forwarded
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  return networkOf((proxies > 0 ? noted.at(-proxies) : undefined) ?? peer)
}
