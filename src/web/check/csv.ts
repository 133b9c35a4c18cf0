import { BYTE_ORDER_MARK, publicCsvLine } from '../../work/publication/publish-files.js'
import { type CheckAnswer, type CheckedRow, describeCodeFault, isAnswered } from './answers.js'

const COLUMNS = [
  'row',
  'code',
  'uscc',
  'name',
  'status',
  'listed',
  'listings',
  'askedName',
  'nameAnswer',
  'ref',
  'asOf',
  'stale',
  'fault',
] as const

export const writeCheckAnswerCsv = ({ rows, asOf, stale }: CheckAnswer): string => {
  const when = asOf.getTime() === 0 ? null : asOf.toISOString()
  const lines = rows.map((one) => {
    const cells = { ...cellsOf(one), asOf: when, stale }
    return publicCsvLine(COLUMNS.map((column) => cells[column]))
  })
  return BYTE_ORDER_MARK + publicCsvLine(COLUMNS) + lines.join('')
}

const cellsOf = (one: CheckedRow): Partial<Record<(typeof COLUMNS)[number], unknown>> => {
  if (!isAnswered(one)) return one.row
  const { name: askedName, ...row } = one.row
  const { entries, ...answer } = one.known
  const reasons = entries.map(({ reason, publishedOn, endsOn }) => `${reason} ${publishedOn ?? ''}/${endsOn ?? ''}`)
  const fault = answer.status === 'UNKNOWN' ? describeCodeFault(row.code)?.fault : null
  return { ...row, ...answer, askedName, listings: reasons.join(' | '), fault }
}
