import { isUtf8 } from 'node:buffer'
import { csvFaultCode, csvLine, csvRecords, csvRecordsInSlices } from '../../foundation/text/csv.js'
import { decodeText, encodeText } from '../../foundation/text/encodings.js'
import { UnreadableAnswerError } from './reading.js'
import type { FormatRow } from './record-notices.js'
import { formatColumns } from './schema.js'

export type FieldTexts = Readonly<Record<string, string>>

export interface ParsedLines {
  names: readonly string[]
  rows: FieldTexts[]
  /** True when the text ends with a line end: its writer has finished. */
  ended: boolean
}

export const parseLines = (bytes: Buffer): ParsedLines => {
  const text = textIn(bytes)
  try {
    const [header = [], ...rows] = csvRecords(text)
    const names = namesIn(header)
    return { names, rows: rows.map((cells) => rowOf(names, cells)), ended: text.endsWith('\n') }
  } catch (error) {
    throw unreadable(error)
  }
}

/** Like `parseLines`, but does not block the event loop. */
export const parseLinesInSlices = async (bytes: Buffer): Promise<ParsedLines> => {
  const text = textIn(bytes)
  let names: string[] | null = null
  const rows: FieldTexts[] = []
  try {
    for await (const record of csvRecordsInSlices(text)) {
      if (names === null) names = namesIn(record)
      else rows.push(rowOf(names, record))
    }
  } catch (error) {
    throw unreadable(error)
  }
  return { names: names ?? [], rows, ended: text.endsWith('\n') }
}

const textIn = (bytes: Buffer): string => decodeText(bytes, isUtf8(bytes) ? 'utf-8' : 'gb18030')

const namesIn = (header: readonly string[]): string[] => header.map((name) => name.trim())

const rowOf = (names: readonly string[], cells: readonly string[]): FieldTexts =>
  Object.fromEntries(names.map((name, at) => [name, cells[at] ?? '']))

const unreadable = (error: unknown): unknown => {
  const code = csvFaultCode(error)
  return code === null ? error : new UnreadableAnswerError(`no separated lines (${code})`)
}

const QUOTED = /[",;\t|\r\n]|^\s|\s$/

/** CSV for programs: formulas are not escaped. */
export const writeCsv = (format: string, rows: readonly FormatRow[], encoding: 'utf-8' | 'gb18030'): Buffer => {
  const codes = formatColumns(format).map(({ code }) => code)
  const lines = [codes, ...rows.map((row) => codes.map((code) => row[code] ?? null))]
  return encodeText(lines.map((line) => csvLine(line, QUOTED)).join(''), encoding)
}
