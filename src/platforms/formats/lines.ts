/** Separated lines with a header, as an exchange folder holds them: written in GB18030, read in that or UTF-8. */
import { isUtf8 } from 'node:buffer'
import { CsvError, parse } from 'csv-parse/sync'
import iconv from 'iconv-lite'
import { Unreadable } from './reading.js'

export interface Lines {
  names: readonly string[]
  rows: ReadonlyMap<string, string>[]
  /** The last line has its end: whoever wrote this has finished it. */
  ended: boolean
}

/** Null is an empty cell. Line ends are CRLF, as receivers of such files expect. */
export const linesText = (
  columns: readonly string[],
  rows: readonly Readonly<Record<string, string | number | null>>[],
): string =>
  [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? '')))]
    .map((cells) => `${cells.map(quoted).join(',')}\r\n`)
    .join('')

const quoted = (cell: string): string =>
  /[",\r\n]/.test(cell) || cell !== cell.trim() ? `"${cell.replaceAll('"', '""')}"` : cell

export const gb18030 = (text: string): Buffer => iconv.encode(text, 'gb18030')

export const linesIn = (bytes: Buffer): Lines => {
  const text = isUtf8(bytes) ? bytes.toString('utf8') : iconv.decode(bytes, 'gb18030')
  try {
    const [header = [], ...rows] = parse(text, {
      bom: true,
      skip_empty_lines: true,
      relax_column_count: true,
    }) as string[][]
    const names = header.map((name) => name.trim())
    return {
      names,
      rows: rows.map((cells) => new Map(names.map((name, at) => [name, cells[at] ?? '']))),
      ended: text.endsWith('\n'),
    }
  } catch (error) {
    if (error instanceof CsvError) throw new Unreadable(`no separated lines (${error.code})`)
    throw error
  }
}
