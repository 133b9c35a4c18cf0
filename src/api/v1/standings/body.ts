/** Reads bodies far ahead: clients that send everything before they read would deadlock. */
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { Refusal, reasonOf } from '../../../foundation/errors.js'
import { makeDecoder } from '../../../foundation/text/encodings.js'
import { BODY_STALLED_MS, makeTooLargeRefusal } from '../receive-body.js'

/** Most bytes as sent: a hundred thousand named rows fit. */
export const BULK_BODY_BYTES_MOST = 32 * 1024 * 1024
const INFLATED_BYTES = 64 * 1024 * 1024
/** Most bytes buffered of one request body; AHEAD_OF_ALL is for all together. */
const AHEAD_BYTES = 16 * 1024 * 1024
const AHEAD_OF_ALL = 64 * 1024 * 1024

export interface HeldBytes {
  bytes: number
}

export interface BodyEncoding {
  gzip: boolean
  charset: BodyCharset
}

export type BodyCharset = 'utf-8' | 'gb18030' | 'utf-16le'
const CHARSETS: Record<string, BodyCharset> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'us-ascii': 'utf-8',
  gbk: 'gb18030',
  gb2312: 'gb18030',
  gb18030: 'gb18030',
  'utf-16': 'utf-16le',
  'utf-16le': 'utf-16le',
}

export const parseCharset = (name: string): BodyCharset | null =>
  Object.hasOwn(CHARSETS, name.toLowerCase()) ? (CHARSETS[name.toLowerCase()] ?? null) : null

/** Refusals CONTENT_TOO_LARGE, UPLOAD_STALLED, ROWS_UNREADABLE. An aborted `signal` throws its reason. */
export const readPieces = (
  request: IncomingMessage,
  { gzip, charset }: BodyEncoding,
  { held, signal }: { held: HeldBytes; signal: AbortSignal },
): AsyncIterable<string> => {
  const bytes = arriving(request, held, signal)
  return decoded(gzip ? inflated(bytes) : bytes, charset)
}

async function* arriving(request: IncomingMessage, held: HeldBytes, signal: AbortSignal): AsyncGenerator<Buffer> {
  const queue: Buffer[] = []
  let [own, all, isOver, failed] = [0, 0, false, null as unknown]
  let wake: () => void = () => undefined
  const onData = (chunk: Buffer): void => {
    queue.push(chunk)
    own += chunk.length
    held.bytes += chunk.length
    all += chunk.length
    if (all > BULK_BODY_BYTES_MOST) failed = makeTooLargeRefusal(BULK_BODY_BYTES_MOST)
    if (own >= AHEAD_BYTES || held.bytes >= AHEAD_OF_ALL) request.pause()
    wake()
  }
  const onEnd = (): void => {
    isOver = true
    wake()
  }
  const onAbort = (): void => {
    failed = signal.reason
    wake()
  }
  if (signal.aborted) throw signal.reason
  signal.addEventListener('abort', onAbort, { once: true })
  request.on('data', onData).on('end', onEnd)
  try {
    for (;;) {
      if (failed !== null) throw failed
      const chunk = queue.shift()
      if (chunk !== undefined) {
        own -= chunk.length
        held.bytes -= chunk.length
        if (request.isPaused() && own < AHEAD_BYTES) request.resume()
        yield chunk
      } else if (isOver) return
      else {
        // AHEAD_OF_ALL paused this body, although nothing of it is buffered.
        if (request.isPaused()) request.resume()
        await new Promise<void>((resolve, reject) => {
          const late = setTimeout(() => reject(new Refusal('UPLOAD_STALLED')), BODY_STALLED_MS)
          wake = () => {
            clearTimeout(late)
            resolve()
          }
        })
      }
    }
  } finally {
    held.bytes -= own
    signal.removeEventListener('abort', onAbort)
    request.off('data', onData).off('end', onEnd).resume()
  }
}

async function* inflated(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip()
  let fault: unknown = null
  const fed = pipeline(Readable.from(bytes, { highWaterMark: 1 }), gunzip).catch((error) => {
    fault = error
  })
  let all = 0
  try {
    for await (const piece of gunzip) {
      all += (piece as Buffer).length
      if (all > INFLATED_BYTES) throw makeTooLargeRefusal(INFLATED_BYTES)
      yield piece as Buffer
    }
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code ?? '')
    if (!code.startsWith('Z_')) throw error
    throw new Refusal('ROWS_UNREADABLE', { reader: 'gzip', reason: reasonOf(error) })
  } finally {
    gunzip.destroy()
    await fed
  }
  if (fault !== null) throw fault
}

async function* decoded(bytes: AsyncIterable<Buffer>, charset: BodyCharset): AsyncGenerator<string> {
  const decoder = charset === 'utf-8' ? utf8() : makeDecoder(charset)
  for await (const piece of bytes) {
    const text = decoder.write(piece)
    if (text !== '') yield text
  }
  const rest = decoder.end()
  if (rest) yield rest
}

/** Throws on invalid UTF-8: lenient decoding would answer every name in another encoding DIFFERENT. */
const utf8 = (): { write: (bytes: Buffer) => string; end: () => string } => {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decode = (read: () => string): string => {
    try {
      return read()
    } catch {
      const reason = '不是 UTF-8；如为 GBK，请在 Content-Type 注明 charset=gbk not UTF-8; say charset=gbk if it is that'
      throw new Refusal('ROWS_UNREADABLE', { reader: 'UTF-8', reason })
    }
  }
  return {
    write: (bytes) => decode(() => decoder.decode(bytes, { stream: true })),
    end: () => decode(() => decoder.decode()),
  }
}
