/** Pages with secrets must not be compressed (BREACH). */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import express, { type Request } from 'express'
import { secondsUntilMidnight } from '../../foundation/time/dates.js'

export type PageEncoding = 'br' | 'gzip' | 'identity'

export interface CompressedPage {
  body: Buffer
  encoding: PageEncoding
  tag: string
  /** True when the URL also serves CSV, so caches vary by Accept. */
  isChosen?: boolean
}

const PUBLIC_SECONDS = 60
const QUALITY = { often: { br: 7, gzip: 7 }, once: { br: 1, gzip: 3 } } as const
const WAYS_MOST = 100

/** Browsers rank all encodings equally, so the smallest wins. */
export const chooseEncoding = (request: IncomingMessage): PageEncoding => {
  const taken = request.headers['accept-encoding'] ?? ''
  const known = ENCODINGS.get(taken)
  if (known !== undefined) return known
  const found = (['br', 'gzip'] as const).find((one) => accepts(request, one) === one) ?? 'identity'
  if (ENCODINGS.size < WAYS_MOST) ENCODINGS.set(taken, found)
  return found
}
const ENCODINGS = new Map<string, PageEncoding>()

const accepts = (request: IncomingMessage, encoding: string): string | false =>
  express.request.acceptsEncodings.call(request as Request, encoding)

export const compressPage = (text: string, encoding: PageEncoding, used: keyof typeof QUALITY): CompressedPage => {
  const bytes = Buffer.from(text)
  const quality = QUALITY[used]
  // The ETag is weak, because all encodings share it.
  const tag = `W/"${createHash('sha256').update(bytes).digest('base64url')}"`
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality.br, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
  if (encoding === 'br') return { body: brotliCompressSync(bytes, { params }), encoding, tag }
  if (encoding === 'gzip') return { body: gzipSync(bytes, { level: quality.gzip }), encoding, tag }
  return { body: bytes, encoding, tag }
}

const strong = (tag: string): string => tag.replace(/^W\//, '')

/** Weak comparison (RFC 9110, section 13.1.2); a proxy may drop `W/`. */
export const matchesTag = ({ headers }: IncomingMessage, tag: string): boolean =>
  headers['if-none-match']
    ?.split(',')
    .map((one) => one.trim())
    .some((one) => one === '*' || strong(one) === strong(tag)) ?? false

/** `max-age` in seconds, at most until midnight, when entries expire. */
export const maxAgeSeconds = (now: Date): number => Math.min(PUBLIC_SECONDS, secondsUntilMidnight(now))

export const sendCompressed = (
  request: IncomingMessage,
  response: ServerResponse,
  fresh: number,
  { body, encoding, tag, isChosen = false }: CompressedPage,
): void => {
  response.setHeader('Cache-Control', `public, max-age=${fresh}, must-revalidate`)
  response.setHeader('Vary', isChosen ? 'Accept, Accept-Encoding' : 'Accept-Encoding')
  response.setHeader('ETag', tag)
  if (!response.hasHeader('Content-Type')) response.setHeader('Content-Type', 'text/html; charset=utf-8')
  if (response.statusCode === 200 && matchesTag(request, tag)) {
    response.statusCode = 304
    return void response.end()
  }
  if (encoding !== 'identity') response.setHeader('Content-Encoding', encoding)
  response.setHeader('Content-Length', body.length)
  response.end(request.method === 'HEAD' ? undefined : body)
}
