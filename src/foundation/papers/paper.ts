export type PaperText = string | readonly (string | { blank: string })[]

export type PaperStyle =
  | 'issuer'
  | 'title'
  | 'number'
  | 'heading'
  | 'paragraph'
  | 'line'
  | 'item'
  | 'right'
  | 'note'
  | 'code'

export type PaperBlock =
  | { as: PaperStyle; text: PaperText }
  | { as: 'table'; columns: readonly string[]; widths: readonly number[]; rows: readonly (readonly string[])[] }
  | { as: 'qr'; url: string; caption: string }
  | { as: 'page' }
  | { as: 'image'; content: Buffer; caption: string }

/** Embedded unchanged (PDF only), so signature and hash stay valid. */
export interface EmbeddedFile {
  name: string
  mediaType: string
  description: string
  content: Buffer
}

export interface Paper {
  title: string
  madeAt: Date
  blocks: readonly PaperBlock[]
  foot?: string
  keywords?: string
  files?: readonly EmbeddedFile[]
}

export const runsOf = (text: PaperText): readonly (string | { blank: string })[] =>
  typeof text === 'string' ? [text] : text

export const blankText = ({ blank }: { blank: string }): string => `（${blank}）`

interface ParagraphShape {
  size: number
  lineHeight: number
  align: 'left' | 'center' | 'right'
  indent: number
  before: number
  after: number
  bold: boolean
}

const BODY: ParagraphShape = { size: 16, lineHeight: 28, align: 'left', indent: 2, before: 0, after: 2, bold: false }

/** Points, by GB/T 9704-2012. */
export const SHAPES: Record<PaperStyle, ParagraphShape> = {
  issuer: { ...BODY, align: 'center', indent: 0 },
  title: { ...BODY, size: 22, lineHeight: 34, align: 'center', indent: 0, after: 8, bold: true },
  number: { ...BODY, align: 'center', indent: 0, after: 12 },
  heading: { ...BODY, indent: 0, before: 10, bold: true },
  paragraph: BODY,
  line: { ...BODY, indent: 0 },
  item: BODY,
  right: { ...BODY, align: 'right', indent: 0 },
  note: { ...BODY, size: 10.5, lineHeight: 16, indent: 0, before: 6 },
  code: { ...BODY, size: 9, lineHeight: 13, indent: 0 },
}

const MM = 72 / 25.4
/** A4 in points, margins of GB/T 9704-2012. */
export const PAGE = {
  width: 210 * MM,
  height: 297 * MM,
  top: 37 * MM,
  bottom: 35 * MM,
  left: 28 * MM,
  right: 26 * MM,
} as const
