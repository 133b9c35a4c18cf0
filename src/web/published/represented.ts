/** Sends ranges and precompressed encodings (RFC 9110). Express's `sendFile` cannot leave out entries or abort. */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Request, Response } from 'express'
import { LRUCache } from '../../foundation/lru.js'
import type { FileEncoding } from '../../work/publication/published-files.js'
import { matchesTag } from '../frame/compression.js'
import { ReaderLeftError, sendWithTimeouts, type TimeoutBounds } from '../frame/response-timeout.js'

interface ByteSource {
  bytes: number
  read: (from: number, to: number) => AsyncIterable<Buffer>
}

export interface ServedBody extends ByteSource {
  tag: string
  type: string
  saveAs: string | null
  encodings: Partial<Record<FileEncoding, ByteSource>>
}

export interface FileRepresentation extends ServedBody {
  /** `max-age` in seconds. */
  freshFor: number
  bounds: TimeoutBounds
  broke: (error: unknown) => void
}

const RANGE = /^bytes=(\d*)-(\d*)$/

export const sendFile = async (request: Request, response: Response, given: FileRepresentation): Promise<void> => {
  response.set({
    'Cache-Control': `public, max-age=${given.freshFor}, must-revalidate`,
    Vary: 'Accept-Encoding',
    'Accept-Ranges': 'bytes',
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': 'ETag, Manifest-JWS, Content-Range, Accept-Ranges',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  })
  // A range addresses uncompressed bytes, as the manifest counts them.
  const asked = request.headers.range === undefined ? encodingFor(request, given) : 'identity'
  const tag = `"${given.tag}${asked === 'identity' ? '' : `-${asked}`}"`
  response.set('ETag', tag)
  if (matchesTag(request, tag)) return void response.status(304).end()
  response.set('Content-Type', given.type)
  if (given.saveAs !== null) response.set('Content-Disposition', `attachment; filename="${given.saveAs}"`)
  const range = request.method === 'GET' ? rangeOf(request, tag, given) : null
  if (range === 'none') {
    response.removeHeader('Content-Disposition')
    return void response.status(416).set('Content-Range', `bytes */${given.bytes}`).end()
  }
  const { bytes, read } = asked === 'identity' ? given : (given.encodings[asked] as ByteSource)
  const { from, to } = range ?? { from: 0, to: bytes - 1 }
  if (asked !== 'identity') response.set('Content-Encoding', asked)
  if (range !== null) response.status(206).set('Content-Range', `bytes ${from}-${to}/${bytes}`)
  response.set('Content-Length', String(to - from + 1))
  if (request.method === 'HEAD') return void response.end()
  await sendWithTimeouts(response, given.bounds, read(from, to + 1)).catch((error) => {
    if (!(error instanceof ReaderLeftError)) given.broke(error)
  })
}

const encodingFor = (request: Request, { encodings }: FileRepresentation): FileEncoding | 'identity' => {
  const made = (['br', 'gzip'] as const).filter((name) => encodings[name] !== undefined)
  const wanted = request.acceptsEncodings([...made, 'identity'])
  return wanted === false ? 'identity' : (wanted as FileEncoding | 'identity')
}

/** Null for the whole file, `none` for an unsatisfiable range. */
const rangeOf = (
  request: Request,
  tag: string,
  { bytes }: FileRepresentation,
): { from: number; to: number } | 'none' | null => {
  const match = RANGE.exec(request.headers.range ?? '')
  const condition = request.headers['if-range']
  if (!match || (condition !== undefined && condition !== tag)) return null
  const [, first = '', last = ''] = match
  if (first === '' && last === '') return null
  if (first === '')
    return Number(last) === 0 || bytes === 0 ? 'none' : { from: Math.max(0, bytes - Number(last)), to: bytes - 1 }
  if (last !== '' && Number(last) < Number(first)) return null
  if (Number(first) >= bytes) return 'none'
  return { from: Number(first), to: last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1) }
}

/** Bodies of more bytes are sent uncompressed. */
const ENCODED_MOST = 2 * 1024 * 1024
const QUALITY = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }

export const encodeBody = async (bytes: Buffer): Promise<Pick<ServedBody, 'tag' | 'bytes' | 'read' | 'encodings'>> => {
  const plain = { tag: createHash('sha256').update(bytes).digest('hex'), ...inMemory(bytes) }
  if (bytes.length > ENCODED_MOST) return { ...plain, encodings: {} }
  const [br, packed] = await Promise.all([promisify(brotliCompress)(bytes, QUALITY), promisify(gzip)(bytes)])
  return { ...plain, encodings: { br: inMemory(br), gzip: inMemory(packed) } }
}

const inMemory = (bytes: Buffer): ByteSource => ({
  bytes: bytes.length,
  read: async function* (from, to) {
    yield bytes.subarray(from, to)
  },
})

export const makeBodyCache = (most: number) => {
  const kept = new LRUCache<string, ReturnType<typeof encodeBody>>({ max: most })
  return (key: string, make: () => Promise<Buffer>): ReturnType<typeof encodeBody> => {
    const made = kept.get(key) ?? make().then(encodeBody)
    kept.set(key, made)
    made.catch(() => kept.delete(key))
    return made
  }
}
