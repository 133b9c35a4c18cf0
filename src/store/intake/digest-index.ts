/** In-memory index of current versions (about 33 bytes each), so that unchanged records are never staged. */
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { StringDecoder } from 'node:string_decoder'
import { to as copyTo } from 'pg-copy-streams'
import { DIGEST_WORDS, digestWordOf, isFingerprintAt, twoHashesOf } from '../../foundation/fingerprints.js'
import type { Db } from '../db/db.js'
import { withConnection } from '../db/own-connection.js'

export interface KnownVersions {
  meets: (key: string, digest: string) => boolean
  unmet: () => number[]
}

const SLOTS_PER_RECORD = 2
const NOBODY = -1

/**
 * True when the operator was found by its own code. Versions found otherwise may have another operator by now and must
 * be staged.
 */
const OWN = 'operator_id is not null and found_by is null and decision_id is null'

/** For a full delivery (`whole`), versions that only partial files contributed are left out. */
export const loadKnownVersions = async (
  db: Db,
  feed: string,
  { whole }: { whole: boolean },
): Promise<KnownVersions> => {
  const where = `feed = '${feed.replaceAll("'", "''")}' and known_to is null and ended_on is null ${whole ? 'and not partial' : ''}`
  return withConnection(db, async (connection) => {
    const { rows } = await connection.query(
      `select count(*) filter (where ${OWN})::int as own, count(*)::int as all from versions where ${where} /* digest-index.load */`,
    )
    const known = table(rows[0].own)
    if (rows[0].all === 0) return known
    // A character may span two chunks.
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
  })
}

export const noKnownVersions = (): KnownVersions => table(0)

const table = (size: number): KnownVersions & { add: (line: string) => void } => {
  const slots = new Int32Array(Math.max(2, size * SLOTS_PER_RECORD)).fill(NOBODY)
  const marks = new Uint32Array(size * DIGEST_WORDS)
  const ids = new Float64Array(size)
  const met = new Uint8Array(size)
  const others: number[] = []
  const wanted = new Uint32Array(DIGEST_WORDS)
  let filled = 0

  const slotOf = (key: string, digest: string): number => {
    mark(key, digest, wanted)
    let slot = (wanted[0] ?? 0) % slots.length
    for (; ; slot = slot + 1 === slots.length ? 0 : slot + 1) {
      const at = slots[slot] ?? NOBODY
      if (at === NOBODY || isFingerprintAt(marks, at, wanted)) return slot
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
      marks.set(wanted, filled * DIGEST_WORDS)
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

/** Combines key and digest: equal contents under two keys are two records. */
const mark = (key: string, digest: string, into: Uint32Array): void => {
  const [one, other] = twoHashesOf(key)
  for (let word = 0; word < DIGEST_WORDS; word += 1)
    into[word] = digestWordOf(digest, word) ^ (word % 2 === 0 ? one : other)
}

const unescaped = (text: string): string =>
  text.includes('\\')
    ? text.replace(
        /\\(.)/g,
        (_, sign: string) => (({ t: '\t', n: '\n', r: '\r' }) as Record<string, string>)[sign] ?? sign,
      )
    : text
