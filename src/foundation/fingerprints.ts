/** Hashes are 32-bit words, so that millions fit in flat arrays. */

/** Number of words compared of each digest: 128 bits. */
export const DIGEST_WORDS = 4
const HEX_PER_WORD = 8
const FNV_BASIS = 0x811c9dc5
const FNV_PRIME = 0x01000193
const GOLDEN = 0x9e3779b9
const MURMUR = 0x85ebca6b

/** Returns two hashes: FNV-1a, and multiply-and-rotate. */
export const twoHashesOf = (key: string): [number, number] => {
  let one = FNV_BASIS
  let other = GOLDEN
  for (let i = 0; i < key.length; i += 1) {
    const code = key.charCodeAt(i)
    one = Math.imul(one ^ code, FNV_PRIME)
    other = Math.imul(other ^ code, MURMUR)
    other = (other << 13) | (other >>> 19)
  }
  return [one >>> 0, other >>> 0]
}

export const digestWordOf = (digest: string, word: number): number =>
  Number.parseInt(digest.slice(word * HEX_PER_WORD, (word + 1) * HEX_PER_WORD), 16)

export const isFingerprintAt = (entries: Uint32Array, at: number, words: Uint32Array): boolean => {
  const from = at * words.length
  for (let word = 0; word < words.length; word += 1) if (entries[from + word] !== words[word]) return false
  return true
}

const NOBODY = -1
const FIRST_ROOM = 1024

export interface RepeatDetector {
  /** Compares the record with the first one of the same key in this delivery, and remembers a new key. */
  of: (key: string, digest: string) => 'first' | 'same' | 'other'
  /** Compares as `of` does, but remembers nothing: a rejected item contributes nothing. */
  wouldBe: (key: string, digest: string) => 'first' | 'same' | 'other'
  /** Number of distinct keys: a few records sent many times are not a whole feed. */
  readonly records: number
}

export const makeRepeatDetector = (): RepeatDetector => {
  let slots = new Int32Array(FIRST_ROOM * 2).fill(NOBODY)
  let keys = new Uint32Array(FIRST_ROOM * 2)
  let digests = new Uint32Array(FIRST_ROOM * DIGEST_WORDS)
  let records = 0
  const wanted = new Uint32Array(2)
  const contents = new Uint32Array(DIGEST_WORDS)

  const slotOf = (): number => {
    let slot = ((wanted[0] ?? 0) ^ (wanted[1] ?? 0)) >>> 0
    for (slot %= slots.length; ; slot = slot + 1 === slots.length ? 0 : slot + 1) {
      const at = slots[slot] ?? NOBODY
      if (at === NOBODY || isFingerprintAt(keys, at, wanted)) return slot
    }
  }
  const grow = (): void => {
    const room = records * 2
    keys = grown(keys, room * 2)
    digests = grown(digests, room * DIGEST_WORDS)
    slots = new Int32Array(room * 2).fill(NOBODY)
    for (let at = 0; at < records; at += 1) {
      wanted.set(keys.subarray(at * 2, at * 2 + 2))
      slots[slotOf()] = at
    }
  }

  const seek = (key: string, digest: string): number => {
    wanted.set(twoHashesOf(key))
    for (let word = 0; word < DIGEST_WORDS; word += 1) contents[word] = digestWordOf(digest, word)
    return slotOf()
  }
  const verdict = (slot: number): 'first' | 'same' | 'other' => {
    const at = slots[slot] ?? NOBODY
    if (at === NOBODY) return 'first'
    return isFingerprintAt(digests, at, contents) ? 'same' : 'other'
  }

  return {
    wouldBe: (key, digest) => verdict(seek(key, digest)),
    of: (key, digest) => {
      if (records * 2 >= slots.length) grow()
      const slot = seek(key, digest)
      const came = verdict(slot)
      if (came !== 'first') return came
      slots[slot] = records
      keys.set(wanted, records * 2)
      digests.set(contents, records * DIGEST_WORDS)
      records += 1
      return 'first'
    },
    get records() {
      return records
    },
  }
}

const grown = (entries: Uint32Array, length: number): Uint32Array<ArrayBuffer> => {
  const more = new Uint32Array(length)
  more.set(entries)
  return more
}
