/**
 * Checks sheets first: SheetJS overwrites repeated rows, allocates up to any row number and reads a truncated sheet as
 * empty.
 */
import { SaxesParser } from 'saxes'
import { Refusal } from '../../errors.js'
import type { ZipFault, ZipLimits, ZipPart } from './zip.js'

export const XLSX_LIMITS: ZipLimits = { unpackedBytes: 20 * 1024 * 1024 }
const MAX_ROW = 1_048_576 // Excel's own limit
const MAX_COLUMN = 1024 // Excel allows 16,384
const MAX_CELLS = 5_000_000 // in all sheets
const PIECE = 1024 * 1024 // characters parsed at a time
/** Binary parts cannot be checked and are refused. */
const BINARY = /(?:^|\/)(?:worksheets\/.*|workbook)\.bin$/i
const WIDE = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])]

export const refuseZipFault = (fault: ZipFault | null): void => {
  const megabytes = XLSX_LIMITS.unpackedBytes / 1024 / 1024
  if (fault === 'too_large') throw new Refusal('CONTENT_TOO_LARGE', { limit: `${megabytes} MB（解压后 unpacked）` })
  if (fault) throw unreadableRefusal('压缩包损坏 broken archive')
}

export const makeSheetInspector = (): ((part: ZipPart) => void) => {
  let cells = 0
  return ({ name, content }) => {
    if (BINARY.test(name)) throw unreadableRefusal('二进制工作簿 a binary workbook')
    if (WIDE.some((mark) => content.subarray(0, 2).equals(mark)))
      throw unreadableRefusal('部件不是 UTF-8 a part is not UTF-8')
    if (!content.includes('sheetData')) return
    cells += cellsIn(content)
    if (cells > MAX_CELLS) throw tooMany()
  }
}

const tooMany = (): Refusal => new Refusal('CONTENT_TOO_LARGE', { limit: `${MAX_CELLS} 个单元格 cells` })

const cellsIn = (content: Buffer): number => {
  const parser = new SaxesParser({})
  let row = 0
  let column = 0
  let cells = 0
  let formula = false
  let isText = false
  let value: string | null = null
  let inValue = false
  const hidden = (): void => {
    throw unreadableRefusal('工作表中有注释、CDATA 或 DOCTYPE a sheet with comments, CDATA or a document type')
  }
  parser.on('error', () => {
    throw unreadableRefusal('工作表损坏 a broken sheet')
  })
  parser.on('comment', hidden)
  parser.on('cdata', hidden)
  parser.on('doctype', hidden)
  parser.on('opentag', ({ name, attributes, isSelfClosing }) => {
    const place = attributes['r'] === undefined ? undefined : String(attributes['r'])
    switch (name.slice(name.indexOf(':') + 1)) {
      case 'row': {
        // SheetJS ignores an empty row without number, too.
        if (place === undefined && isSelfClosing) return
        const next = place === undefined ? row + 1 : numberOf(place)
        if (next <= row) throw unreadableRefusal(`行号重复或乱序 ${next} a row number twice or out of order`)
        if (next > MAX_ROW) throw unreadableRefusal(`行号超过 ${MAX_ROW} a row beyond the limit`)
        row = next
        column = 0
        break
      }
      case 'c': {
        cells += 1
        if (cells > MAX_CELLS) throw tooMany()
        const next = place === undefined ? column + 1 : columnOf(place, row)
        if (next <= column) throw unreadableRefusal(`单元格重复或乱序 ${place} a cell twice or out of order`)
        if (next > MAX_COLUMN) throw unreadableRefusal(`列数超过 ${MAX_COLUMN} a column beyond the limit`)
        column = next
        formula = false
        isText = attributes['t'] === 'str'
        value = null
        break
      }
      case 'f':
        formula = true
        break
      case 'v':
        value = ''
        inValue = true
        break
    }
  })
  parser.on('text', (text) => {
    if (inValue) value += text
  })
  parser.on('closetag', ({ name }) => {
    const local = name.slice(name.indexOf(':') + 1)
    if (local === 'v') inValue = false
    // An uncalculated formula has no value; a text formula's may be empty.
    if (local === 'c' && formula && (value === null || (value === '' && !isText)))
      throw unreadableRefusal('公式没有计算结果 a formula without its result')
  })
  const text = content.toString('utf8').replace(/^\uFEFF/, '')
  for (let at = 0; at < text.length; at += PIECE) parser.write(text.slice(at, at + PIECE))
  parser.close()
  return cells
}

const numberOf = (place: string): number => {
  if (!/^[1-9]\d{0,15}$/.test(place)) throw unreadableRefusal('行号无效 no row number')
  return Number(place)
}

const columnOf = (place: string, row: number): number => {
  const [, letters = '', digits] = /^([A-Z]{1,7})([1-9]\d{0,15})$/.exec(place) ?? []
  if (letters === '' || Number(digits) !== row) throw unreadableRefusal('单元格位置无效 no place of a cell')
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0)
}

export const unreadableRefusal = (reason: string, reader = 'xlsx'): Refusal =>
  new Refusal('CONTENT_UNREADABLE', { reader, reason })
