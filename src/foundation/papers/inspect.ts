import { inflateSync } from 'node:zlib'

export const PAPER_TYPES = {
  PDF: { mediaType: 'application/pdf', extension: 'pdf' },
  PNG: { mediaType: 'image/png', extension: 'png' },
  JPEG: { mediaType: 'image/jpeg', extension: 'jpg' },
} as const
export type PaperType = keyof typeof PAPER_TYPES

export type PaperFault = 'TYPE' | 'BROKEN' | 'SCRIPT' | 'EMBEDDED' | 'ENCRYPTED'

export const PAPER_BYTES_MOST = 20 * 1024 * 1024

const PNG_HEAD = Buffer.from('89504e470d0a1a0a', 'hex')
const PNG_TAIL = Buffer.from('0000000049454e44ae426082', 'hex')
const JPEG_HEAD = Buffer.from('ffd8ff', 'hex')
const JPEG_TAIL = Buffer.from('ffd9', 'hex')

export const inspectPaper = (bytes: Buffer): { type: PaperType } | { fault: PaperFault } => {
  if (bytes.subarray(0, PNG_HEAD.length).equals(PNG_HEAD))
    return bytes.subarray(-PNG_TAIL.length).equals(PNG_TAIL) ? { type: 'PNG' } : { fault: 'BROKEN' }
  if (bytes.subarray(0, JPEG_HEAD.length).equals(JPEG_HEAD))
    return bytes.subarray(-JPEG_TAIL.length).equals(JPEG_TAIL) ? { type: 'JPEG' } : { fault: 'BROKEN' }
  if (bytes.toString('latin1', 0, 5) !== '%PDF-') return { fault: 'TYPE' }
  const fault = findPdfFault(bytes)
  return fault === null ? { type: 'PDF' } : { fault }
}

/** An open action that is an array only names a page. */
const NAMES: readonly [RegExp, PaperFault][] = [
  [/\/(?:JavaScript|Launch|SubmitForm|ImportData|RichMedia|XFA|OpenAction(?!\s*\[))(?![A-Za-z])/, 'SCRIPT'],
  [/\/(?:EmbeddedFiles?|FileAttachment)(?![A-Za-z])/, 'EMBEDDED'],
]
/** Too short to be looked for among compressed bytes. */
const SHORT_NAMES: readonly [RegExp, PaperFault][] = [
  ...NAMES,
  [/\/(?:JS|AA)(?![A-Za-z0-9])/, 'SCRIPT'],
  [/\/EF(?![A-Za-z0-9])/, 'EMBEDDED'],
  [/\/Encrypt(?![A-Za-z])/, 'ENCRYPTED'],
]

const STREAM = /(?<!end)stream\r?\n/g
const DICTIONARY_MOST = 4_096
const OBJECTS_MOST = 32 * 1024 * 1024

const findPdfFault = (bytes: Buffer): PaperFault | null => {
  const text = withoutEscapes(bytes.toString('latin1'))
  const outside = textOutsideStreams(bytes.toString('latin1'))
  if (outside === null || !/%%EOF\s*$/.test(text.slice(-1_024))) return 'BROKEN'
  const packed = objectStreams(bytes)
  if (packed === null) return 'BROKEN'
  return faultIn(text, NAMES) ?? faultIn(withoutEscapes(outside + packed), SHORT_NAMES)
}

const faultIn = (text: string, names: readonly [RegExp, PaperFault][]): PaperFault | null =>
  names.find(([name]) => name.test(text))?.[1] ?? null

/** ISO 32000-1, 7.3.5: `#` and two hexadecimal digits spell a character. */
const withoutEscapes = (text: string): string =>
  text.replace(/#([0-9a-fA-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))

const textOutsideStreams = (text: string): string | null => {
  const parts: string[] = []
  let from = 0
  for (const { index, 0: word } of text.matchAll(STREAM)) {
    if (index < from) continue
    const end = text.indexOf('endstream', index + word.length)
    if (end < 0) return null
    parts.push(text.slice(from, index))
    from = end
  }
  return parts.join(' ') + text.slice(from)
}

const objectStreams = (bytes: Buffer): string | null => {
  const text = bytes.toString('latin1')
  const unpacked: string[] = []
  let left = OBJECTS_MOST
  for (const { index, 0: word } of text.matchAll(STREAM)) {
    const before = text.slice(Math.max(0, index - DICTIONARY_MOST), index)
    const dictionary = withoutEscapes(before.slice(before.lastIndexOf(' obj')))
    if (!/\/ObjStm(?![A-Za-z])/.test(dictionary)) continue
    const content = unpack(bytes.subarray(index + word.length), dictionary, left)
    if (content === null) return null
    left -= content.length
    unpacked.push(content.toString('latin1'))
  }
  return unpacked.join(' ')
}

const unpack = (from: Buffer, dictionary: string, most: number): Buffer | null => {
  const filter = /\/Filter\s*(\[[^\]]*\]|\/\w+)/.exec(dictionary)?.[1]?.replace(/[[\]\s]/g, '')
  if (filter === undefined && !dictionary.includes('/Filter')) {
    const end = from.indexOf('endstream')
    return end < 0 || end > most ? null : from.subarray(0, end)
  }
  if (filter !== '/FlateDecode' || /\/Predictor\s+(?!1\b)/.test(dictionary)) return null
  try {
    return inflateSync(from, { maxOutputLength: most })
  } catch {
    return null
  }
}
