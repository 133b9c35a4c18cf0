/** A field lists rows, one a line, and answers come one a line: `row,outcome,reason`. The matter ends with the last. */
import type { FieldFault } from './fields.js'
import type { MatterField, MatterKind, MatterMoveRow } from './kind.js'

const ROWS_MOST = 1_000
const SEPARATOR = /[,，\t]/

type Fields = Readonly<Record<string, string>>
type LineFault = readonly [zh: string, en: string] | null

const linesOf = (text = ''): string[] => text.split('\n').flatMap((line) => line.trim() || [])

const readAnswer = (line: string) => {
  const [row = '', outcome = '', ...reason] = line.split(SEPARATOR).map((part) => part.trim())
  return { row, outcome, reason: reason.join('，') }
}

const codeOfOutcome = (field: MatterField | undefined, word: string): string | undefined =>
  Object.entries(field?.one_of ?? {}).find(([code, { zh, en }]) => [code, zh, en].includes(word))?.[0]

export const answersRows = ({ answered_by_row: by }: MatterKind, { requires = [] }: MatterMoveRow): boolean =>
  by !== undefined && requires.includes(`field:${by.answers}`)

export const listUnansweredRows = ({ answered_by_row: by }: MatterKind, fields: Fields): string[] => {
  const answered = new Set(linesOf(fields[by?.answers ?? '']).map((line) => readAnswer(line).row))
  return linesOf(fields[by?.rows ?? '']).filter((row) => !answered.has(row))
}

/** New answers follow the earlier ones. */
export const mergeFields = (kind: MatterKind, known: Fields, given: Fields = {}): Fields => {
  const name = kind.answered_by_row?.answers ?? ''
  const own = linesOf(given[name]).map(readAnswer)
  const canonical = own.map(({ row, outcome, reason }) =>
    [row, codeOfOutcome(kind.fields[name], outcome) ?? outcome, reason].join(','),
  )
  return { ...known, ...given, ...(own.length > 0 && { [name]: [...linesOf(known[name]), ...canonical].join('\n') }) }
}

/** Rows stand in the opening (`known` is null); answers in moves that ask for them. */
export const findRowFault = (
  kind: MatterKind,
  given: Fields = {},
  { known, move }: { known: Fields | null; move?: MatterMoveRow | undefined },
): FieldFault | null => {
  const { rows, answers } = kind.answered_by_row ?? { rows: '', answers: '' }
  const asked = known === null ? rows : move !== undefined && answersRows(kind, move) ? answers : ''
  const misplaced = [rows, answers].find((name) => name !== asked && given[name] !== undefined)
  if (misplaced !== undefined)
    return { pointer: `/fields/${misplaced}`, zh: '不在这一步填写', en: 'not part of this move' }
  const open = known && new Set(listUnansweredRows(kind, known))
  const seen = new Set<string>()
  for (const [n, line] of linesOf(given[asked]).entries()) {
    const fault =
      n >= ROWS_MOST || seen.has(readAnswer(line).row) ? REPEATED : findLineFault(kind.fields[asked], line, open)
    if (fault !== null)
      return { pointer: `/fields/${asked}`, zh: `第 ${n + 1} 行${fault[0]}`, en: `line ${n + 1} ${fault[1]}` }
    seen.add(readAnswer(line).row)
  }
  return null
}

const REPEATED: LineFault = [
  `与前面的一行相同，或者超过 ${ROWS_MOST} 行`,
  `repeats a line, or is beyond ${ROWS_MOST} lines`,
]

const findLineFault = (field: MatterField | undefined, line: string, open: ReadonlySet<string> | null): LineFault => {
  const { row, outcome, reason } = readAnswer(line)
  if (open === null) return SEPARATOR.test(line) ? ['含有逗号或者制表符', 'holds a comma or a tab'] : null
  if (!open.has(row)) return ['没有这一项，或者已经答复', 'names no row, or one that was answered before']
  if (codeOfOutcome(field, outcome) !== undefined) return reason === '' ? ['没有写明理由', 'has no reason'] : null
  const words = Object.values(field?.one_of ?? {})
  const [zh, en] = [words.map((word) => word.zh).join('、'), words.map((word) => word.en).join(', ')]
  return [`的结果只能是${zh}`, `has an outcome other than ${en}`]
}
