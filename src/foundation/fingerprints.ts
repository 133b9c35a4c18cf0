/** Hashes are 32-bit words, so millions fit in flat arrays. */

const KEY_WORDS = 2
const DIGEST_WORDS = 4 // 128 bits of each digest
const WORDS = KEY_WORDS + DIGEST_WORDS
const HEX_PER_WORD = 8
const FNV_BASIS = 0x811c9dc5
const FNV_PRIME = 0x01000193
const GOLDEN = 0x9e3779b9
const MURMUR = 0x85ebca6b

const twoHashesOf = (key: string): [number, number] => {
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

const digestWordOf = (digest: string, word: number): number =>
  Number.parseInt(digest.slice(word * HEX_PER_WORD, (word + 1) * HEX_PER_WORD), 16)

const NOBODY = -1
const FIRST_ROOM = 1024

/** `key` compares only keys, `content` also digests. */
export const makeRecordTable = (by: 'key' | 'content') => {
  const compared = by === 'key' ? KEY_WORDS : WORDS
  let slots = new Int32Array(FIRST_ROOM * 2).fill(NOBODY)
  let entries = new Uint32Array(FIRST_ROOM * WORDS)
  let size = 0
  const sought = new Uint32Array(WORDS)

  const agrees = (at: number, wanted: Uint32Array, from: number, to: number): boolean => {
    for (let word = from; word < to; word += 1) if (entries[at * WORDS + word] !== wanted[word]) return false
    return true
  }
  const slotOf = (wanted: Uint32Array): number => {
    let slot = ((wanted[0] ?? 0) ^ (wanted[1] ?? 0)) >>> 0
    for (slot %= slots.length; ; slot = slot + 1 === slots.length ? 0 : slot + 1) {
      const at = slots[slot] ?? NOBODY
      if (at === NOBODY || agrees(at, wanted, 0, compared)) return slot
    }
  }
  const seek = (key: string, digest: string): number => {
    sought.set(twoHashesOf(key))
    for (let word = 0; word < DIGEST_WORDS; word += 1) sought[KEY_WORDS + word] = digestWordOf(digest, word)
    return slotOf(sought)
  }
  const grow = (): void => {
    const before = entries
    entries = new Uint32Array(before.length * 2)
    entries.set(before)
    slots = new Int32Array(slots.length * 2).fill(NOBODY)
    for (let at = 0; at < size; at += 1) slots[slotOf(entries.subarray(at * WORDS, (at + 1) * WORDS))] = at
  }

  return {
    /** -1 for a record that was not added. */
    numberOf: (key: string, digest: string): number => slots[seek(key, digest)] ?? NOBODY,
    add: (key: string, digest: string): number => {
      if (size * 2 >= slots.length) grow()
      const slot = seek(key, digest)
      const at = slots[slot] ?? NOBODY
      if (at !== NOBODY) return at
      slots[slot] = size
      entries.set(sought, size * WORDS)
      size += 1
      return size - 1
    },
    hasSameDigest: (at: number): boolean => agrees(at, sought, KEY_WORDS, WORDS),
    get size() {
      return size
    },
  }
}

export interface RepeatDetector {
  of: (key: string, digest: string) => 'first' | 'same' | 'other'
  /** Like `of`, but remembers nothing: a rejected item contributes nothing. */
  wouldBe: (key: string, digest: string) => 'first' | 'same' | 'other'
  /** A few records sent many times are not a whole feed. */
  readonly records: number
}

export const makeRepeatDetector = (): RepeatDetector => {
  const table = makeRecordTable('key')
  const verdict = (at: number) => (table.hasSameDigest(at) ? 'same' : 'other')
  return {
    of: (key, digest) => {
      const before = table.size
      const at = table.add(key, digest)
      return at === before ? 'first' : verdict(at)
    },
    wouldBe: (key, digest) => {
      const at = table.numberOf(key, digest)
      return at === NOBODY ? 'first' : verdict(at)
    },
    get records() {
      return table.size
    },
  }
}
