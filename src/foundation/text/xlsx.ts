import * as XLSX from '@e965/xlsx'
import { Refusal } from '../errors.js'
import { checkBiff } from './xlsx/biff.js'
import { makeSheetInspector, refuseZipFault, unreadableRefusal, XLSX_LIMITS } from './xlsx/sheet-parts.js'
import { zipFault } from './xlsx/zip.js'

const MAX_CELL = 32_767 // characters, Excel's own limit
const SHEET_NAME_LENGTH_MAX = 31
/** Number format `@` (text), ECMA-376 part 1, 18.8.30. */
const TEXT_FORMAT = 49

export type WorkbookKind = 'xlsx' | 'xls'
export type SheetCell = XLSX.CellObject
/** Rows are counted from 1, columns from 0. */
export interface SheetRow {
  number: number
  cells: Map<number, SheetCell>
}

/** Each function reads one sheet, any number of times. Throws CONTENT_UNREADABLE or CONTENT_TOO_LARGE. */
export const readSheets = (bytes: Buffer, kind: WorkbookKind): (() => Iterable<SheetRow>)[] => {
  const { SheetNames, Sheets } = openWorkbook(bytes, kind)
  return SheetNames.map((name) => {
    const sheet = soundSheet(Sheets[name])
    return () => rowsOf(sheet)
  })
}

const openWorkbook = (bytes: Buffer, kind: WorkbookKind): XLSX.WorkBook => {
  if (kind === 'xls') checkBiff(bytes)
  else refuseZipFault(zipFault(bytes, XLSX_LIMITS, makeSheetInspector()))
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
  if (!sheet) throw unreadableRefusal('缺少工作表 a sheet is missing')
  for (const row of Object.values((sheet['!data'] ?? []) as (SheetCell | undefined)[][]))
    row?.forEach((cell) => {
      if (typeof cell?.v === 'string' && cell.v.length > MAX_CELL)
        throw unreadableRefusal('单元格文本过长 a text beyond the limit')
    })
  return sheet
}

/** Arrays are sparse and up to a million long. */
function* rowsOf(sheet: XLSX.WorkSheet): Iterable<SheetRow> {
  const rows = (sheet['!data'] ?? []) as (SheetCell | undefined)[][]
  for (const at of Object.keys(rows)) {
    const cells = Object.entries(rows[Number(at)] ?? []).flatMap(([column, cell]): [number, SheetCell][] =>
      cell ? [[Number(column), cell]] : [],
    )
    yield { number: Number(at) + 1, cells: new Map(cells) }
  }
}

export const cellText = (cell: SheetCell | undefined): string => {
  const value = cellValue(cell)
  return cell?.t === 'e' ? (cell.w ?? '#ERROR') : String(value).trim()
}

/** Dates become text: Excel has no time zone, and items are JSON. */
export const cellValue = (cell: SheetCell | undefined): string | number | boolean => {
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

export const loadCodePages = async (): Promise<void> =>
  XLSX.set_cptable(await import('@e965/xlsx/dist/cpexcel.full.mjs'))

export interface SheetLayout {
  name: string
  titleRows?: number
  widths?: readonly number[]
}

export const makeWorkbook = (
  rows: readonly (readonly (string | number | Date)[])[],
  { name, titleRows = 0, widths }: SheetLayout,
): Buffer => {
  const sheet = XLSX.utils.aoa_to_sheet(
    rows.map((row) => [...row]),
    { UTC: true, dateNF: 'yyyy-mm-dd' },
  )
  const last = (rows[titleRows]?.length ?? 1) - 1
  sheet['!merges'] = Array.from({ length: titleRows }, (_, r) => ({ s: { r, c: 0 }, e: { r, c: last } }))
  if (widths) sheet['!cols'] = widths.map((wch) => ({ wch }))
  const book = XLSX.utils.book_new(sheet, name)
  return Buffer.from(XLSX.write(book, { type: 'buffer', bookType: 'xlsx', compression: true }) as Uint8Array)
}

/** Text cells keep leading zeros and prevent formulas. Equal cells give equal bytes. */
export const makeTextWorkbook = (
  rows: readonly (readonly (string | number | null)[])[],
  name: string,
  columnWidth: number,
): Buffer => {
  const sheet = XLSX.utils.aoa_to_sheet(rows.map((row) => row.map(textCell)))
  sheet['!cols'] = rows[0]?.map(() => ({ wch: columnWidth })) ?? []
  const book = XLSX.utils.book_new(sheet, name.slice(0, SHEET_NAME_LENGTH_MAX))
  // SheetJS leaks number formats from one workbook to the next.
  Object.assign(book, { SSF: { [TEXT_FORMAT]: '@' } })
  // Uncompressed output does not depend on the zlib version.
  return XLSX.write(book, { type: 'buffer', bookType: 'xlsx', compression: false })
}

const textCell = (value: string | number | null) =>
  value === null ? null : { t: 's' as const, v: String(value), z: '@' }
