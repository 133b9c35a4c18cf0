/** A known header may stand below a title. */
import * as XLSX from '@e965/xlsx'
import type { Item } from '../../domain/records/records.js'
import { Refusal } from '../../foundation/errors.js'
import { mustBeSound } from './biff.js'
import { footers } from './footers.js'
import { headerUnknown } from './near.js'
import { broken, type FormShape, item, recognise } from './shapes.js'
import { LIMITS, makeSheetInspector, mustUnpack, unreadable } from './sheet-parts.js'
import { zipFault } from './zip.js'

const MAX_CELL = 32_767 // characters, Excel's own limit
const HEADER_WITHIN = 20 // rows

type SheetCell = XLSX.CellObject
/** Row number from 1; columns from 0. */
interface SheetRow {
  number: number
  cells: Map<number, SheetCell>
}

export type WorkbookKind = 'xlsx' | 'xls'

export function* itemsOfWorkbook(
  bytes: Buffer,
  kind: WorkbookKind,
  shapes: readonly FormShape[],
  feed: string,
): Iterable<Item> {
  const workbook = openWorkbook(bytes, kind)
  const sheets = workbook.SheetNames.map((name, at) => ({ page: at + 1, sheet: soundSheet(workbook.Sheets[name]) }))
  const tables = sheets.flatMap(({ page, sheet }) => {
    const header = headerIn(sheet, shapes)
    return header ? [{ page, sheet, header }] : []
  })
  if (tables.length === 0)
    throw headerUnknown(
      feed,
      sheets.flatMap(({ sheet }) => firstRows(sheet)),
      shapes,
    )
  for (const { header } of tables) {
    const twice = header.names.find((name, at) => name !== '' && header.names.indexOf(name) !== at)
    if (twice) throw new Refusal('CONTENT_UNKNOWN', { feed, reason: `表头重复 ${twice} a column twice` })
  }
  for (const { page, sheet, header } of tables) {
    const below = footers<SheetRow>()
    for (const row of rowsOf(sheet)) {
      if (row.number <= header.number) continue
      const texts = [...row.cells.values()].map(textOf)
      if (texts.every((text) => text === '')) continue
      for (const due of below.due(row, texts)) yield itemOf(tables.length > 1 ? page : null, due, header.names)
    }
  }
}

const openWorkbook = (bytes: Buffer, kind: WorkbookKind): XLSX.WorkBook => {
  if (kind === 'xls') mustBeSound(bytes)
  else mustUnpack(zipFault(bytes, LIMITS, makeSheetInspector()))
  try {
    return XLSX.read(bytes, {
      type: 'buffer',
      dense: true,
      cellDates: true,
      UTC: true,
      cellFormula: false,
      cellHTML: false,
      // Without this option SheetJS silently omits unreadable sheets.
      WTF: true,
    })
  } catch {
    throw new Refusal('CONTENT_UNREADABLE', { reader: kind, reason: '不是完整的 Excel 工作簿 no whole Excel workbook' })
  }
}

const soundSheet = (sheet: XLSX.WorkSheet | undefined): XLSX.WorkSheet => {
  if (!sheet) throw unreadable('缺少工作表 a sheet is missing')
  // `forEach` skips array holes natively.
  for (const row of Object.values((sheet['!data'] ?? []) as (SheetCell | undefined)[][]))
    row?.forEach((cell) => {
      if (typeof cell?.v === 'string' && cell.v.length > MAX_CELL)
        throw unreadable('单元格文本过长 a text beyond the limit')
    })
  return sheet
}

/** Both arrays are sparse and up to a million rows long. */
function* rowsOf(sheet: XLSX.WorkSheet): Iterable<SheetRow> {
  const rows = (sheet['!data'] ?? []) as (SheetCell | undefined)[][]
  for (const at of Object.keys(rows)) {
    const cells = Object.entries(rows[Number(at)] ?? []).flatMap(([column, cell]): [number, SheetCell][] =>
      cell ? [[Number(column), cell]] : [],
    )
    yield { number: Number(at) + 1, cells: new Map(cells) }
  }
}

const firstRows = (sheet: XLSX.WorkSheet): string[][] => {
  const rows: string[][] = []
  for (const { number, cells } of rowsOf(sheet)) {
    if (number > HEADER_WITHIN) break
    rows.push([...cells.values()].map(textOf))
  }
  return rows
}

/** The lower of two adjacent headers (words, codes) wins. */
const headerIn = (sheet: XLSX.WorkSheet, shapes: readonly FormShape[]) => {
  let header: { number: number; names: string[] } | null = null
  for (const { number, cells } of rowsOf(sheet)) {
    if (number > HEADER_WITHIN) break
    const width = Math.max(-1, ...cells.keys()) + 1
    const known = recognise(
      Array.from({ length: width }, (_, at) => textOf(cells.get(at))),
      shapes,
    )
    if (known) header = { number, names: known.names }
    else if (header) break
  }
  return header
}

const itemOf = (page: number | null, { number, cells }: SheetRow, names: readonly string[]): Item => {
  const beyond = [...cells].some(([column, cell]) => column >= names.length && textOf(cell) !== '')
  if (beyond || [...cells.values()].some((cell) => cell.t === 'e'))
    return broken(page, number, [...cells.values()].map(textOf).join(' | '))
  const fields = names.map((name, at): [string, unknown] => [name || `第${at + 1}列`, plain(cells.get(at))])
  return item(page, number, Object.fromEntries(fields.filter(([, value], at) => names[at] !== '' || value !== '')))
}

const textOf = (cell: SheetCell | undefined): string => {
  const value = plain(cell)
  return cell?.t === 'e' ? (cell.w ?? '#ERROR') : String(value).trim()
}

/** Excel has no time zone, and items are JSON. */
const plain = (cell: SheetCell | undefined): string | number | boolean => {
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
