import { BYTE_ORDER_MARK, publicCsvLine } from '../../work/publication/publish-files.js'
import { type CheckAnswer, codeFaultWords, isAnswered } from './answers.js'

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
]

export const checkAnswerCsv = ({ rows, asOf, stale }: CheckAnswer): string => {
  const when = asOf.getTime() === 0 ? null : asOf.toISOString()
  const lines = rows.map((one) => {
    if (!isAnswered(one))
      return publicCsvLine([one.row.row, ...Array(8).fill(null), one.row.ref, when, stale, one.row.fault])
    const { code, name: askedName, ref } = one.row
    const { uscc, name, status, listed, entries, nameAnswer } = one.known
    const reasons = entries.map(({ reason, publishedOn, endsOn }) => `${reason} ${publishedOn ?? ''}/${endsOn ?? ''}`)
    return publicCsvLine([
      one.row.row,
      code,
      uscc,
      name,
      status,
      listed,
      reasons.join(' | '),
      askedName,
      nameAnswer,
      ref,
      when,
      stale,
      status === 'UNKNOWN' ? codeFaultWords(code)?.fault : null,
    ])
  })
  return BYTE_ORDER_MARK + publicCsvLine(COLUMNS) + lines.join('')
}
