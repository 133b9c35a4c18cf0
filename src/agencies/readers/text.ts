/** Detects the encoding and decodes bytes in chunks. All line ends become one line feed. */
import { isAscii, isUtf8, transcode } from 'node:buffer'
import iconv from 'iconv-lite'
import type { Content } from './content.js'

export type Encoding = 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be'

/** Broken sequences per valid non-ASCII character above which bytes are not damaged UTF-8 but another encoding. */
const BROKEN_SHARE = 0.1

/** A byte order mark decides, then validity as UTF-8. GB18030 (a superset of GBK and GB2312) is the fallback. */
export const encodingOf = async (content: Content): Promise<Encoding> => {
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
  // A file truncated inside its last character still counts as UTF-8.
  return 'utf-8'
}

/** Length of the bytes without an incomplete character at the end. */
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

/** True if some UTF-8 character begins with these bytes. */
const begins = (bytes: Buffer, missing: number): boolean =>
  bytes.length > 1
    ? isUtf8(Buffer.concat([bytes, Buffer.alloc(missing, 0x80)]))
    : (bytes[0] ?? 0) >= 0xc2 && (bytes[0] ?? 0) <= 0xf4

/** A single bad byte in UTF-8 must not turn the rest into wrong Chinese. */
const damagedUtf8 = (chunk: Buffer): boolean => {
  const beyondAscii = [...chunk.toString('utf8')].filter((sign) => sign > '\x7f')
  const broken = beyondAscii.filter((sign) => sign === '\uFFFD').length
  return beyondAscii.length > broken && broken <= (beyondAscii.length - broken) * BROKEN_SHARE
}

/** Yields text in chunks without a byte order mark. Undecodable bytes become U+FFFD; \r\n and \r become \n. */
export async function* decoded(content: Content, encoding: Encoding): AsyncIterable<string> {
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

/** About ten times faster than iconv for undamaged text, with the same result otherwise. */
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
  const rest = text.replace(/\r\n/g, '\n')
  // Replaces whole runs, because a hostile file may hold a hundred million \r.
  return rest.includes('\r') ? rest.replace(/\r{2,}/g, (run) => '\n'.repeat(run.length)).replace(/\r/g, '\n') : rest
}

/** Decodes a whole document at once. */
export const textOf = async (content: Content, limit: number): Promise<string> => {
  const bytes = await content.whole(limit)
  const encoding = isUtf8(bytes) ? 'utf-8' : await encodingOf(content)
  return iconv.decode(bytes, encoding)
}
