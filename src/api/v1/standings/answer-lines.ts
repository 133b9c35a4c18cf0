import { type BadRow, CODE_ROW_LENGTH_MOST } from '../../../domain/operators/code-rows.js'
import type { Freshness } from '../../../domain/standing/standing.js'
import { Refusal } from '../../../foundation/errors.js'
import { BYTE_ORDER_MARK, publicCsvLine as line } from '../../../work/publication/publish-files.js'
import type { AnsweredRow, ResolvedStanding } from './answers.js'

export interface AnswerWriter {
  type: string
  head: string
  row: (answer: AnsweredRow | BadRow) => string
  end: (told: { rows: number; refused: number } & Freshness) => string
  broken: (rows: number, error: { code: string; message: string; details: object }) => string
}

export const ndjsonWriter: AnswerWriter = {
  type: 'application/x-ndjson; charset=utf-8',
  head: '',
  row: (answer) => {
    if ('fault' in answer) {
      const error = faultOf(answer)
      return `{"row":${answer.row},${refOf(answer.ref)}"error":${JSON.stringify({ code: error.code, message: error.message })}}\n`
    }
    const { row, told, name } = answer
    const asked = row.name === null ? '' : `,"askedName":${JSON.stringify(row.name)},"nameAnswer":"${name}"`
    return `{"row":${row.row},${refOf(row.ref)}${members(told)}${asked}}\n`
  },
  end: ({ rows, refused, asOf, stale }) =>
    `${JSON.stringify({ end: true, rows, refused, asOf: asOf.toISOString(), stale })}\n`,
  broken: (rows, error) => `${JSON.stringify({ end: false, rows, error })}\n`,
}

/** Encodes a few lines at a time: one long string would take twice as long. */
export const encodeAnswers = (
  writer: AnswerWriter,
  answers: readonly (AnsweredRow | BadRow)[],
  isFirst: boolean,
): Buffer => {
  const parts: Buffer[] = []
  let text = isFirst ? writer.head : ''
  for (const [at, answer] of answers.entries()) {
    text += writer.row(answer)
    if (at % LINES_AT_ONCE !== LINES_AT_ONCE - 1) continue
    parts.push(Buffer.from(text))
    text = ''
  }
  parts.push(Buffer.from(text))
  return Buffer.concat(parts)
}
const LINES_AT_ONCE = 20

export const writeStandingJson = (told: ResolvedStanding): string => `{${members(told)}}`

const refOf = (ref: string | null): string => (ref === null ? '' : `"ref":${JSON.stringify(ref)},`)

const PLAIN = /^[0-9A-Za-z]*$/
const text = (value: string | null): string => {
  if (value === null) return 'null'
  return PLAIN.test(value) ? `"${value}"` : JSON.stringify(value)
}

/** Writes JSON by hand, because serialising dominates for a hundred thousand rows. */
const members = ({ view, listed, listings }: ResolvedStanding): string => {
  const { code, uscc, name, status, codeFault, grade, score, overridden, objected, asOf, stale } = view
  const entries = listings.length === 0 ? '[]' : JSON.stringify(listings)
  return `"code":${text(code)},"uscc":${text(uscc)},"name":${text(name)},"status":"${status}","codeFault":${codeFault === null ? 'null' : `"${codeFault}"`},"grade":${text(grade)},"score":${score},"overruled":${overridden},"objected":${objected},"listed":${listed},"listings":${entries},"asOf":${instant(asOf)},"stale":${stale}`
}

let last: { at: Date; written: string } = { at: new Date(0), written: '"1970-01-01T00:00:00.000Z"' }
const instant = (at: Date): string => {
  if (at !== last.at) last = { at, written: JSON.stringify(at) }
  return last.written
}

const faultOf = ({ fault }: BadRow): Refusal => new Refusal(fault, { limit: CODE_ROW_LENGTH_MOST })

const COLUMNS = [
  'row',
  'ref',
  'code',
  'uscc',
  'name',
  'status',
  'grade',
  'score',
  'overruled',
  'objected',
  'listed',
  'listings',
  'asOf',
  'stale',
  'askedName',
  'nameAnswer',
  'codeFault',
  'error',
]
const padded = (cells: readonly (string | number)[], error = ''): string =>
  line([...cells, ...new Array<string>(COLUMNS.length - 1 - cells.length).fill(''), error])

/** The last line begins with `end` and the row count, or `broken`. */
export const csvWriter: AnswerWriter = {
  type: 'text/csv; charset=utf-8; header=present',
  head: BYTE_ORDER_MARK + line(COLUMNS),
  row: (answer) => {
    if ('fault' in answer) return padded([answer.row, answer.ref ?? ''], answer.fault)
    const { row, told, name } = answer
    const { view, listed, listings } = told
    return padded([
      row.row,
      row.ref ?? '',
      view.code,
      view.uscc ?? '',
      view.name ?? '',
      view.status,
      view.grade ?? '',
      view.score ?? '',
      String(view.overridden),
      String(view.objected),
      String(listed),
      listings.map(({ kind }) => kind).join(' '),
      view.asOf.toISOString(),
      String(view.stale),
      row.name ?? '',
      name ?? '',
      view.codeFault ?? '',
    ])
  },
  end: ({ rows }) => padded(['end', rows]),
  broken: (rows, { code, message }) => padded(['broken', rows, message], code),
}
