/** Simple lines are split here; csv-parse reads the rest of a chunk. An unclosed quote loses only its own line. */
import type { SourceItem } from '../../domain/records/records.js'
import { asItems, type ItemChunks } from '../../foundation/chunks.js'
import { Refusal } from '../../foundation/errors.js'
import { csvRecordsUntil } from '../../foundation/text/csv.js'
import { decodeStream, encodingOf } from '../../foundation/text/encodings.js'
import type { FileContent } from './content.js'
import { makeFooterFilter } from './footers.js'
import { unknownHeaderRefusal } from './near.js'
import {
  isStorable,
  makeBrokenItem,
  makeItem,
  makeTextItem,
  matchFormByNames,
  refuseRepeatedNames,
  type WantedForms,
} from './shapes.js'

const SEPARATORS = [',', ';', '\t', '|']
const HEADER_WITHIN = 20 // rows
const HEAD_CHARACTERS = 128 * 1024
const MAX_RECORD = 256 * 1024 // characters; a longer record means an unclosed quote
const LINE_FEED = 0x0a
const MAX_UNCLOSED = 100 // lines with an unclosed quote

interface CsvHeader {
  separator: string
  line: number
  names: readonly string[]
}

interface CsvRow {
  from: number
  to: number
  cells: string[] | null
  raw: string
  storable?: boolean
}

export const readCsv = (content: FileContent, wanted: WantedForms): AsyncIterable<SourceItem> =>
  asItems(itemsIn(content, wanted))

async function* itemsIn(content: FileContent, wanted: WantedForms): ItemChunks<SourceItem> {
  const encoding = await encodingOf(content)
  const header = findHeader(await headOf(decodeStream(content, encoding)), wanted)
  refuseRepeatedNames(header.names, wanted.feed)
  const fields = fieldsBy(header.names)
  const below = makeFooterFilter<CsvRow>()
  for await (const rows of rowsIn(decodeStream(content, encoding), header)) yield itemsOf(rows)

  function* itemsOf(rows: Iterable<CsvRow>): Iterable<SourceItem> {
    for (const row of rows) {
      if (row.to <= header.line || (row.cells ?? [row.raw]).every(isBlank)) continue
      for (const due of below.due(row, row.cells)) yield itemOf(due)
    }
  }

  function itemOf({ from, cells, raw, storable }: CsvRow): SourceItem {
    if (cells === null || !fits(cells, header.names)) return makeBrokenItem(null, from, raw)
    return storable ? makeTextItem(from, fields(cells)) : makeItem(null, from, fields(cells))
  }
}

const headOf = async (pieces: AsyncIterable<string>): Promise<string> => {
  let text = ''
  for await (const piece of pieces) {
    text += piece
    if (text.length >= HEAD_CHARACTERS) break
  }
  return text
}

const findHeader = (text: string, wanted: WantedForms): CsvHeader => {
  const rows: string[][] = []
  for (const separator of SEPARATORS)
    for (const { cells, to } of csvRecordsUntil(text, separator, { most: HEADER_WITHIN }).records) {
      const known = matchFormByNames(cells, wanted.shapes)
      // Rows merged into the header by stray quotes would be lost.
      if (known && !holdsRows(cells, cells.length, separator)) return { separator, line: to, names: known.names }
      rows.push(cells)
    }
  throw unknownHeaderRefusal(wanted, rows)
}

async function* rowsIn(pieces: AsyncIterable<string>, header: CsvHeader): AsyncIterable<Iterable<CsvRow>> {
  let pending = ''
  let line = 1
  let unclosed = 0
  for await (const piece of pieces) {
    pending += piece
    yield drain(false)
  }
  yield drain(true)

  function* drain(last: boolean): Iterable<CsvRow> {
    while (pending !== '') {
      yield* wholeLines(last)
      const cut = last ? pending.length : pending.lastIndexOf('\n') + 1
      const start = line
      const swallows = (cells: string[], from: number, to: number): boolean =>
        to > from && start + from - 1 > header.line && !fits(cells, header.names)
      const { records, swallowed } = csvRecordsUntil(pending.slice(0, cut), header.separator, { swallows })
      const lines = pending.slice(0, cut).split('\n')
      let done = 0
      for (const { cells, to } of records) {
        const own = lines.slice(done, to)
        // Rows within a cell are rejected: the writer of a cell must not inject records.
        if (line + done > header.line && holdsRows(cells, header.names.length, header.separator)) {
          yield* own.map((raw, at) => ({ from: line + done + at, to: line + done + at, cells: null, raw }))
        } else yield { from: line + done, to: line + to - 1, cells, raw: own.join('\n') }
        done = to
      }
      pending = lines.slice(done).join('\n') + pending.slice(cut)
      line += done
      if (!swallowed && (pending === '' || (!last && pending.length <= MAX_RECORD))) return
      yield givenUp(last)
    }
  }

  function* wholeLines(last: boolean): Iterable<CsvRow> {
    const storable = isStorable(pending)
    let at = 0
    while (at < pending.length) {
      while (pending.charCodeAt(at) === LINE_FEED) {
        line += 1
        at += 1
      }
      if (at === pending.length) break
      const end = pending.indexOf('\n', at)
      if (end < 0 && !last) break
      const raw = end < 0 ? pending.slice(at) : pending.slice(at, end)
      const cells = cellsOf(raw, header.separator)
      if (cells === null) break
      yield { from: line, to: line, cells, raw, storable }
      line += 1
      at = end < 0 ? pending.length : end + 1
    }
    pending = pending.slice(at)
  }

  function givenUp(last: boolean): CsvRow {
    const end = pending.indexOf('\n')
    unclosed += 1
    if (unclosed > MAX_UNCLOSED || (end < 0 && !last)) {
      const reason = '行过长或引号不成对 lines too long or quotes unbalanced'
      throw new Refusal('CONTENT_UNREADABLE', { reader: 'csv', reason })
    }
    const row = { from: line, to: line, cells: null, raw: end < 0 ? pending : pending.slice(0, end) }
    pending = end < 0 ? '' : pending.slice(end + 1)
    line += 1
    return row
  }
}

const cellsOf = (line: string, separator: string): string[] | null => {
  if (!line.includes('"')) return line.split(separator)
  const cells: string[] = []
  for (let at = 0; ; ) {
    if (line[at] !== '"') {
      const end = line.indexOf(separator, at)
      cells.push(end < 0 ? line.slice(at) : line.slice(at, end))
      if (end < 0) return cells
      at = end + 1
    } else {
      let close = line.indexOf('"', at + 1)
      while (close >= 0 && line[close + 1] === '"') close = line.indexOf('"', close + 2)
      const next = line[close + 1]
      if (close < 0 || (next !== undefined && next !== separator)) return null
      cells.push(line.slice(at + 1, close).replaceAll('""', '"'))
      if (next === undefined) return cells
      at = close + 2
    }
  }
}

const fits = (cells: readonly string[], names: readonly string[]): boolean =>
  cells.length === names.length || (cells.length > names.length && cells.slice(names.length).every(isBlank))

const isBlank = (cell: string): boolean => cell.trim() === ''

/** A text that merely contains separators is one cell (RFC 4180 section 2). */
const holdsRows = (cells: string[], columns: number, separator: string): boolean =>
  cells.some((cell, before) => {
    if (!cell.includes('\n')) return false
    const [first = 0, ...middle] = cell.split('\n').map((line) => line.split(separator).length - 1)
    const last = middle.pop()
    return before + first === columns - 1 && last === before && middle.every((count) => count === columns - 1)
  })

/** Unnamed columns become fields only if filled. */
const fieldsBy = (names: readonly string[]): ((cells: readonly string[]) => Record<string, string>) => {
  const plain = names.every((name) => name !== '' && name !== '__proto__')
  const empty = Object.fromEntries(names.map((name) => [name, '']))
  return (cells) => {
    if (plain) {
      const fields = { ...empty }
      for (let at = 0; at < names.length; at += 1) fields[names[at] ?? ''] = cells[at] ?? ''
      return fields
    }
    return Object.fromEntries(
      names
        .map((name, at): [string, string] => [name || `第${at + 1}列`, cells[at] ?? ''])
        .filter(([, cell], at) => names[at] !== '' || !isBlank(cell)),
    )
  }
}
