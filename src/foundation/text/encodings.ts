import { isAscii, isUtf8, transcode } from 'node:buffer'
import iconv from 'iconv-lite'

export interface ReadableBytes {
  head: Buffer
  chunks: () => AsyncIterable<Buffer>
}

export type TextEncoding = 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be'

/** If more than this share of sequences is broken, the bytes are GB18030, not damaged UTF-8. */
const BROKEN_SHARE = 0.1

/** Detects by byte order mark, then by valid UTF-8; all else is GB18030 (superset of GBK and GB2312). */
export const encodingOf = async (content: ReadableBytes): Promise<TextEncoding> => {
  const [a, b] = content.head
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of content.chunks()) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    const whole = wholeCharacters(bytes)
    if (!isUtf8(bytes.subarray(0, whole))) return damagedUtf8(chunk) ? 'utf-8' : 'gb18030'
    rest = bytes.subarray(whole)
  }
  // A truncated last character is still UTF-8.
  return 'utf-8'
}

const wholeCharacters = (bytes: Buffer): number => {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) break
    if (byte < 0xc0) continue
    const missing = (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) - back
    return missing > 0 && begins(bytes.subarray(-back), missing) ? bytes.length - back : bytes.length
  }
  return bytes.length
}

const begins = (bytes: Buffer, missing: number): boolean =>
  bytes.length > 1
    ? isUtf8(Buffer.concat([bytes, Buffer.alloc(missing, 0x80)]))
    : (bytes[0] ?? 0) >= 0xc2 && (bytes[0] ?? 0) <= 0xf4

/** One bad byte must not turn UTF-8 into wrong Chinese. */
const damagedUtf8 = (chunk: Buffer): boolean => {
  const beyondAscii = [...chunk.toString('utf8')].filter((sign) => sign > '\x7f')
  const broken = beyondAscii.filter((sign) => sign === '\uFFFD').length
  return beyondAscii.length > broken && broken <= (beyondAscii.length - broken) * BROKEN_SHARE
}

/** Undecodable bytes become U+FFFD; \r\n and \r become \n. */
export async function* decodeStream(content: ReadableBytes, encoding: TextEncoding): AsyncIterable<string> {
  const decoder = encoding === 'utf-8' ? utf8Decoder() : iconv.getDecoder(encoding)
  let carry = ''
  for await (const chunk of content.chunks()) {
    const text = carry + decoder.write(chunk)
    // A final \r may be the first half of \r\n.
    carry = text.endsWith('\r') ? '\r' : ''
    const piece = unified(carry ? text.slice(0, -1) : text)
    if (piece) yield piece
  }
  const rest = unified(carry + (decoder.end() ?? ''))
  if (rest) yield rest
}

/** About ten times faster than iconv for undamaged text. */
const utf8Decoder = (): { write: (chunk: Buffer) => string; end: () => string } => {
  let rest: Buffer = Buffer.alloc(0)
  let started = false
  const begun = (text: string): string => {
    if (started || text === '') return text
    started = true
    return text.startsWith('\uFEFF') ? text.slice(1) : text
  }
  return {
    write: (chunk) => {
      const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
      const whole = wholeCharacters(bytes)
      rest = bytes.subarray(whole)
      return begun(utf8In(bytes.subarray(0, whole)))
    },
    end: () => begun(rest.toString('utf8')),
  }
}

const utf8In = (bytes: Buffer): string => {
  if (isAscii(bytes)) return bytes.toString('latin1')
  return isUtf8(bytes) ? transcode(bytes, 'utf8', 'utf16le').toString('utf16le') : bytes.toString('utf8')
}

const unified = (text: string): string => {
  if (!text.includes('\r')) return text
  const rest = text.split('\r\n').join('\n')
  // Runs are replaced whole, because a hostile file may hold a hundred million \r.
  return rest.includes('\r') ? rest.replace(/\r{2,}/g, (run) => '\n'.repeat(run.length)).replace(/\r/g, '\n') : rest
}

export const decodeText = (bytes: Buffer, encoding: TextEncoding): string => iconv.decode(bytes, encoding)

export const encodeText = (text: string, encoding: TextEncoding | 'utf-16'): Buffer => iconv.encode(text, encoding)

export const makeDecoder = (
  encoding: TextEncoding,
): { write: (bytes: Buffer) => string; end: () => string | undefined } => iconv.getDecoder(encoding)
