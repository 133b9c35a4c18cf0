import { isValidUscc } from '../../domain/operators/codes.js'
import { normalizeName } from '../../domain/operators/names.js'
import {
  type ReceivedRow,
  type RowForm,
  type RowPart,
  type RowVerdict,
  readRowAction,
  readRowPart,
  readRowSequence,
  textOrNull,
} from './received-rows.js'

export type BaseLibrary = (code: { uscc: string | null; regNo: string | null }) => readonly string[] | null

export interface JudgingOptions {
  /** Every well-formed subject is known if null. */
  register: BaseLibrary | null
  /** YYYY-MM-DD; null skips comparisons with today. */
  today: string | null
  refuse: string | null
}

export type ReceiverFault = Pick<RowVerdict, 'code' | 'text' | 'field' | 'value'>

const TEXTS = {
  '1001': '未查询到主体或查询到的主体信息不匹配',
  '1002': '必填项为空',
  '1003': '代码不正确',
  '1004': '日期不正确',
  '1005': '编号与序号重复且内容不同',
  '1006': '该记录已移出，不能变更',
  '1007': '文号格式不正确',
  '1008': '字段不在接口说明中',
  '1009': '不接收个人证件号码',
} as const
const WRONG_USCC = '行政相对人代码_1(统一社会信用代码)不正确'

const ALWAYS: readonly RowPart[] = ['key', 'sequence', 'action', 'name', 'documentNumber']
const SHOWN: readonly RowPart[] = ['what', 'authority', 'decidedOn']
const DAYS: readonly RowPart[] = ['decidedOn', 'publishedOn', 'endsOn', 'removedOn']
const PAST: readonly RowPart[] = ['decidedOn', 'publishedOn', 'removedOn']

export const makeReceiverFault = (
  code: keyof typeof TEXTS,
  field: string | undefined,
  value: string | null = null,
): ReceiverFault => ({ code, text: TEXTS[code], field: field ?? null, value })

export const findFaultInRow = (row: ReceivedRow, form: RowForm, judging: JudgingOptions): ReceiverFault | null =>
  unexpectedField(row, form) ??
  missingField(row, form) ??
  wrongCode(row, form) ??
  wrongDay(row, form, judging.today) ??
  wrongNumber(row, form) ??
  unknownSubject(row, form, judging)

const unexpectedField = (row: ReceivedRow, form: RowForm): ReceiverFault | null => {
  const name = Object.keys(row).find((name) => form.known?.has(name) === false)
  if (name !== undefined) return makeReceiverFault('1008', name, textOrNull(row[name]))
  // The fault omits the field's value: no log may hold personal data.
  const personal = form.never.find((name) => textOrNull(row[name]) !== null)
  return personal === undefined ? null : makeReceiverFault('1009', personal)
}

const missingField = (row: ReceivedRow, form: RowForm): ReceiverFault | null => {
  const at = (part: RowPart) => makeReceiverFault('1002', form.names[part])
  const lacks = (part: RowPart) => form.names[part] !== undefined && readRowPart(row, form, part) === null
  const lacking = ALWAYS.find(lacks)
  if (lacking !== undefined) return at(lacking)
  if (readRowSequence(row, form) === null) return at('sequence')
  const action = readRowAction(row, form)
  if (action === null) return at('action')
  if (action === 'REMOVE') return lacks('removedOn') ? at('removedOn') : null
  const untold = SHOWN.find(lacks)
  if (untold !== undefined) return at(untold)
  if (CODES.every((part) => readRowPart(row, form, part) === null)) return at('uscc')
  const empty = form.required.find((name) => textOrNull(row[name]) === null)
  return empty === undefined ? null : makeReceiverFault('1002', empty)
}

const CODES: readonly RowPart[] = ['uscc', 'orgCode', 'regNo']

const wrongCode = (row: ReceivedRow, form: RowForm): ReceiverFault | null => {
  const uscc = readRowPart(row, form, 'uscc')
  if (uscc !== null && !isValidUscc(uscc))
    return { ...makeReceiverFault('1003', form.names.uscc, uscc), text: WRONG_USCC }
  for (const [name, looks] of Object.entries(form.codes)) {
    const text = textOrNull(row[name])
    const good = text === null || (typeof looks === 'function' ? looks(text) : looks.test(text))
    if (!good) return makeReceiverFault('1003', name, text)
  }
  return null
}

const wrongDay = (row: ReceivedRow, form: RowForm, today: string | null): ReceiverFault | null => {
  const days = new Map<RowPart, string>()
  for (const part of DAYS) {
    const text = readRowPart(row, form, part)
    if (text === null) continue
    const day = dayIn(text, form)
    if (day === null) return makeReceiverFault('1004', form.names[part], text)
    days.set(part, day)
  }
  const decided = days.get('decidedOn') ?? ''
  for (const part of DAYS) {
    const day = days.get(part)
    if (day === undefined) continue
    const ahead = PAST.includes(part) && today !== null && day > today
    if (ahead || day < decided) return makeReceiverFault('1004', form.names[part], readRowPart(row, form, part))
  }
  return null
}

const dayIn = (text: string, form: RowForm): string | null => {
  const [, year, month, day] = form.day.exec(text) ?? []
  const written = `${year}-${month}-${day}`
  const instant = Date.parse(`${written}T00:00:00Z`)
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(written) ? written : null
}

const wrongNumber = (row: ReceivedRow, form: RowForm): ReceiverFault | null => {
  const text = readRowPart(row, form, 'documentNumber')
  return text === null || form.documentNumber.test(text)
    ? null
    : makeReceiverFault('1007', form.names.documentNumber, text)
}

const unknownSubject = (
  row: ReceivedRow,
  form: RowForm,
  { register, refuse }: JudgingOptions,
): ReceiverFault | null => {
  const [uscc, regNo, name] = [
    readRowPart(row, form, 'uscc'),
    readRowPart(row, form, 'regNo'),
    readRowPart(row, form, 'name'),
  ]
  if (refuse !== null && (uscc === refuse || name === refuse))
    return makeReceiverFault('1001', form.names[uscc === refuse ? 'uscc' : 'name'], refuse)
  if (register === null || readRowAction(row, form) === 'REMOVE') return null
  const names = register({ uscc, regNo })
  if (names === null) return makeReceiverFault('1001', form.names[uscc === null ? 'regNo' : 'uscc'], uscc ?? regNo)
  const known = names.map(normalizeName).includes(normalizeName(name ?? ''))
  return known ? null : makeReceiverFault('1001', form.names.name, name)
}
