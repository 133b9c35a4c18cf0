import type { SourceItem } from '../../domain/records/records.js'
import { Refusal } from '../../foundation/errors.js'
import { cellText, cellValue, readSheets, type SheetRow, type WorkbookKind } from '../../foundation/text/xlsx.js'
import { makeFooterFilter } from './footers.js'
import { unknownHeaderRefusal } from './near.js'
import { type FormShape, makeBrokenItem, makeItem, matchFormByNames } from './shapes.js'

const HEADER_WITHIN = 20 // rows

type SheetRows = () => Iterable<SheetRow>

export function* itemsOfWorkbook(
  bytes: Buffer,
  kind: WorkbookKind,
  shapes: readonly FormShape[],
  feed: string,
): Iterable<SourceItem> {
  const sheets = readSheets(bytes, kind)
  const tables = sheets.flatMap((rows, at) => {
    const header = headerIn(rows, shapes)
    return header ? [{ page: at + 1, rows, header }] : []
  })
  if (tables.length === 0) throw unknownHeaderRefusal(feed, sheets.flatMap(firstRows), shapes)
  for (const { header } of tables) {
    const twice = header.names.find((name, at) => name !== '' && header.names.indexOf(name) !== at)
    if (twice) throw new Refusal('CONTENT_UNKNOWN', { feed, reason: `表头重复 ${twice} a column twice` })
  }
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

const firstRows = (rows: SheetRows): string[][] => {
  const first: string[][] = []
  for (const { number, cells } of rows()) {
    if (number > HEADER_WITHIN) break
    first.push([...cells.values()].map(cellText))
  }
  return first
}

/** If two adjacent rows are headers (words and codes), the lower one counts. */
const headerIn = (rows: SheetRows, shapes: readonly FormShape[]) => {
  let header: { number: number; names: string[] } | null = null
  for (const { number, cells } of rows()) {
    if (number > HEADER_WITHIN) break
    const width = Math.max(-1, ...cells.keys()) + 1
    const known = matchFormByNames(
      Array.from({ length: width }, (_, at) => cellText(cells.get(at))),
      shapes,
    )
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
