import { fileURLToPath } from 'node:url'
import PDFDocument from 'pdfkit'
import { breakLines, type LinePiece, sum } from './break-lines.js'
import {
  blankText,
  PAGE,
  type Paper,
  type PaperBlock,
  type PaperStyle,
  type PaperText,
  runsOf,
  SHAPES,
} from './paper.js'
import { makeQrModules } from './qr.js'

type Pdf = InstanceType<typeof PDFDocument>

const FONT = fileURLToPath(new URL('../fonts/NotoSansHans-Regular.otf', import.meta.resolve('@embedpdf/fonts-sc')))
/** Bold is stroked, by this share of the size: a second font would double the 0.2 s of subsetting. */
const BOLD_STROKE = 0.02
const WIDTH = PAGE.width - PAGE.left - PAGE.right
const BOTTOM = PAGE.height - PAGE.bottom
const MISSING = '〓'
const BASE_LINE = 0.38
const TABLE = { size: 10, lineHeight: 14, padding: 4 }
const QR_SIDE = 96
const FOOT_SIZE = 9
const RULE = 0.5

export const writePdf = (paper: Paper): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const { title: Title, madeAt: CreationDate, keywords: Keywords } = paper
    const pdf = new PDFDocument({
      size: 'A4',
      margins: { top: PAGE.top, bottom: 0, left: PAGE.left, right: PAGE.right },
      bufferPages: true,
      lang: 'zh-CN',
      displayTitle: true,
      info: { Title, CreationDate, ...(Keywords !== undefined && { Keywords }) },
      font: FONT,
    })
    const parts: Buffer[] = []
    pdf.on('data', (part: Buffer) => parts.push(part))
    pdf.on('end', () => resolve(Buffer.concat(parts)))
    pdf.on('error', reject)
    const pen = makePen(pdf)
    for (const [i, block] of paper.blocks.entries()) {
      if (block.as === 'right') makeRoom(pen, heightOfSignature(paper.blocks.slice(i)))
      writeBlock(pen, block)
    }
    for (const { content, name, mediaType: type, description } of paper.files ?? [])
      pdf.file(content, { name, type, description, creationDate: CreationDate, modifiedDate: CreationDate })
    numberPages(pdf, paper.foot ?? '')
    pdf.end()
  })

interface Pen {
  pdf: Pdf
  y: number
  shown: (text: string) => string
  widthOf: (text: string) => number
}

const makePen = (pdf: Pdf): Pen => {
  const has = glyphTest(pdf)
  const widths = new Map<string, number>()
  const widthOf = (text: string): number => {
    const width = widths.get(text) ?? pdf.fontSize(1_000).widthOfString(text) / 1_000
    widths.set(text, width)
    return width
  }
  const shown = (text: string): string => [...text].map((sign) => (has(sign) ? sign : MISSING)).join('')
  return { pdf, y: PAGE.top, shown, widthOf }
}

const writeBlock = (pen: Pen, block: PaperBlock): void => {
  if (block.as === 'page') makeRoom(pen, BOTTOM)
  else if (block.as === 'image') writeImage(pen, block)
  else if (block.as === 'qr') writeQr(pen, block.url, block.caption)
  else if (block.as === 'table') writeTable(pen, block)
  else writeParagraph(pen, block.as, block.text)
}

const heightOfSignature = (from: readonly PaperBlock[]): number => {
  const end = from.findIndex(({ as }) => as !== 'right')
  return (end < 0 ? from.length : end) * (SHAPES.right.lineHeight + SHAPES.right.after)
}

const makeRoom = (pen: Pen, height: number): boolean => {
  if (pen.y + height <= BOTTOM) return false
  pen.pdf.addPage()
  pen.y = PAGE.top
  return true
}

const writeLine = (pen: Pen, line: readonly LinePiece[], from: number, { size, lineHeight, bold }: LineShape): void => {
  const { pdf } = pen
  let x = from
  pdf.fontSize(size)
  const base = pen.y + lineHeight / 2 + size * BASE_LINE
  for (const { text, blank, width } of line) {
    const stroke = bold && { fill: true, stroke: true }
    pdf.lineWidth(BOLD_STROKE * size).text(text, x, base, { lineBreak: false, baseline: 'alphabetic', ...stroke })
    if (blank)
      pdf
        .lineWidth(RULE)
        .moveTo(x, base + 3)
        .lineTo(x + width, base + 3)
        .stroke()
    x += width
  }
  pen.y += lineHeight
}

const breakText = (pen: Pen, text: PaperText, size: number, width: number, indent = 0): LinePiece[][] =>
  breakLines(
    runsOf(text).map((run) => ({
      text: pen.shown(typeof run === 'string' ? run : blankText(run)),
      blank: typeof run !== 'string',
    })),
    { width, indent, widthOf: (token) => pen.widthOf(token) * size },
  )

const writeParagraph = (pen: Pen, style: PaperStyle, text: PaperText): void => {
  const shape = SHAPES[style]
  const indent = shape.indent * shape.size
  pen.y += shape.before
  for (const [i, line] of breakText(pen, text, shape.size, WIDTH, indent).entries()) {
    makeRoom(pen, shape.lineHeight)
    const free = WIDTH - sum(line)
    const shift = { left: i === 0 ? indent : 0, center: free / 2, right: free }[shape.align]
    writeLine(pen, line, PAGE.left + shift, shape)
  }
  pen.y += shape.after
}

const writeTable = (pen: Pen, { widths, columns: titles, rows }: Extract<PaperBlock, { as: 'table' }>): void => {
  const all = widths.reduce((a, b) => a + b, 0)
  const columns = widths.map((share) => (share / all) * WIDTH)
  const writeTitles = () => writeRow(pen, titles, columns, null)
  writeTitles()
  for (const row of rows) writeRow(pen, row, columns, writeTitles)
  pen.y += TABLE.padding
}

/** Without `writeTitles` the row is that of the titles, which a new page repeats. */
const writeRow = (
  pen: Pen,
  cells: readonly string[],
  columns: readonly number[],
  writeTitles: (() => void) | null,
): void => {
  const lines = cells.map((cell, i) => breakText(pen, cell, TABLE.size, (columns[i] ?? 0) - 2 * TABLE.padding))
  const height = Math.max(...lines.map(({ length }) => length)) * TABLE.lineHeight + 2 * TABLE.padding
  if (makeRoom(pen, height)) writeTitles?.()
  const top = pen.y
  let x: number = PAGE.left
  for (const [i, cell] of lines.entries()) {
    const width = columns[i] ?? 0
    pen.pdf.lineWidth(RULE).rect(x, top, width, height).stroke()
    pen.y = top + TABLE.padding
    for (const line of cell) writeLine(pen, line, x + TABLE.padding, { ...TABLE, bold: writeTitles === null })
    x += width
  }
  pen.y = top + height
}

const writeImage = (pen: Pen, { content, caption }: Extract<PaperBlock, { as: 'image' }>): void => {
  writeParagraph(pen, 'note', caption)
  try {
    pen.pdf.image(content, PAGE.left, pen.y, { fit: [WIDTH, BOTTOM - pen.y], align: 'center' })
    pen.y = BOTTOM
  } catch {
    // PDFKit throws for an unreadable image before it writes anything.
    writeParagraph(pen, 'note', '该图片无法印出，请打开所附的原件。')
  }
}

const writeQr = (pen: Pen, url: string, caption: string): void => {
  makeRoom(pen, QR_SIDE + SHAPES.note.lineHeight)
  const modules = makeQrModules(url)
  const unit = QR_SIDE / modules.length
  for (const [row, cells] of modules.entries())
    for (const [column, dark] of cells.entries())
      if (dark) pen.pdf.rect(PAGE.left + column * unit, pen.y + row * unit, unit, unit)
  pen.pdf.fill('black')
  pen.y += QR_SIDE
  writeParagraph(pen, 'note', caption)
}

interface LineShape {
  size: number
  lineHeight: number
  bold: boolean
}

const glyphTest = (pdf: Pdf): ((sign: string) => boolean) => {
  const { _font } = pdf as unknown as { _font: { font: { hasGlyphForCodePoint: (point: number) => boolean } } }
  return (sign) => _font.font.hasGlyphForCodePoint(sign.codePointAt(0) ?? 0)
}

const numberPages = (pdf: Pdf, foot: string): void => {
  const { start, count } = pdf.bufferedPageRange()
  for (let page = start; page < start + count; page += 1) {
    pdf.switchToPage(page)
    pdf.fontSize(FOOT_SIZE).text(`${foot}  — ${page + 1} / ${count} —`, PAGE.left, BOTTOM + 28, {
      width: WIDTH,
      align: 'center',
      lineBreak: false,
    })
  }
}
