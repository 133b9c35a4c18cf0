import { Refusal } from '../errors.js'
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

/** Refusals: CONTENT_TOO_LARGE, PAPER_REFUSED. */
export const checkPaper = (content: Buffer): PaperType => {
  if (content.length > PAPER_BYTES_MOST)
    throw new Refusal('CONTENT_TOO_LARGE', { limit: `${PAPER_BYTES_MOST / 1024 / 1024} MB` })
  const found = inspectPaper(content)
  if ('type' in found) return found.type
  throw makePaperRefusal(found.fault)
}

/** Bytes by which other programs read a picture as a page, a script or an archive. */
const FOREIGN = [
  '<html',
  '<body',
  '<script',
  '<iframe',
  '<!doctype',
  '<?php',
  'rar!\u001a\u0007',
  "7z\u00bc\u00af'\u001c",
]
/** `<svg` alone is in one of a hundred photographs. */
const SVG = /<svg[\s/>]/
/** A ZIP ends with this record and a comment of at most 65,535 bytes. */
const ZIP_END = Buffer.from('504b0506', 'hex')
const ZIP_END_BYTES_MOST = 22 + 0xffff
/** PDF readers look so far for the head. */
const PDF_HEAD_BYTES = 1024

/** Returns the file's ending. A picture that is also a page, an archive or a PDF is refused: PAPER_REFUSED, CONTENT_TOO_LARGE. */
export const checkPicture = (content: Buffer, most: number): string => {
  if (content.length > most) throw new Refusal('CONTENT_TOO_LARGE', { limit: `${most / 1024 / 1024} MB` })
  const text = content.toString('latin1').toLowerCase()
  const isForeign =
    text.slice(0, PDF_HEAD_BYTES).includes('%pdf-') ||
    FOREIGN.some((sign) => text.includes(sign)) ||
    SVG.test(text) ||
    content.subarray(-ZIP_END_BYTES_MOST).includes(ZIP_END)
  const found = isForeign ? { fault: 'TYPE' as const } : inspectPaper(content)
  if ('type' in found) return PAPER_TYPES[found.type].extension
  throw makePaperRefusal(found.fault === 'BROKEN' ? 'BROKEN' : 'NO_PICTURE')
}

export const makePaperRefusal = (fault: keyof typeof WHY): Refusal =>
  new Refusal('PAPER_REFUSED', { fault, ...WHY[fault] })

const WHY = {
  TYPE: { zh: '只接受 PDF、PNG 和 JPEG 文件', en: 'only PDF, PNG and JPEG are taken' },
  NO_PICTURE: {
    zh: '只接受 PNG 和 JPEG 照片，其中不得夹带网页、脚本或者压缩包',
    en: 'only PNG and JPEG pictures are taken, without pages, scripts or archives in them',
  },
  BROKEN: { zh: '文件不完整或者无法读取', en: 'the file is incomplete or cannot be read' },
  SCRIPT: { zh: 'PDF 含有脚本或者自动动作', en: 'the PDF holds a script or an action of its own' },
  EMBEDDED: { zh: 'PDF 内嵌有其他文件', en: 'the PDF holds other files' },
  ENCRYPTED: { zh: 'PDF 已加密', en: 'the PDF is encrypted' },
  FORMER: {
    zh: '这份文件先前存过，已经撤回或者被另一份替换，请重新扫描后再传',
    en: 'it was kept before, and withdrawn or replaced: scan it anew',
  },
  REVISED: {
    zh: 'PDF 中还留有修改前的内容，请打印或另存为新的 PDF',
    en: 'the PDF still holds what was there before a change: print or save it as a new one',
  },
} as const

const PNG_COLOUR_AT = 25
const PNG_INTERLACE_AT = 28
const PNG_COLOURS_WITHOUT_ALPHA = [0, 2, 3]

/**
 * True when a PDF takes the compressed bytes unchanged. Unpacking a crafted PNG (transparent or interlaced) could yield
 * any size.
 */
export const isPrintableAsIs = (type: PaperType, bytes: Buffer): boolean =>
  type === 'JPEG' ||
  (type === 'PNG' &&
    PNG_COLOURS_WITHOUT_ALPHA.includes(bytes[PNG_COLOUR_AT] ?? -1) &&
    bytes[PNG_INTERLACE_AT] === 0 &&
    !bytes.includes('tRNS'))
