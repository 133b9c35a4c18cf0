import type { SourceItem } from '../../domain/records/records.js'
import { cellText, cellValue, readSheets, type SheetRow, type WorkbookKind } from '../../foundation/text/xlsx.js'
import { makeFooterFilter } from './footers.js'
import { unknownHeaderRefusal } from './near.js'
import {
  type FormShape,
  makeBrokenItem,
  makeItem,
  matchFormByNames,
  refuseRepeatedNames,
  type WantedForms,
} from './shapes.js'

const HEADER_WITHIN = 20 // rows

type SheetRows = () => Iterable<SheetRow>

export function* itemsOfWorkbook(
  bytes: Buffer,
  kind: WorkbookKind,
  { feed, shapes }: WantedForms,
): Iterable<SourceItem> {
  const sheets = readSheets(bytes, kind)
  const tables = sheets.flatMap((rows, at) => {
    const header = headerIn(rows, shapes)
    return header ? [{ page: at + 1, rows, header }] : []
  })
  if (tables.length === 0) throw unknownHeaderRefusal({ feed, shapes }, sheets.flatMap(firstRows))
  for (const { header } of tables) refuseRepeatedNames(header.names, feed)
  for (const { page, rows, header } of tables) {
    const below = makeFooterFilter<SheetRow>()
    for (const row of rows()) {
      if (row.number <= header.number) continue
      const texts = [...row.cells.values()].map(cellText)
      if (texts.every((text) => text === '')) continue
      for (const due of below.due(row, texts)) yield itemOf(tables.length > 1 ? page : null, due, header.names)
    }
  }
}

function* rowsOfHead(rows: SheetRows): Iterable<SheetRow> {
  for (const row of rows()) {
    if (row.number > HEADER_WITHIN) return
    yield row
  }
}

const firstRows = (rows: SheetRows): string[][] =>
  Array.from(rowsOfHead(rows), ({ cells }) => [...cells.values()].map(cellText))

/** The lower of two adjacent header rows (words and codes) counts. */
const headerIn = (rows: SheetRows, shapes: readonly FormShape[]) => {
  let header: { number: number; names: string[] } | null = null
  for (const { number, cells } of rowsOfHead(rows)) {
    const width = Math.max(-1, ...cells.keys()) + 1
    const names = Array.from({ length: width }, (_, at) => cellText(cells.get(at)))
    const known = matchFormByNames(names, shapes)
    if (known) header = { number, names: known.names }
    else if (header) break
  }
  return header
}

const itemOf = (page: number | null, { number, cells }: SheetRow, names: readonly string[]): SourceItem => {
  const beyond = [...cells].some(([column, cell]) => column >= names.length && cellText(cell) !== '')
  if (beyond || [...cells.values()].some((cell) => cell.t === 'e'))
    return makeBrokenItem(page, number, [...cells.values()].map(cellText).join(' | '))
  const fields = names.map((name, at): [string, unknown] => [name || `第${at + 1}列`, cellValue(cells.get(at))])
  return makeItem(page, number, Object.fromEntries(fields.filter(([, value], at) => names[at] !== '' || value !== '')))
}
