/**
 * Rows as separated text: one line of the format's own codes, then one line for each row, CRLF, as RFC 4180 has it. Content is never
 * changed: what a spreadsheet would take for a formula is left as it is, since the receiver is a program.
 */
import iconv from 'iconv-lite'
import type { Row } from './record-notices.js'
import { columnsOf } from './schema.js'

export type Encoding = 'utf-8' | 'gb18030'

const LINE_END = '\r\n'
/** Also where another separator stands: a reader that guesses it must not be led astray. */
const QUOTED = /[",;\t|\r\n]|^\s|\s$/

/** Bytes in the encoding, without a mark before them. `format`: its schema's name under schema/platforms. */
export const csv = (format: string, rows: readonly Row[], encoding: Encoding): Buffer => {
  const codes = columnsOf(format).map(({ code }) => code)
  const lines = [codes, ...rows.map((row) => codes.map((code) => cell(row[code] ?? null)))]
  return iconv.encode(lines.map((line) => line.join(',') + LINE_END).join(''), encoding)
}

const cell = (value: string | number | null): string => {
  const text = String(value ?? '')
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
