/**
 * Rows as the Excel template of 双公示: a line of Chinese names, a line of codes, then one line for each row. Every cell is text, so
 * that no code loses its zeros and no text becomes a formula.
 */
import * as XLSX from '@e965/xlsx'
import type { Row } from './record-notices.js'
import { columnsOf } from './schema.js'

const SHEET_NAME_LENGTH_MAX = 31
const COLUMN_WIDTH = 18 // characters
/** Number of the format `@`, text, in ECMA-376 part 1, 18.8.30. */
const TEXT_FORMAT = 49

/** Bytes of an .xlsx. `format`: its schema's name under schema/platforms; `sheet`: the name of the sheet. */
export const workbook = (format: string, sheet: string, rows: readonly Row[]): Buffer => {
  const columns = columnsOf(format)
  const lines = [
    columns.map(({ title }) => text(title)),
    columns.map(({ code }) => text(code)),
    ...rows.map((row) => columns.map(({ code }) => text(row[code] ?? null))),
  ]
  const made = XLSX.utils.aoa_to_sheet(lines)
  made['!cols'] = columns.map(() => ({ wch: COLUMN_WIDTH }))
  const book = XLSX.utils.book_new(made, sheet.slice(0, SHEET_NAME_LENGTH_MAX))
  // The library keeps formats of numbers from one workbook to the next: what was read before must not show in what is written.
  Object.assign(book, { SSF: { [TEXT_FORMAT]: '@' } })
  // Not packed: the bytes are then the same with every version of the machine's packer.
  return XLSX.write(book, { type: 'buffer', bookType: 'xlsx', compression: false })
}

const text = (value: string | number | null) => (value === null ? null : { t: 's' as const, v: String(value), z: '@' })
