import { isUtf8 } from 'node:buffer'
import { csvFaultCode, csvLine, csvRecordsInSlices } from '../../foundation/text/csv.js'
import { decodeText, encodeText } from '../../foundation/text/encodings.js'
import { UnreadableAnswerError } from './reading.js'
import type { FormatRow } from './record-notices.js'
import { formatColumns } from './schema.js'

export type FieldTexts = Readonly<Record<string, string>>

export interface ParsedLines {
  names: readonly string[]
  rows: FieldTexts[]
  /** False while its writer has not finished. */
  ended: boolean
}

export const parseLines = async (bytes: Buffer): Promise<ParsedLines> => {
  const text = decodeText(bytes, isUtf8(bytes) ? 'utf-8' : 'gb18030')
  let names: string[] | null = null
  const rows: FieldTexts[] = []
  try {
    for await (const record of csvRecordsInSlices(text)) {
      if (names === null) names = record.map((name) => name.trim())
      else rows.push(Object.fromEntries(names.map((name, at) => [name, record[at] ?? ''])))
    }
  } catch (error) {
    const code = csvFaultCode(error)
    throw code === null ? error : new UnreadableAnswerError(`no separated lines (${code})`)
  }
  return { names: names ?? [], rows, ended: text.endsWith('\n') }
}

const QUOTED = /[",;\t|\r\n]|^\s|\s$/

/** CSV for programs: formulas are not escaped. */
export const writeCsv = (format: string, rows: readonly FormatRow[], encoding: 'utf-8' | 'gb18030'): Buffer => {
  const codes = formatColumns(format).map(({ code }) => code)
  const lines = [codes, ...rows.map((row) => codes.map((code) => row[code] ?? null))]
  return encodeText(lines.map((line) => csvLine(line, QUOTED)).join(''), encoding)
}
