import { makeTextWorkbook } from '../../src/foundation/text/xlsx.js'
import type { FormatRow } from '../../src/platforms/formats/record-notices.js'
import { formatColumns } from '../../src/platforms/formats/schema.js'

const COLUMN_WIDTH = 18 // characters

export const workbook = (format: string, sheet: string, rows: readonly FormatRow[]): Buffer => {
  const columns = formatColumns(format)
  const lines = rows.map((row) => columns.map(({ code }) => row[code] ?? null))
  const head = [columns.map(({ title }) => title), columns.map(({ code }) => code)]
  return makeTextWorkbook([...head, ...lines], sheet, COLUMN_WIDTH)
}
