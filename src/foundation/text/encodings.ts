import iconv from 'iconv-lite'

export interface ReadableBytes {
  head: Buffer
  chunks: () => AsyncIterable<Buffer>
}

export type TextEncoding = 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be'

/** Above this share of broken sequences, the bytes are GB18030, not damaged UTF-8. */
const BROKEN_SHARE = 0.1

/** Bytes neither marked nor valid UTF-8 are GB18030 (superset of GBK and GB2312). */
export const encodingOf = async (content: ReadableBytes): Promise<TextEncoding> => {
  const [a, b] = content.head
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const chunk of content.chunks()) {
    try {
      decoder.decode(chunk, { stream: true })
    } catch {
      return damagedUtf8(chunk) ? 'utf-8' : 'gb18030'
    }
  }
  // A truncated last character is still UTF-8.
  return 'utf-8'
}

/** UTF-8 with a few bad bytes must not be decoded as GB18030. */
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

/** iconv decodes UTF-8 more slowly. TextDecoder of Node 24 drops a byte order mark also behind broken bytes. */
const utf8Decoder = (): TextPieces => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let isFirst = true
  return {
    write: (chunk) => {
      const text = decoder.decode(chunk, { stream: true })
      const begins = isFirst && text !== ''
      if (begins) isFirst = false
      return begins && text.startsWith('\uFEFF') ? text.slice(1) : text
    },
    end: () => decoder.decode(),
  }
}

const unified = (text: string): string => {
  if (!text.includes('\r')) return text
  const rest = text.split('\r\n').join('\n')
  // Runs are replaced whole, because a hostile file may hold a hundred million \r.
  return rest.includes('\r') ? rest.replace(/\r{2,}/g, (run) => '\n'.repeat(run.length)).replace(/\r/g, '\n') : rest
}

export const decodeText = (bytes: Buffer, encoding: TextEncoding): string => iconv.decode(bytes, encoding)

export const encodeText = (text: string, encoding: TextEncoding | 'utf-16'): Buffer => iconv.encode(text, encoding)

interface TextPieces {
  write: (bytes: Buffer) => string
  end: () => string | undefined
}

export const makeDecoder = (encoding: TextEncoding): TextPieces => iconv.getDecoder(encoding)
