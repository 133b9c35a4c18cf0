/** One file over HTTP (RFC 9110): strong tags, encodings, a range, and never other bytes than those promised. */
import { createHash } from 'node:crypto'
import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createBrotliCompress, createGzip } from 'node:zlib'
import type { Request, Response } from 'express'
import { type Bounds, bounded } from '../bounded.js'

export interface Represented {
  sha256: string
  bytes: number
  type: string
  /** Seconds for which a copy may be used without asking. */
  freshFor: number
  /** Name under which a browser keeps it; null: it shows it. */
  saveAs: string | null
  parts: () => AsyncIterable<Buffer>
  /** For how long they may be sent. */
  bounds: Bounds
  /** Hears why an answer broke off. */
  broke: (error: unknown) => void
}

/** Window of an encoding, bits: its own 22 take 16 MB of memory for each answer under way, however short. */
const WINDOW_MOST = 18

const windowFor = (bytes: number): number =>
  Math.max(constants.BROTLI_MIN_WINDOW_BITS, Math.min(WINDOW_MOST, Math.ceil(Math.log2(bytes + 1))))

const ENCODINGS: Record<string, (bytes: number) => Transform> = {
  br: (bytes) =>
    createBrotliCompress({
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 4,
        [constants.BROTLI_PARAM_LGWIN]: windowFor(bytes),
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes,
      },
    }),
  gzip: () => createGzip({ level: 6 }),
}
const RANGE = /^bytes=(\d*)-(\d*)$/

export const represent = async (request: Request, response: Response, given: Represented): Promise<void> => {
  response.set({
    'Cache-Control': `public, max-age=${given.freshFor}, must-revalidate`,
    Vary: 'Accept-Encoding',
    'Accept-Ranges': 'bytes',
    // Public, and meant for pages of others too.
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': 'ETag, Manifest-JWS, Content-Range, Accept-Ranges',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  })
  // A range is one of the bytes that the manifest names, so they are not encoded then.
  const asked = request.headers.range === undefined ? encodingFor(request) : 'identity'
  const tag = `"${given.sha256}${asked === 'identity' ? '' : `-${asked}`}"`
  response.set('ETag', tag)
  if (isKnown(request, tag)) return void response.status(304).end()
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
    return send(response, given, [cut(promised(given, to), from, to)])
  }
  response.set('Content-Encoding', asked)
  if (request.method === 'HEAD') return void response.end()
  const encode = ENCODINGS[asked]
  if (encode) await send(response, given, [promised(given, given.bytes - 1), encode(given.bytes)])
}

const encodingFor = (request: Request): string => {
  const wanted = request.acceptsEncodings(['br', 'gzip', 'identity'])
  return wanted === false ? 'identity' : wanted
}

/** By tags alone: two lists may be of one second, and the older of them may name whom the newer does not. */
const isKnown = (request: Request, tag: string): boolean => {
  const known = request.headers['if-none-match']?.split(',').map((one) => one.trim())
  return known?.some((one) => one === '*' || one.replace(/^W\//, '') === tag) ?? false
}

/** Null: the whole; `none`: nothing of what was asked for is there. Several ranges at once are answered with the whole. */
const rangeOf = (
  request: Request,
  tag: string,
  { bytes }: Represented,
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

/** Whoever reads to the end has what the manifest says: the last part leaves only when all that came before it agrees. */
async function* promised({ sha256, bytes, parts }: Represented, to: number): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let sent = 0
  let waiting: Buffer | null = null
  for await (const part of parts()) {
    if (waiting) yield waiting
    waiting = part
    hash.update(part)
    sent += part.length
    // Of a range that ends before, the rest is not read.
    if (sent > to && to < bytes - 1) return yield waiting
  }
  if (sent !== bytes || hash.digest('hex') !== sha256) throw new Error('the file is no longer what was promised')
  if (waiting) yield waiting
}

async function* cut(parts: AsyncIterable<Buffer>, from: number, to: number): AsyncGenerator<Buffer> {
  let at = 0
  for await (const part of parts) {
    const end = at + part.length
    if (end > from && at <= to) yield part.subarray(Math.max(0, from - at), Math.min(part.length, to - at + 1))
    at = end
  }
}

/** Whoever leaves in the midst of it ends the reading; of a file that breaks off the asker sees that its end is missing. */
const send = async (
  response: Response,
  { bounds, broke }: Represented,
  [source, encode]: [AsyncIterable<Buffer>, Transform?],
): Promise<void> => {
  const from = Readable.from(source, { objectMode: false, highWaterMark: 1 })
  const sent = () => (encode ? pipeline(from, encode, response) : pipeline(from, response))
  await bounded(response, bounds, sent).catch((error) => {
    response.destroy()
    if (error?.code !== 'ERR_STREAM_PREMATURE_CLOSE') broke(error)
  })
}
