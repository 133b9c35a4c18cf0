/**
 * How a page leaves: encoded as the reader can read it, with a tag, for as long as it may be kept. Pages hold nothing secret
 * (no cookie, no token, nothing of who asks), so that a packed answer tells nobody anything by its length (BREACH); what ever
 * holds a secret does not go this way.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import express, { type Request } from 'express'
import { secondsLeftIn } from '../../foundation/time/dates.js'

export type Encoding = 'br' | 'gzip' | 'identity'

/** A page as it leaves. */
export interface Packed {
  body: Buffer
  encoding: Encoding
  tag: string
  /** At its address something else is answered to whoever takes tables, which caches between must know. */
  isChosen?: boolean
}

/** Longest time for which a copy may be used without asking, seconds. */
const PUBLIC_SECONDS = 60
/**
 * Pages that are kept are packed once and sent often, the others for one reader. At once and here: a page is small, and to hand
 * it to another thread takes as long.
 */
const QUALITY = { often: { br: 7, gzip: 7 }, once: { br: 1, gzip: 3 } } as const
/** What readers say that they take is said in few ways; so many of them are known by heart. */
const WAYS_MOST = 100

/** The smallest that the reader takes: browsers name them all as equals. */
export const encodingOf = (request: IncomingMessage): Encoding => {
  const taken = request.headers['accept-encoding'] ?? ''
  const known = ENCODINGS.get(taken)
  if (known !== undefined) return known
  const found = (['br', 'gzip'] as const).find((one) => accepts(request, one) === one) ?? 'identity'
  if (ENCODINGS.size < WAYS_MOST) ENCODINGS.set(taken, found)
  return found
}
const ENCODINGS = new Map<string, Encoding>()

/** As express reads it, of a request that express has not seen. */
const accepts = (request: IncomingMessage, encoding: string): string | false =>
  express.request.acceptsEncodings.call(request as Request, encoding)

export const pack = (text: string, encoding: Encoding, used: keyof typeof QUALITY): Packed => {
  const bytes = Buffer.from(text)
  const quality = QUALITY[used]
  // Weak, for all encodings are of one page; nobody asks for a part of it.
  const tag = `W/"${createHash('sha256').update(bytes).digest('base64url')}"`
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality.br, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
  if (encoding === 'br') return { body: brotliCompressSync(bytes, { params }), encoding, tag }
  if (encoding === 'gzip') return { body: gzipSync(bytes, { level: quality.gzip }), encoding, tag }
  return { body: bytes, encoding, tag }
}

/** Not past midnight, when entries end: as with the files, a copy kept so long names nobody who has left the list by then. */
export const freshFor = (now: Date): number => Math.min(PUBLIC_SECONDS, secondsLeftIn(now))

/** `fresh`: seconds for which a copy may be used without asking. */
export const answer = (
  request: IncomingMessage,
  response: ServerResponse,
  fresh: number,
  { body, encoding, tag, isChosen = false }: Packed,
): void => {
  response.setHeader('Cache-Control', `public, max-age=${fresh}, must-revalidate`)
  response.setHeader('Vary', isChosen ? 'Accept, Accept-Encoding' : 'Accept-Encoding')
  response.setHeader('ETag', tag)
  if (!response.hasHeader('Content-Type')) response.setHeader('Content-Type', 'text/html; charset=utf-8')
  const known = request.headers['if-none-match']?.split(',').map((one) => one.trim())
  if (response.statusCode === 200 && known?.includes(tag)) {
    response.statusCode = 304
    return void response.end()
  }
  if (encoding !== 'identity') response.setHeader('Content-Encoding', encoding)
  response.setHeader('Content-Length', body.length)
  response.end(request.method === 'HEAD' ? undefined : body)
}
