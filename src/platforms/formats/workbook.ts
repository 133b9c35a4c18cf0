/** All cells are text, which keeps leading zeros and prevents formulas. */
import * as XLSX from '@e965/xlsx'
import type { FormatRow } from './record-notices.js'
import { columnsOf } from './schema.js'

const SHEET_NAME_LENGTH_MAX = 31
const COLUMN_WIDTH = 18 // characters
/** `@` (text), ECMA-376 part 1, 18.8.30. */
const TEXT_FORMAT = 49

export const workbook = (format: string, sheet: string, rows: readonly FormatRow[]): Buffer => {
  const columns = columnsOf(format)
  const lines = [
    columns.map(({ title }) => text(title)),
    columns.map(({ code }) => text(code)),
    ...rows.map((row) => columns.map(({ code }) => text(row[code] ?? null))),
  ]
  const made = XLSX.utils.aoa_to_sheet(lines)
  made['!cols'] = columns.map(() => ({ wch: COLUMN_WIDTH }))
  const book = XLSX.utils.book_new(made, sheet.slice(0, SHEET_NAME_LENGTH_MAX))
  // SheetJS leaks number formats from one workbook to the next.
  Object.assign(book, { SSF: { [TEXT_FORMAT]: '@' } })
  // Output does not depend on the zlib version.
  return XLSX.write(book, { type: 'buffer', bookType: 'xlsx', compression: false })
}

const text = (value: string | number | null) => (value === null ? null : { t: 's' as const, v: String(value), z: '@' })
