/** Mutations of documents. Each returns the marks of the records that must survive. */
import { deflateRawSync, gzipSync } from 'node:zlib'
import iconv from 'iconv-lite'
import { marksIn } from './documents.js'
import type { Random } from './random.js'

/** `marks` is null when nothing can be predicted. Then only crashes, hangs and unnamed refusals are faults. */
export interface Mutated {
  bytes: Buffer
  marks: Set<string> | null
}
export type Mutation = (bytes: Buffer, random: Random) => Mutated

/** Expects the marks that are still in the bytes. */
const plain = (bytes: Buffer): Mutated => ({ bytes, marks: marksIn(bytes.toString('latin1')) })
const opaque = (bytes: Buffer): Mutated => ({ bytes, marks: null })

const flipped: Mutation = (bytes, random) => {
  const copy = Buffer.from(bytes)
  for (let n = random.one([1, 1, 2, 5, 20]); n > 0; n -= 1) {
    const at = random.below(copy.length)
    copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8))
  }
  return plain(copy)
}

const spliced = (bytes: Buffer, at: number, remove: number, insert: Buffer): Mutated =>
  plain(Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]))

const INSERTED = [
  '"',
  '""',
  '\n',
  '\r',
  '\0',
  '\0\0\0',
  ',',
  ';',
  '\t',
  '<',
  '>',
  '&',
  '&a;',
  ']]>',
  '{',
  '}',
  '[',
  ']',
  '\\',
  '\u2028',
  '\ufeff',
  '\x1a',
  '=1+1',
  '__proto__',
  '-'.repeat(5000),
]

const inserted: Mutation = (bytes, random) =>
  spliced(bytes, random.below(bytes.length + 1), 0, Buffer.from(random.one(INSERTED)))

const encodedAs =
  (encoding: string, addBOM: boolean): Mutation =>
  (bytes) => {
    const text = bytes.toString('utf8')
    return { bytes: iconv.encode(text, encoding, { addBOM }), marks: marksIn(text) }
  }

const lines: Mutation = (bytes, random) =>
  plain(
    Buffer.from(
      bytes
        .toString('utf8')
        .split('\n')
        .map((line) => line + random.one(['\n', '\r\n', '\r', '\n\n', ' \n']))
        .join(''),
    ),
  )

export const TEXT_MUTATIONS: Record<string, Mutation> = {
  untouched: plain,
  truncated: (bytes, random) => plain(bytes.subarray(0, random.below(bytes.length))),
  beheaded: (bytes, random) => plain(bytes.subarray(random.below(bytes.length))),
  flipped,
  inserted,
  'inserted twice': (bytes, random) => inserted(inserted(bytes, random).bytes, random),
  'a piece lost': (bytes, random) => spliced(bytes, random.below(bytes.length), random.below(200), Buffer.alloc(0)),
  'a piece twice': (bytes, random) => {
    const at = random.below(bytes.length)
    return spliced(bytes, at, 0, bytes.subarray(at, at + random.below(400)))
  },
  'a piece overwritten': (bytes, random) => {
    const length = 1 + random.below(64)
    return spliced(bytes, random.below(bytes.length), length, Buffer.alloc(length, random.below(256)))
  },
  'mixed line ends': lines,
  GB18030: encodedAs('gb18030', false),
  'UTF-8 with a mark': encodedAs('utf-8', true),
  'UTF-16 little endian': encodedAs('utf-16le', true),
  'UTF-16 big endian': encodedAs('utf-16be', true),
  'UTF-16 without a mark': (bytes) => opaque(iconv.encode(bytes.toString('utf8'), 'utf-16le')),
  'UTF-16 cut': (bytes, random) => {
    const wide = iconv.encode(bytes.toString('utf8'), 'utf-16le', { addBOM: true })
    const cut = wide.subarray(0, random.below(wide.length))
    return { bytes: cut, marks: marksIn(iconv.decode(cut, 'utf-16le')) }
  },
  // A flipped byte may take the next letter into its character, so the marks are those of the decoded text.
  'GB18030 flipped': (bytes, random) => {
    const { bytes: copy } = flipped(iconv.encode(bytes.toString('utf8'), 'gb18030'), random)
    return { bytes: copy, marks: marksIn(iconv.decode(copy, 'gb18030')) }
  },
  'decoded wrongly': (bytes) => plain(Buffer.from(iconv.decode(bytes, 'gb18030'))),
  'decoded as Latin-1': (bytes) => plain(Buffer.from(bytes.toString('latin1'))),
  gzip: (bytes) => opaque(gzipSync(bytes)),
  deflated: (bytes) => opaque(deflateRawSync(bytes)),
  'followed by itself': (bytes) => plain(Buffer.concat([bytes, bytes])),
  'followed by noise': (bytes, random) =>
    plain(Buffer.concat([bytes, Buffer.from(Array.from({ length: 300 }, () => random.below(256)))])),
  empty: () => plain(Buffer.alloc(0)),
}

/** Workbooks are opaque, so no marks are known. */
export const BINARY_MUTATIONS: Record<string, Mutation> = {
  truncated: (bytes, random) => opaque(bytes.subarray(0, random.below(bytes.length))),
  flipped: (bytes, random) => opaque(flipped(bytes, random).bytes),
  'a piece lost': (bytes, random) =>
    opaque(spliced(bytes, random.below(bytes.length), 1 + random.below(200), Buffer.alloc(0)).bytes),
  'a piece overwritten': (bytes, random) =>
    opaque(spliced(bytes, random.below(bytes.length), 32, Buffer.alloc(32, random.below(256))).bytes),
  'followed by itself': (bytes) => opaque(Buffer.concat([bytes, bytes])),
}
