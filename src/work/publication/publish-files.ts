import { csvLine } from '../../foundation/text/csv.js'
import { type PackedTexts, packTexts, unpackTexts } from '../../foundation/text/packed-texts.js'
import type { EntryBatch } from '../../store/publication/entry-batches.js'
import type { Snapshot } from '../../store/publication/snapshots.js'

export type SnapshotHead = Pick<Snapshot, 'sequence' | 'previousHash' | 'publishedAt'>

export interface FileForm {
  path: string
  type: string
  head: (snapshot: SnapshotHead) => string
  /** `line` is canonical JSON. */
  entry: (line: string) => string
  entries: (batch: EntryBatch) => PackedTexts
  separator: string
  end: string
  tail: string
}

/** Spreadsheets recognise UTF-8 by this mark. */
export const BYTE_ORDER_MARK = '\uFEFF'
export const CSV_COLUMNS = [
  'id',
  'list',
  'uscc',
  'name',
  'region',
  'reason',
  'basis',
  'authority',
  'documentNumber',
  'decidedOn',
  'publishedOn',
  'endsOn',
  'hash',
  'contested',
] as const
/** A spreadsheet would run this as a formula, also after blanks or invisible characters. An apostrophe escapes it. */
const FORMULA = /^(?:[\t\r\n]|[\s\p{Cf}]*[=+\-@＝＋－＠])/u

export const writeCsvRow = (line: string): string => {
  const entry = JSON.parse(line) as Record<string, unknown>
  return publicCsvLine(CSV_COLUMNS.map((name) => entry[name]))
}

export const publicCsvLine = (cells: readonly unknown[]): string => csvLine(cells.map(cell))

const cell = (value: unknown): string | number | null => {
  if (value === null || value === undefined || typeof value === 'number') return value ?? null
  const said = String(value)
  return FORMULA.test(said) ? `'${said}` : said
}

export const FILE_FORMS: readonly FileForm[] = [
  {
    path: '/data/blacklist.csv',
    type: 'text/csv; charset=utf-8; header=present',
    head: () => BYTE_ORDER_MARK + publicCsvLine(CSV_COLUMNS),
    entry: writeCsvRow,
    entries: ({ csv, lines }) => csv ?? packTexts(unpackTexts(lines).map(writeCsvRow)),
    separator: '',
    end: '',
    tail: '',
  },
  {
    path: '/data/blacklist.jsonl',
    type: 'application/x-ndjson; charset=utf-8',
    head: () => '',
    entry: (line) => line,
    entries: ({ lines }) => lines,
    separator: '',
    end: '\n',
    tail: '',
  },
  {
    path: '/data/blacklist.json',
    type: 'application/json; charset=utf-8',
    head: ({ sequence, previousHash, publishedAt }) =>
      `{"sequence":${sequence},"previousHash":"${previousHash}","publishedAt":"${publishedAt.toISOString()}","entries":[\n`,
    entry: (line) => line,
    entries: ({ lines }) => lines,
    separator: ',\n',
    end: '',
    tail: '\n]}\n',
  },
]

export const ATOM_FILE = { path: '/data/blacklist.atom', type: 'application/atom+xml; charset=utf-8' } as const
