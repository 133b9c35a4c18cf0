import { Refusal } from '../../foundation/errors.js'
import { decodeText } from '../../foundation/text/encodings.js'

/** First bytes of XLSX (ZIP) and XLS (OLE) files. */
const WORKBOOKS = [Buffer.from('PK\u0003\u0004'), Buffer.from('d0cf11e0a1b11ae1', 'hex')]
const PAGES = Buffer.from('%PDF-')
/** Bytes examined to detect UTF-16 without a byte order mark. */
const LOOKED_AT_BYTES = 512

/** Decodes UTF-8, UTF-16 or GB 18030. Throws ROWS_UNREADABLE for workbooks and PDF. */
export const decodeUpload = (bytes: Buffer): string => {
  if (WORKBOOKS.some((each) => begins(bytes, each)))
    throw unreadable('这是工作簿，请另存为 CSV a workbook: save it as CSV')
  if (begins(bytes, PAGES)) throw unreadable('这是 PDF，请改用 CSV a PDF: send it as CSV')
  const wide = widthOf(bytes)
  if (wide !== null) return decodeText(bytes, wide)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return decodeText(bytes, 'gb18030')
  }
}

const begins = (bytes: Buffer, head: Buffer): boolean => bytes.subarray(0, head.length).equals(head)

const widthOf = (bytes: Buffer): 'utf-16le' | 'utf-16be' | null => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  const first = bytes.subarray(0, LOOKED_AT_BYTES)
  const zeros = [0, 0]
  for (const [at, byte] of first.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1
  const [even = 0, odd = 0] = zeros
  // UTF-16 text of codes has zero bytes at every other offset.
  const [most, least] = [Math.max(even, odd), Math.min(even, odd)]
  if (most * 8 < first.length || least * 4 > most) return null
  return odd > even ? 'utf-16le' : 'utf-16be'
}

const unreadable = (reason: string): Refusal => new Refusal('ROWS_UNREADABLE', { reader: 'CSV', reason })
