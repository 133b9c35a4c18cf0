/** The files of a snapshot, each written from the same lines in order of id, always the same bytes for one sequence. */

export interface Written {
  sequence: number
  previousHash: string
  publishedAt: Date
}

export interface FileForm {
  path: string
  type: string
  head: (snapshot: Written) => string
  /** `line`: the entry's canonical JSON. */
  entry: (line: string) => string
  /** Between two entries. */
  separator: string
  tail: string
}

/** Spreadsheets take a text file for UTF-8 only when it begins so. */
export const BYTE_ORDER_MARK = '\uFEFF'
/** The names that the other forms use, lest there be two. */
const COLUMNS = [
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
/** What a spreadsheet would run as a formula, whatever blanks and unseen signs stand before it; it is shown behind an apostrophe. */
const FORMULA = /^(?:[\t\r\n]|[\s\p{Cf}]*[=+\-@＝＋－＠])/u

/** A line of a table, RFC 4180. */
export const row = (cells: readonly unknown[]): string => `${cells.map(cell).join(',')}\r\n`

const cell = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const said = String(value)
  const text = FORMULA.test(said) ? `'${said}` : said
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const csv: FileForm = {
  path: '/data/blacklist.csv',
  type: 'text/csv; charset=utf-8; header=present',
  head: () => BYTE_ORDER_MARK + row(COLUMNS),
  entry: (line) => {
    const entry = JSON.parse(line) as Record<string, unknown>
    return row(COLUMNS.map((name) => entry[name]))
  },
  separator: '',
  tail: '',
}

const jsonl: FileForm = {
  path: '/data/blacklist.jsonl',
  type: 'application/x-ndjson; charset=utf-8',
  head: () => '',
  entry: (line) => `${line}\n`,
  separator: '',
  tail: '',
}

const json: FileForm = {
  path: '/data/blacklist.json',
  type: 'application/json; charset=utf-8',
  head: ({ sequence, previousHash, publishedAt }) =>
    `{"sequence":${sequence},"previousHash":"${previousHash}","publishedAt":"${publishedAt.toISOString()}","entries":[\n`,
  entry: (line) => line,
  separator: ',\n',
  tail: '\n]}\n',
}

export const FORMS: readonly FileForm[] = [csv, jsonl, json]

export const ATOM = { path: '/data/blacklist.atom', type: 'application/atom+xml; charset=utf-8' } as const
