import { escapePointer } from '../../foundation/text/json.js'
import { isDate } from '../../foundation/time/dates.js'
import type { MatterField, MatterKind, MatterMoveRow } from './kind.js'

export interface FieldFault {
  /** JSON pointer (RFC 6901) into the request. */
  pointer: string
  zh: string
  en: string
}

export const isSha256 = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)

const ATTACHMENT_BYTES_MOST = 20 * 1024 * 1024
const ATTACHMENTS_MOST = 50
const COPIED_MOST = 5
const EXTENSION_DAYS_MOST = 3_650
const LONGEST_OF = { reason: 1_000, number: 128, reference: 100, name: 255, seat: 64 } as const
const LONGEST_LINK = 1_000

/** Longest text of a field that states no bound, characters. */
const LONGEST = 5_000
const CONTROL = /[^\P{Cc}\n\t]/u

const faultOf = (
  field: MatterField | undefined,
  value: unknown,
  isByLine: boolean,
): Omit<FieldFault, 'pointer'> | null => {
  if (field === undefined) return { zh: '该种事项没有这项内容', en: 'this kind of matter has no such field' }
  if (typeof value !== 'string' || value.trim() === '') return { zh: '内容为空', en: 'it is empty' }
  if (CONTROL.test(value)) return { zh: '含有控制字符', en: 'it holds a control character' }
  if (!isByLine && field.one_of !== undefined && !Object.hasOwn(field.one_of, value))
    return {
      zh: `只能是 ${Object.keys(field.one_of).join('、')}`,
      en: `one of ${Object.keys(field.one_of).join(', ')}`,
    }
  if (field.day === true && !isDate(value)) return { zh: '不是日期', en: 'not a day' }
  const longest = field.text ?? LONGEST
  if ([...value].length > longest) return { zh: `不得超过 ${longest} 个字符`, en: `at most ${longest} characters` }
  return null
}

export interface MatterInput {
  reason?: string
  number?: string
  reference?: string
  to?: string
  copyTo?: string
  link?: string
  copied?: readonly string[]
  extension?: { value: number }
  attachments?: readonly { type: string; name: string; sha256: string; bytes: number }[]
}

const textFault = (pointer: string, text: string | undefined, longest: number): FieldFault | null => {
  if (text === undefined) return null
  if ((pointer === '/reason' ? CONTROL : /\p{Cc}/u).test(text))
    return { pointer, zh: '含有控制字符', en: 'it holds a control character' }
  return [...text].length > longest
    ? { pointer, zh: `不得超过 ${longest} 个字符`, en: `at most ${longest} characters` }
    : null
}

const attachmentFault = (
  { name, sha256, bytes }: NonNullable<MatterInput['attachments']>[number],
  place: number,
): FieldFault | null => {
  const pointer = `/attachments/${place}`
  if (!isSha256(sha256))
    return { pointer: `${pointer}/sha256`, zh: '应为 64 位小写十六进制', en: '64 hexadecimal digits' }
  if (!Number.isSafeInteger(bytes) || bytes < 1 || bytes > ATTACHMENT_BYTES_MOST)
    return { pointer: `${pointer}/bytes`, zh: `应在 1–${ATTACHMENT_BYTES_MOST} 之间`, en: `1–${ATTACHMENT_BYTES_MOST}` }
  return name.trim() === ''
    ? { pointer: `${pointer}/name`, zh: '内容为空', en: 'it is empty' }
    : textFault(`${pointer}/name`, name, LONGEST_OF.name)
}

export const findInputFault = (input: MatterInput): FieldFault | null => {
  const { attachments = [], copied = [], extension } = input
  if (attachments.length > ATTACHMENTS_MOST)
    return { pointer: '/attachments', zh: `至多 ${ATTACHMENTS_MOST} 份`, en: `at most ${ATTACHMENTS_MOST}` }
  if (copied.length > COPIED_MOST || new Set(copied).size < copied.length)
    return { pointer: '/copied', zh: `至多 ${COPIED_MOST} 个，不得重复`, en: `at most ${COPIED_MOST}, each once` }
  const days = extension?.value ?? 1
  if (!Number.isSafeInteger(days) || days < 1 || days > EXTENSION_DAYS_MOST)
    return { pointer: '/workdays', zh: `应在 1–${EXTENSION_DAYS_MOST} 之间`, en: `1–${EXTENSION_DAYS_MOST}` }
  return (
    textFault('/reason', input.reason, LONGEST_OF.reason) ??
    textFault('/documentNumber', input.number, LONGEST_OF.number) ??
    textFault('/reference', input.reference, LONGEST_OF.reference) ??
    textFault('/to', input.to, LONGEST_OF.seat) ??
    textFault('/copyTo', input.copyTo, LONGEST_OF.seat) ??
    textFault('/link', input.link, LONGEST_LINK) ??
    attachments.map(attachmentFault).find((fault) => fault !== null) ??
    null
  )
}

export const findFieldFault = (
  kind: MatterKind,
  fields: Readonly<Record<string, unknown>>,
  isOpening: boolean,
): FieldFault | null => {
  for (const [name, value] of Object.entries(fields)) {
    const known = Object.hasOwn(kind.fields, name) ? kind.fields[name] : undefined
    const fault = faultOf(known, value, kind.answered_by_row?.answers === name)
    if (fault !== null) return { pointer: `/fields/${escapePointer(name)}`, ...fault }
  }
  if (!isOpening) return null
  const missing = Object.entries(kind.fields).find(([name, { required }]) => required && fields[name] === undefined)
  return missing === undefined
    ? null
    : { pointer: `/fields/${missing[0]}`, zh: `缺少${missing[1].zh}`, en: `${missing[1].en} is missing` }
}

/** A field may list rows, one a line, answered one a line: `row,outcome,reason`. The matter ends with the last. */
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
