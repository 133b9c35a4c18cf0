import { isUtf8 } from 'node:buffer'
import {
  type BadRow,
  CODE_ROW_LENGTH_MOST,
  type CodeRow,
  columnRolesOfHeading,
  parseCodeRow,
} from '../../domain/operators/code-rows.js'
import { parseCode } from '../../domain/operators/codes.js'
import { Refusal } from '../../foundation/errors.js'
import { decodeText } from '../../foundation/text/encodings.js'
import { makeCsvReader } from '../../work/standing/row-readers.js'

export const CHECKED_ROWS_MOST = 1_000
/** At most this many lines are searched for a heading or a code. */
const ABOVE_MOST = 20
const COLUMNS_MOST = 200

const SEPARATORS = ['\t', ',', ';']
const PARTED = [/[\t,;，、；]/, /[^\S\r\n]+/]
const EDGE = /[\s,;，、；"]/
/** Spreadsheet markers for text cells: ="…", or a leading apostrophe. */
const AS_TEXT = /(^|[\t,;])(?:="([^"\n]*)"|'(?=[0-9A-Za-z]))/gm
const SEPARATOR_LINE = /^\s*"?sep=.?"?[^\S\n]*\n/i

/** Throws CHECK_NOTHING, TOO_MANY_CODES or ROWS_UNREADABLE. */
export const parseCheckRows = (text: string): (CodeRow | BadRow)[] => {
  const reader = makeCsvReader()
  const rows: (CodeRow | BadRow)[] = []
  const given = withHeading(normaliseText(text))
  for (const part of [() => reader.read(given), () => reader.end()])
    for (const read of part()) {
      if (rows.length === CHECKED_ROWS_MOST) throw new Refusal('TOO_MANY_CODES', { limit: CHECKED_ROWS_MOST })
      rows.push(parseCodeRow(rows.length + 1, read, null))
    }
  if (rows.length === 0) throw new Refusal('CHECK_NOTHING')
  return rows
}

const normaliseText = (text: string): string => {
  const bare = text.replace(/^\uFEFF/, '').replaceAll('\0', '')
  const lines = bare.includes('\n') ? bare : bare.replaceAll('\r', '\n')
  return lines.replace(SEPARATOR_LINE, '').replace(AS_TEXT, '$1$2')
}

/** Without a heading, the CSV reader refuses the whole text if its first line has no code. */
const withHeading = (text: string): string => {
  const above = linesAbove(text)
  const heading = above.findIndex(({ line }) => !isLong(line) && isHeading(line))
  const coded = above.findIndex(({ line }) => hasCode(line))
  // Lines above a heading are a title if they hold no code.
  if (heading >= 0 && (coded < 0 || heading < coded)) return text.slice(above[heading]?.at)
  const { line: first = '' } = above[Math.max(0, coded)] ?? {}
  const separator = SEPARATORS.find((each) => first.includes(each))
  if (separator === undefined) return `code\tname\n${linesOf(text)}`
  const cells = first.split(separator)
  if (isRow(cells)) return `code\n${text.replaceAll(separator, '\n')}`
  return `${columnsOf(cells).join(separator)}\n${text}`
}

const linesAbove = (text: string): { line: string; at: number }[] => {
  const found: { line: string; at: number }[] = []
  for (const { 0: line, index: at } of text.matchAll(/[^\n]+/g)) {
    if (line.trim() !== '') found.push({ line, at })
    if (found.length === ABOVE_MOST) break
  }
  return found
}

/** Without a heading, the first cell with letters, except the code, is the name. */
const columnsOf = (cells: readonly string[]): string[] => {
  const code = cells.length > COLUMNS_MOST ? -1 : placeOfCode(cells)
  if (code <= 0) return ['code', 'name', 'ref']
  const name = cells.findIndex((cell, at) => at !== code && /\p{Letter}/u.test(cell))
  return cells.map((_, at) => (at === code ? 'code' : at === name ? 'name' : '-'))
}

const linesOf = (text: string): string => {
  let left = CHECKED_ROWS_MOST + 1
  const each = (line: string): string => {
    if (left === 0 || line.trim() === '') return line
    left -= 1
    if (isCode(line)) return line
    return PARTED.map((by) => codeAndName(line, line.trim().split(by))).find((found) => found !== null) ?? line
  }
  return text.split('\n').map(each).join('\n')
}

const isHeading = (line: string): boolean => SEPARATORS.some((each) => columnRolesOfHeading(line.split(each)) !== null)

const hasCode = (line: string): boolean =>
  isCode(line) || PARTED.some((each) => (isLong(line) ? isRow : someCode)(line.split(each)))

const isLong = (line: string): boolean => line.length > CODE_ROW_LENGTH_MOST

const codeAndName = (line: string, cells: readonly string[]): string | null => {
  if (isRow(cells)) return cells.join('\n')
  const code = isLong(line) ? undefined : cells[placeOfCode(cells)]
  return code === undefined ? null : `${code}\t${trimSeparators(line.replace(code, '')).replaceAll('\t', ' ')}`
}

/** A regular expression would take quadratic time here. */
const trimSeparators = (text: string): string => {
  let [from, to] = [0, text.length]
  while (from < to && EDGE.test(text.charAt(from))) from += 1
  while (to > from && EDGE.test(text.charAt(to - 1))) to -= 1
  return text.slice(from, to)
}

const isCode = (cell: string): boolean => !isLong(cell) && parseCode(cell) !== null
const someCode = (cells: readonly string[]): boolean => cells.some(isCode)

const placeOfCode = (cells: readonly string[]): number => {
  const valid = cells.findIndex((cell) => parseCode(cell)?.valid === true)
  return valid >= 0 ? valid : cells.findIndex(isCode)
}

const isRow = (cells: readonly string[]): boolean => {
  const filled = cells.filter((cell) => cell.trim() !== '')
  return filled.length > 1 && filled.slice(0, CHECKED_ROWS_MOST + 1).every(isCode)
}

/** First bytes of XLSX (ZIP) and XLS (OLE) files. */
const WORKBOOKS = [Buffer.from('PK\u0003\u0004'), Buffer.from('d0cf11e0a1b11ae1', 'hex')]
const PAGES = Buffer.from('%PDF-')
/** Bytes examined to detect UTF-16 without a byte order mark. */
const LOOKED_AT_BYTES = 512

/** Decodes UTF-8, UTF-16 or GB 18030. Throws ROWS_UNREADABLE for workbooks and PDF. */
export const decodeUpload = (bytes: Buffer): string => {
  if (WORKBOOKS.some((each) => begins(bytes, each)))
    throw unreadable('这是工作簿，请另存为 CSV a workbook: save it as CSV')
  if (begins(bytes, PAGES)) throw unreadable('这是 PDF，请改用 CSV a PDF: send it as CSV')
  return decodeText(bytes, widthOf(bytes) ?? (isUtf8(bytes) ? 'utf-8' : 'gb18030'))
}

const begins = (bytes: Buffer, head: Buffer): boolean => bytes.subarray(0, head.length).equals(head)

const widthOf = (bytes: Buffer): 'utf-16le' | 'utf-16be' | null => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  const first = bytes.subarray(0, LOOKED_AT_BYTES)
  const zeros = [0, 0]
  for (const [at, byte] of first.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1
  const [even = 0, odd = 0] = zeros
  // UTF-16 text of codes has zero bytes at every other offset.
  const [most, least] = [Math.max(even, odd), Math.min(even, odd)]
  if (most * 8 < first.length || least * 4 > most) return null
  return odd > even ? 'utf-16le' : 'utf-16be'
}

const unreadable = (reason: string): Refusal => new Refusal('ROWS_UNREADABLE', { reader: 'CSV', reason })
