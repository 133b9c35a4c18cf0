/** What was pasted or sent as a file, as rows: one code a line, or a table with names. */
import iconv from 'iconv-lite'
import { type AskedRow, type BadRow, columnsIn, rowIn } from '../../domain/asked-rows.js'
import { codeOf } from '../../domain/identity.js'
import { csvRows } from '../../domain/row-readers.js'
import { Refusal } from '../../errors.js'

/** Rows of one question; whoever has more sends them to POST /v1/standings, or takes the whole list. */
export const CHECK_MOST = 1_000

/** Kinds of separator, the likeliest first: what is copied out of a spreadsheet is parted by tabs. */
const SEPARATORS = ['\t', ',', ';']
/** Commas as they are typed in Chinese. */
const TYPED = /[，、；]/

/** Refusals: CHECK_NOTHING, TOO_MANY_CODES, ROWS_UNREADABLE. */
export const rowsIn = (text: string): (AskedRow | BadRow)[] => {
  const reader = csvRows()
  const rows: (AskedRow | BadRow)[] = []
  const given = headed(text.replace(/^\uFEFF/, '').replaceAll('\0', ''))
  for (const part of [() => reader.read(given), () => reader.end()])
    for (const read of part()) {
      if (rows.length === CHECK_MOST) throw new Refusal('TOO_MANY_CODES', { limit: CHECK_MOST })
      rows.push(rowIn(rows.length + 1, read, null))
    }
  if (rows.length === 0) throw new Refusal('CHECK_NOTHING')
  return rows
}

/** A list without a heading is given one, so that a bad first line costs itself alone. */
const headed = (text: string): string => {
  const first = text.split('\n').find((line) => line.trim() !== '') ?? ''
  const isHeading = SEPARATORS.some((each) => columnsIn(first.split(each)) !== null)
  if (first === '' || isHeading) return text
  const separator = SEPARATORS.find((each) => first.includes(each))
  if (separator === undefined) {
    const typed = first.split(TYPED)
    if (typed.length === 1 || isRow(typed)) return `code\n${text.replaceAll(new RegExp(TYPED, 'g'), '\n')}`
    return headed(text.replace(new RegExp(`^([^\\n]*?)${TYPED.source}`, 'gm'), '$1\t'))
  }
  if (isRow(first.split(separator))) return `code\n${text.replaceAll(separator, '\n')}`
  return `${['code', 'name', 'ref'].join(separator)}\n${text}`
}

/** Codes one after the other in one line. */
const isRow = (cells: readonly string[]): boolean => {
  const written = cells.filter((cell) => cell.trim() !== '')
  return written.length > 1 && written.every((cell) => codeOf(cell) !== null)
}

/** A file is in UTF-8, or in what spreadsheets here write: UTF-16 with its mark, or GB 18030. */
export const textOf = (bytes: Buffer): string => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return iconv.decode(bytes, 'utf-16le')
  // A workbook is a packed folder: nothing of it is text.
  if (bytes.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004')))
    throw new Refusal('ROWS_UNREADABLE', {
      reader: 'CSV',
      reason: '这是工作簿，请另存为 CSV a workbook: save it as CSV',
    })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return iconv.decode(bytes, 'gb18030')
  }
}
