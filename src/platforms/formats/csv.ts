/** RFC 4180, CRLF. Formulas are not escaped, because the receiver is a program. */
import iconv from 'iconv-lite'
import type { FormatRow } from './record-notices.js'
import { columnsOf } from './schema.js'

export type CsvEncoding = 'utf-8' | 'gb18030'

const LINE_END = '\r\n'
/** Some readers guess the separator. */
const QUOTED = /[",;\t|\r\n]|^\s|\s$/

export const csv = (format: string, rows: readonly FormatRow[], encoding: CsvEncoding): Buffer => {
  const codes = columnsOf(format).map(({ code }) => code)
  const lines = [codes, ...rows.map((row) => codes.map((code) => cell(row[code] ?? null)))]
  return iconv.encode(lines.map((line) => line.join(',') + LINE_END).join(''), encoding)
}

const cell = (value: string | number | null): string => {
  const text = String(value ?? '')
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
