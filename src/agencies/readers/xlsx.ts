/** Excel workbooks. The header may stand below a title and notes; every sheet with a known header is read. */
import * as XLSX from '@e965/xlsx'
import type { Item } from '../../domain/records.js'
import { Refusal } from '../../errors.js'
import type { Content } from './content.js'
import { broken, item, recognise, type Shape } from './shapes.js'
import { zipFault } from './zip.js'

const MAX_BYTES = 20 * 1024 * 1024
const MAX_UNPACKED = 200 * 1024 * 1024
const HEADER_WITHIN = 20 // rows

type Cells = (XLSX.CellObject | undefined)[]

export async function* readXlsx(content: Content, shapes: readonly Shape[], feed: string): AsyncIterable<Item> {
  const workbook = opened(await content.whole(MAX_BYTES))
  const tables = workbook.SheetNames.map((name, at) => ({ page: at + 1, rows: rowsOf(workbook.Sheets[name]) }))
    .map((sheet) => ({ ...sheet, header: headerIn(sheet.rows, shapes) }))
    .filter((sheet) => sheet.header !== null)
  if (tables.length === 0) throw new Refusal('CONTENT_UNKNOWN', { feed, reason: '未找到可识别的表头 no known header' })
  for (const { page, rows, header } of tables) {
    if (!header) continue
    const twice = header.names.find((name, at) => name !== '' && header.names.indexOf(name) !== at)
    if (twice) throw new Refusal('CONTENT_UNKNOWN', { feed, reason: `表头重复 ${twice} a column twice` })
    for (const [at, cells] of rows.entries()) {
      if (at > header.at && cells?.some((cell) => textOf(cell) !== '')) {
        yield itemOf(tables.length > 1 ? page : null, at + 1, cells, header.names)
      }
    }
  }
}

const opened = (bytes: Buffer): XLSX.WorkBook => {
  const fault = zipFault(bytes, { unpackedBytes: MAX_UNPACKED })
  if (fault === 'too_large')
    throw new Refusal('CONTENT_TOO_LARGE', { limit: `${MAX_UNPACKED / 1024 / 1024} MB（解压后 unpacked）` })
  if (fault) throw unreadable('压缩包损坏 broken archive')
  try {
    return XLSX.read(bytes, {
      type: 'buffer',
      dense: true,
      cellDates: true,
      UTC: true,
      cellFormula: false,
      cellHTML: false,
    })
  } catch {
    throw unreadable('不是 Excel 工作簿 not an Excel workbook')
  }
}

const unreadable = (reason: string): Refusal => new Refusal('CONTENT_UNREADABLE', { reader: 'xlsx', reason })

/** Only cells that are there: a sheet may claim a million empty rows. */
const rowsOf = (sheet: XLSX.WorkSheet | undefined): (Cells | undefined)[] =>
  Array.from((sheet?.['!data'] as (Cells | undefined)[] | undefined) ?? [])

const headerIn = (rows: (Cells | undefined)[], shapes: readonly Shape[]) => {
  for (const [at, cells] of rows.slice(0, HEADER_WITHIN).entries()) {
    const known = recognise(Array.from(cells ?? [], textOf), shapes)
    if (known) return { at, names: known.names }
  }
  return null
}

const itemOf = (page: number | null, row: number, cells: Cells, names: string[]): Item => {
  const beyond = cells.slice(names.length).some((cell) => textOf(cell) !== '')
  if (beyond || cells.some((cell) => cell?.t === 'e')) return broken(page, row, Array.from(cells, textOf).join(' | '))
  const fields = names.map((name, at): [string, unknown] => [name || `第${at + 1}列`, plain(cells[at])])
  return item(page, row, Object.fromEntries(fields.filter(([, value], at) => names[at] !== '' || value !== '')))
}

const textOf = (cell: XLSX.CellObject | undefined): string => {
  const value = plain(cell)
  return cell?.t === 'e' ? (cell.w ?? '#ERROR') : String(value).trim()
}

/** Dates become texts: Excel knows no zone, and the value is to be kept as JSON. */
const plain = (cell: XLSX.CellObject | undefined): string | number | boolean => {
  const value = cell?.v
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? (cell?.w ?? '') : dayText(value)
  return value ?? ''
}

const dayText = (value: Date): string =>
  value
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, '')
    .replace(' 00:00:00', '')
