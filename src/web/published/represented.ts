/** Sends ranges and precompressed encodings (RFC 9110). Express's `sendFile` cannot leave out entries or abort. */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Request, Response } from 'express'
import { LRUCache } from '../../foundation/lru.js'
import type { FileEncoding } from '../../work/publication/published-files.js'
import { ReaderLeftError, sendWithTimeouts, type TimeoutBounds } from '../frame/response-timeout.js'

export interface ByteSource {
  bytes: number
  read: (from: number, to: number) => AsyncIterable<Buffer>
}

export interface FileRepresentation extends ByteSource {
  tag: string
  type: string
  /** `max-age` in seconds. */
  freshFor: number
  saveAs: string | null
  encodings: Partial<Record<FileEncoding, ByteSource>>
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
  if (asked === 'identity') {
    const { from, to } = range ?? { from: 0, to: given.bytes - 1 }
    if (range !== null) response.status(206).set('Content-Range', `bytes ${from}-${to}/${given.bytes}`)
    response.set('Content-Length', String(to - from + 1))
    if (request.method === 'HEAD') return void response.end()
    return send(response, given, given.read(from, to + 1))
  }
  const { bytes, read } = given.encodings[asked] as ByteSource
  response.set({ 'Content-Encoding': asked, 'Content-Length': String(bytes) })
  if (request.method === 'HEAD') return void response.end()
  await send(response, given, read(0, bytes))
}

const encodingFor = (request: Request, { encodings }: FileRepresentation): FileEncoding | 'identity' => {
  const made = (['br', 'gzip'] as const).filter((name) => encodings[name] !== undefined)
  const wanted = request.acceptsEncodings([...made, 'identity'])
  return wanted === false ? 'identity' : (wanted as FileEncoding | 'identity')
}

/** Compares ETags only: two lists may have the same Last-Modified second. */
const matchesTag = (request: Request, tag: string): boolean => {
  const known = request.headers['if-none-match']?.split(',').map((one) => one.trim())
  return known?.some((one) => one === '*' || one.replace(/^W\//, '') === tag) ?? false
}

/** Returns null for the whole file, `none` for an unsatisfiable range. */
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

const send = (response: Response, { bounds, broke }: FileRepresentation, parts: AsyncIterable<Buffer>): Promise<void> =>
  sendWithTimeouts(response, bounds, parts).catch((error) => {
    if (!(error instanceof ReaderLeftError)) broke(error)
  })

/** Bodies of more bytes are sent uncompressed. */
const ENCODED_MOST = 2 * 1024 * 1024
const QUALITY = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }

export interface EncodedBody extends Pick<FileRepresentation, 'tag' | 'bytes' | 'read' | 'encodings'> {
  sha256: string
}

export const encodedBodyOf = async (bytes: Buffer): Promise<EncodedBody> => {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const plain = { tag: sha256, sha256, ...inMemory(bytes) }
  if (bytes.length > ENCODED_MOST) return { ...plain, encodings: {} }
  const [br, packed] = await Promise.all([promisify(brotliCompress)(bytes, QUALITY), promisify(gzip)(bytes)])
  return { ...plain, encodings: { br: inMemory(br), gzip: inMemory(packed) } }
}

const inMemory = (bytes: Buffer): Pick<FileRepresentation, 'bytes' | 'read'> => ({
  bytes: bytes.length,
  read: async function* (from, to) {
    yield bytes.subarray(from, to)
  },
})

/** Concurrent callers share one computation. */
export const makeBodyCache = (most: number): ((key: string, make: () => Promise<Buffer>) => Promise<EncodedBody>) => {
  const kept = new LRUCache<string, Promise<EncodedBody>>({ max: most })
  return (key, make) => {
    const known = kept.get(key)
    if (known !== undefined) return known
    const made = make().then(encodedBodyOf)
    kept.set(key, made)
    made.catch(() => kept.delete(key))
    return made
  }
}
