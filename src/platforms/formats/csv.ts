/** CSV for programs: formulas are not escaped. */
import { csvLine } from '../../foundation/text/csv.js'
import { encodeText } from '../../foundation/text/encodings.js'
import type { FormatRow } from './record-notices.js'
import { formatColumns } from './schema.js'

export type CsvEncoding = 'utf-8' | 'gb18030'

const QUOTED = /[",;\t|\r\n]|^\s|\s$/

export const writeCsv = (format: string, rows: readonly FormatRow[], encoding: CsvEncoding): Buffer => {
  const codes = formatColumns(format).map(({ code }) => code)
  const lines = [codes, ...rows.map((row) => codes.map((code) => row[code] ?? null))]
  return encodeText(lines.map((line) => csvLine(line, QUOTED)).join(''), encoding)
}
