/**
 * What stands of a feed, in memory while it is pulled: most of what an agency sends is what it sent before, and an
 * unchanged record should cost nothing. Some 33 bytes a record; a record that is met here is never staged.
 */
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { StringDecoder } from 'node:string_decoder'
import { to as copyTo } from 'pg-copy-streams'
import { hashesOf, isAt, WORDS, wordOf } from '../../foundation/fingerprints.js'
import type { Db } from '../db/db.js'

export interface Known {
  /** True if this very record stands already; remembers that it was met. */
  meets: (key: string, digest: string) => boolean
  /** Ids of the versions of records that were not met; also of those that never can be, whatever was staged of them. */
  unmet: () => number[]
}

/** Slots for each record: fewer would make chains long. */
const SLOTS_PER_RECORD = 2
const NOBODY = -1

/** Versions whose own code says whose they are: without an operator, or found by another code or a decision, one may lead elsewhere by now. */
const OWN = 'operator_id is not null and found_by is null and decision_id is null'

/**
 * What stands of a feed; for a whole one not what only partial files brought, which it takes for its own. A pull may meet
 * unchanged what is its operator's own; of the rest only their ids are kept, which a whole delivery must bring or they end.
 */
export const load = async (db: Db, feed: string, { whole }: { whole: boolean }): Promise<Known> => {
  const where = `feed = '${feed.replaceAll("'", "''")}' and known_to is null and ended_on is null ${whole ? 'and not partial' : ''}`
  const connection = await db.client.acquireConnection()
  try {
    const { rows } = await connection.query(
      `select count(*) filter (where ${OWN})::int as own, count(*)::int as all from versions where ${where} /* known.load */`,
    )
    const known = table(rows[0].own)
    if (rows[0].all === 0) return known
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
    const sql = `copy (select id, case when ${OWN} then digest end, record_key from versions where ${where}) to stdout`
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
  const met = new Uint8Array(size)
  const others: number[] = []
  const sought = new Uint32Array(WORDS)
  let filled = 0

  /** The place of what is sought, or where it would go. */
  const slotOf = (key: string, digest: string): number => {
    mark(key, digest, sought)
    let slot = (sought[0] ?? 0) % slots.length
    for (; ; slot = slot + 1 === slots.length ? 0 : slot + 1) {
      const at = slots[slot] ?? NOBODY
      if (at === NOBODY || isAt(marks, at, sought)) return slot
    }
  }

  return {
    add: (line) => {
      const [id = '', digest = '', key = ''] = line.split('\t')
      if (digest === '\\N') {
        others.push(Number(id))
        return
      }
      if (filled === size) return
      const slot = slotOf(unescaped(key), digest)
      if (slots[slot] !== NOBODY) return
      slots[slot] = filled
      marks.set(sought, filled * WORDS)
      ids[filled] = Number(id)
      filled += 1
    },
    meets: (key, digest) => {
      if (filled === 0) return false
      const at = slots[slotOf(key, digest)] ?? NOBODY
      if (at === NOBODY) return false
      met[at] = 1
      return true
    },
    unmet: () => {
      const missing = [...others]
      for (let at = 0; at < filled; at += 1) if (met[at] === 0) missing.push(ids[at] ?? 0)
      return missing
    },
  }
}

/** The digest, with two hashes of the key laid over it: equal contents under two keys are two records. */
const mark = (key: string, digest: string, into: Uint32Array): void => {
  const [one, other] = hashesOf(key)
  for (let word = 0; word < WORDS; word += 1) into[word] = wordOf(digest, word) ^ (word % 2 === 0 ? one : other)
}

const unescaped = (text: string): string =>
  text.includes('\\')
    ? text.replace(
        /\\(.)/g,
        (_, sign: string) => (({ t: '\t', n: '\n', r: '\r' }) as Record<string, string>)[sign] ?? sign,
      )
    : text
