import { inspectPdf } from './inspect-pdf.js'
import type { PdfFault } from './pdf-names.js'

export const PAPER_TYPES = {
  PDF: { mediaType: 'application/pdf', extension: 'pdf' },
  PNG: { mediaType: 'image/png', extension: 'png' },
  JPEG: { mediaType: 'image/jpeg', extension: 'jpg' },
} as const
export type PaperType = keyof typeof PAPER_TYPES

export type PaperFault = 'TYPE' | PdfFault

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
  const { fault } = inspectPdf(bytes)
  return fault === null ? { type: 'PDF' } : { fault }
}

const PNG_COLOUR_AT = 25
const PNG_INTERLACE_AT = 28
const PNG_COLOURS_WITHOUT_ALPHA = [0, 2, 3]

/**
 * True when a PDF takes the compressed bytes as they are. Unpacking a crafted PNG (transparent or interlaced) could yield
 * any size.
 */
export const isPrintableAsIs = (type: PaperType, bytes: Buffer): boolean =>
  type === 'JPEG' ||
  (type === 'PNG' &&
    PNG_COLOURS_WITHOUT_ALPHA.includes(bytes[PNG_COLOUR_AT] ?? -1) &&
    bytes[PNG_INTERLACE_AT] === 0 &&
    !bytes.includes('tRNS'))
