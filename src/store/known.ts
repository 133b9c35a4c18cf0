/**
 * What stands of a feed, in memory while it is pulled: most of what an agency sends is what it sent before, and an
 * unchanged record should cost nothing. Some 45 bytes a record; a record that is met here is never staged.
 */
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { StringDecoder } from 'node:string_decoder'
import { to as copyTo } from 'pg-copy-streams'
import type { Db } from './db.js'

/** Where an item stood that met a record unchanged. */
export interface Met {
  item: number
  page: number | null
  row: number
}

export interface Known {
  /** True if this very record stands already; remembers where it was met first. */
  meets: (key: string, digest: string, at: Met) => boolean
  /** Where the record of this key was met with this digest; null: it was not. */
  metAt: (key: string, digest: string) => Met | null
  /** How many different records were met. */
  readonly met: number
  /** Ids of the versions of records that were not met. */
  unmet: () => number[]
}

/** Slots for each record: fewer would make chains long. */
const SLOTS_PER_RECORD = 2
const WORDS = 4 // of 32 bits in a digest
const NOBODY = -1

/**
 * Versions that a pull may meet unchanged: not those without an operator, whose owner may be known by now, and for a whole
 * feed not those that only partial files brought, which it takes for its own.
 */
export const load = async (db: Db, feed: string, { whole }: { whole: boolean }): Promise<Known> => {
  const where = `feed = '${feed.replaceAll("'", "''")}' and known_to is null and ended_on is null and operator_id is not null ${whole ? 'and not partial' : ''}`
  const connection = await db.client.acquireConnection()
  try {
    const { rows } = await connection.query(`select count(*)::int as n from versions where ${where} /* known.load */`)
    const known = table(rows[0].n)
    if (rows[0].n === 0) return known
    // Decoded as one stream: a character may lie across two pieces.
    const decoder = new StringDecoder('utf8')
    let carry = ''
    const lines = new Writable({
      write: (piece: Buffer, _encoding, done) => {
        const text = carry + decoder.write(piece)
        let from = 0
        for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
          known.add(text.slice(from, end))
          from = end + 1
        }
        carry = text.slice(from)
        done()
      },
    })
    const sql = `copy (select id, digest, record_key from versions where ${where}) to stdout`
    await pipeline(connection.query(copyTo(sql)), lines)
    return known
  } finally {
    await db.client.releaseConnection(connection)
  }
}

/** Of a feed from which nothing stands, or whose records are all to be staged. */
export const nothingKnown = (): Known => table(0)

/** A hash table in flat arrays; records that came after it was counted find no room and are taken for unknown. */
const table = (size: number): Known & { add: (line: string) => void } => {
  const slots = new Int32Array(Math.max(2, size * SLOTS_PER_RECORD)).fill(NOBODY)
  const marks = new Uint32Array(size * WORDS)
  const ids = new Float64Array(size)
  const items = new Int32Array(size).fill(NOBODY)
  const pages = new Int32Array(size)
  const rows = new Int32Array(size)
  const sought = new Uint32Array(WORDS)
  let filled = 0
  let met = 0

  /** The place of what is sought, or where it would go. */
  const slotOf = (key: string, digest: string): number => {
    mark(key, digest, sought)
    let slot = (sought[0] ?? 0) % slots.length
    for (; ; slot = slot + 1 === slots.length ? 0 : slot + 1) {
      const at = slots[slot] ?? NOBODY
      if (at === NOBODY || sought.every((word, i) => marks[at * WORDS + i] === word)) return slot
    }
  }
  const found = (key: string, digest: string): number => slots[slotOf(key, digest)] ?? NOBODY

  return {
    add: (line) => {
      if (filled === size) return
      const [id = '', digest = '', key = ''] = line.split('\t')
      const slot = slotOf(unescaped(key), digest)
      if (slots[slot] !== NOBODY) return
      slots[slot] = filled
      marks.set(sought, filled * WORDS)
      ids[filled] = Number(id)
      filled += 1
    },
    meets: (key, digest, { item, page, row }) => {
      const at = found(key, digest)
      if (at === NOBODY) return false
      if (items[at] === NOBODY) {
        items[at] = item
        pages[at] = page ?? NOBODY
        rows[at] = row
        met += 1
      }
      return true
    },
    metAt: (key, digest) => {
      const at = found(key, digest)
      const item = items[at] ?? NOBODY
      if (at === NOBODY || item === NOBODY) return null
      return { item, page: pages[at] === NOBODY ? null : (pages[at] ?? null), row: rows[at] ?? 0 }
    },
    get met() {
      return met
    },
    unmet: () => [...ids.subarray(0, filled)].filter((_, at) => items[at] === NOBODY),
  }
}

/** The digest, with two hashes of the key laid over it: equal contents under two keys are two records. */
const mark = (key: string, digest: string, into: Uint32Array): void => {
  let one = 0x811c9dc5
  let other = 0x9e3779b9
  for (let i = 0; i < key.length; i += 1) {
    const code = key.charCodeAt(i)
    one = Math.imul(one ^ code, 0x01000193)
    other = Math.imul(other ^ code, 0x85ebca6b)
    other = (other << 13) | (other >>> 19)
  }
  for (let word = 0; word < WORDS; word += 1) {
    const part = Number.parseInt(digest.slice(word * 8, word * 8 + 8), 16)
    into[word] = part ^ (word % 2 === 0 ? one : other)
  }
}

const unescaped = (text: string): string =>
  text.includes('\\')
    ? text.replace(
        /\\(.)/g,
        (_, sign: string) => (({ t: '\t', n: '\n', r: '\r' }) as Record<string, string>)[sign] ?? sign,
      )
    : text
