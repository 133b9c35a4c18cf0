/** Separated lines with a header, as a receiver puts them into an exchange folder: in UTF-8 or GB18030. */
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
