/** DOCX, ISO/IEC 29500 transitional. */
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
import { writeZip } from './zip.js'

const TWENTIETHS = 20
const twips = (points: number): number => Math.round(points * TWENTIETHS)
const FONTS = '<w:rFonts w:ascii="FangSong" w:hAnsi="FangSong" w:eastAsia="FangSong" w:hint="eastAsia"/>'
const WIDTH = PAGE.width - PAGE.left - PAGE.right
const TABLE_HALF_POINTS = 20

export const writeDocx = (paper: Paper): Buffer =>
  writeZip([
    { name: '[Content_Types].xml', text: TYPES },
    { name: '_rels/.rels', text: RELATIONS },
    { name: 'docProps/core.xml', text: propertiesOf(paper) },
    { name: 'word/document.xml', text: documentOf(paper) },
  ])

const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

const TYPES = `${DECLARATION}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`

const RELATIONS = `${DECLARATION}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="r1" Type="${OFFICE}/officeDocument" Target="word/document.xml"/><Relationship Id="r2" Type="${PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`

const propertiesOf = ({ title, madeAt }: Paper): string =>
  `${DECLARATION}<cp:coreProperties xmlns:cp="${PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>${escaped(title)}</dc:title><dcterms:created xsi:type="dcterms:W3CDTF">${madeAt.toISOString()}</dcterms:created></cp:coreProperties>`

const documentOf = ({ blocks }: Paper): string =>
  `${DECLARATION}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${blocks.map(blockOf).join('')}<w:sectPr><w:pgSz w:w="${twips(PAGE.width)}" w:h="${twips(PAGE.height)}"/><w:pgMar w:top="${twips(PAGE.top)}" w:bottom="${twips(PAGE.bottom)}" w:left="${twips(PAGE.left)}" w:right="${twips(PAGE.right)}" w:header="720" w:footer="720" w:gutter="0"/></w:sectPr></w:body></w:document>`

const blockOf = (block: PaperBlock): string => {
  if (block.as === 'page') return '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
  if (block.as === 'qr') return paragraphOf('note', `${block.caption} ${block.url}`)
  if (block.as === 'image') return paragraphOf('note', block.caption)
  return block.as === 'table' ? tableOf(block) : paragraphOf(block.as, block.text)
}

const paragraphOf = (style: PaperStyle, text: PaperText): string => {
  const { size, lineHeight, align, indent, before, after, bold } = SHAPES[style]
  const first = indent > 0 ? `<w:ind w:firstLineChars="${indent * 100}" w:firstLine="${twips(indent * size)}"/>` : ''
  const spacing = `<w:spacing w:before="${twips(before)}" w:after="${twips(after)}" w:line="${twips(lineHeight)}" w:lineRule="exact"/>`
  return `<w:p><w:pPr>${spacing}${first}<w:jc w:val="${align}"/></w:pPr>${runsOf(text)
    .map((run) =>
      typeof run === 'string'
        ? runOf(run, size * 2, bold ? '<w:b/>' : '')
        : runOf(blankText(run), size * 2, '<w:u w:val="single"/>'),
    )
    .join('')}</w:p>`
}

const runOf = (text: string, halfPoints: number, style: string): string => {
  const [bold, underline] = style === '<w:b/>' ? [style, ''] : ['', style]
  return `<w:r><w:rPr>${FONTS}${bold}<w:sz w:val="${halfPoints}"/>${underline}</w:rPr><w:t xml:space="preserve">${escaped(text)}</w:t></w:r>`
}

const tableOf = ({ columns, widths, rows }: Extract<PaperBlock, { as: 'table' }>): string => {
  const all = widths.reduce((a, b) => a + b, 0)
  const sizes = widths.map((share) => twips((share / all) * WIDTH))
  const border = (side: string): string => `<w:${side} w:val="single" w:sz="4"/>`
  const cell = (text: string, i: number, style: string): string =>
    `<w:tc><w:tcPr><w:tcW w:w="${sizes[i] ?? 0}" w:type="dxa"/></w:tcPr><w:p>${runOf(text, TABLE_HALF_POINTS, style)}</w:p></w:tc>`
  const row = (cells: readonly string[], style: string): string =>
    `<w:tr>${cells.map((text, i) => cell(text, i, style)).join('')}</w:tr>`
  return `<w:tbl><w:tblPr><w:tblBorders>${['top', 'left', 'bottom', 'right', 'insideH', 'insideV'].map(border).join('')}</w:tblBorders></w:tblPr><w:tblGrid>${sizes.map((size) => `<w:gridCol w:w="${size}"/>`).join('')}</w:tblGrid>${row(columns, '<w:b/>')}${rows.map((cells) => row(cells, '')).join('')}</w:tbl><w:p/>`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is dropped
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

const escaped = (text: string): string =>
  text.replace(UNWRITABLE, '').replace(/[&<>]/g, (sign) => ESCAPES[sign] ?? sign)
