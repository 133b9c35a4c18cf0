/** Bytes to text: which encoding it is, decoded piece by piece, every line end as one line feed. */
import { isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'
import iconv from 'iconv-lite'
import type { Content } from './content.js'

export type Encoding = 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be'

/** Broken sequences per good non-ASCII character, from which on the bytes are not damaged UTF-8 but something else. */
const BROKEN_SHARE = 0.1

/** A byte order mark says it; else what is UTF-8 to the end is UTF-8; else it is GB18030, of which GBK and GB2312 are parts. */
export const encodingOf = async (content: Content): Promise<Encoding> => {
  const [a, b] = content.head
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  const strict = new TextDecoder('utf-8', { fatal: true })
  for await (const chunk of content.chunks()) {
    if (!decodes(strict, chunk)) return damagedUtf8(chunk) ? 'utf-8' : 'gb18030'
  }
  // A file cut in the middle of its last character fails only in the last flush, which is not asked for.
  return 'utf-8'
}

const decodes = (decoder: TextDecoder, chunk: Buffer): boolean => {
  try {
    decoder.decode(chunk, { stream: true })
    return true
  } catch {
    return false
  }
}

/** One bad byte in UTF-8 must not turn all the rest into a Chinese that nobody wrote. */
const damagedUtf8 = (chunk: Buffer): boolean => {
  const beyondAscii = [...chunk.toString('utf8')].filter((sign) => sign > '\x7f')
  const broken = beyondAscii.filter((sign) => sign === '\uFFFD').length
  return beyondAscii.length > broken && broken <= (beyondAscii.length - broken) * BROKEN_SHARE
}

/** Text piece by piece; what cannot be decoded is U+FFFD. No byte order mark; \r\n and \r are \n. */
export async function* decoded(content: Content, encoding: Encoding): AsyncIterable<string> {
  const decoder = iconv.getDecoder(encoding)
  let carry = ''
  for await (const chunk of content.chunks()) {
    const text = carry + decoder.write(chunk)
    // A \r at the end may be the first half of a line end.
    carry = text.endsWith('\r') ? '\r' : ''
    const piece = unified(carry ? text.slice(0, -1) : text)
    if (piece) yield piece
  }
  const rest = unified(carry + (decoder.end() ?? ''))
  if (rest) yield rest
}

const unified = (text: string): string => text.replace(/\r\n?/g, '\n')

/** The whole text of a document that is read at once. */
export const textOf = async (content: Content, limit: number): Promise<string> => {
  const bytes = await content.whole(limit)
  const encoding = isUtf8(bytes) ? 'utf-8' : await encodingOf(content)
  return iconv.decode(bytes, encoding)
}
