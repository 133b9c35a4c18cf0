/** A *remark* is stored with the record; a *problem* rejects the item. */

import { extractOrgCode, hasResidentIdForm, normalizeCode, parseCode } from '../domain/operators/codes.js'
import { parseMoney } from '../domain/records/money.js'
import type {
  DraftsOrProblems,
  ItemProblem,
  RecordDraft,
  RecordKind,
  RecordSubject,
  Remark,
  SourceItem,
  UnreadableRecords,
} from '../domain/records/records.js'
import { memoByNames, memoByObject } from '../foundation/memo.js'
import { compactText, trimmedTextOrNull } from '../foundation/text/values.js'
import { isNoDateMarker, parseDate } from '../foundation/time/dates.js'

/** Dates that agencies write for "no end". */
const WITHOUT_END = new Set(['2099-12-31', '2999-12-31'])
/** 9999-12-31 also means "no end", but the date parser rejects it. */
const NEVER = /^9999[-/年.]?12[-/月.]?31/
const MAX_KEY = 300 // characters
const MAX_NAME = 200 // characters
/** Characters of a text, as in Excel. Checked before regular expressions. */
export const TEXT_LENGTH_MOST = 32_767
const MAX_SHOWN = 500 // characters of a message
const MOST_REMARKS = 200 // remarks or problems of one item
const MOST_DRAFTS = 1_000 // records of one item
const LINE_ENDS = /[\r\n]+/
const DAMAGED = '\uFFFD'

type RegisterCodeScheme = 'uscc' | 'org_code' | 'reg_no'
/** With `only`, the field is ignored unless its code has this `scheme`. */
export interface CodeField {
  field: string
  scheme: RegisterCodeScheme
  only?: true
}
export type SubjectCodes = Omit<RecordSubject, 'name'>
export const NO_CODES: SubjectCodes = { uscc: null, orgCode: null, regNo: null, shop: null }

export type FormDraft = Omit<RecordDraft, 'kind' | 'remarks' | 'validTo'> & Partial<Pick<RecordDraft, 'validTo'>>

export type Examination = ReturnType<typeof examineItem>

export const examineItem = (sent: SourceItem, known: ReadonlySet<string>) => {
  const remarks: Remark[] = []
  const problems: ItemProblem[] = []
  const faulty = new Map<string | null, Set<string>>()
  const said = { stems: [] as string[], codes: [] as string[] }
  const remark = (field: string, rule: string, message: string): void => {
    if (remarks.length < MOST_REMARKS) remarks.push({ field, rule, message: message.slice(0, MAX_SHOWN) })
  }
  const problem = (field: string | null, rule: string, message: string): void => {
    const rules = faulty.get(field) ?? new Set()
    if (rules.has(rule)) return
    faulty.set(field, rules.add(rule))
    if (problems.length < MOST_REMARKS) problems.push({ field, rule, message: message.slice(0, MAX_SHOWN) })
  }

  const names = Object.keys(sent.fields)
  const odd = oddIn(known, names)
  const item = readable(sent, names, known, (field) => problem(field, 'length', tooLong(field)))
  const { fields } = item
  for (let at = 0; at < names.length; at += 1) {
    const field = names[at] ?? ''
    const value = fields[field]
    if (isDamaged(value) || (odd[at] && field.includes(DAMAGED)))
      problem(field, 'encoding', `${field}含无法解码的字符。${field} holds characters that cannot be decoded.`)
    if (odd[at] && !known.has(field) && !isNothing(value))
      remark(field, 'field.unknown', `未知字段 ${field}，未采用。Unknown field, not used.`)
  }

  const text = (field: string): string | null => {
    const value = item.fields[field]
    if (typeof value === 'string') return trimmedTextOrNull(value)
    const lost = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
    if (lost || (typeof value === 'object' && value !== null) || typeof value === 'boolean') {
      problem(field, 'value', `${field}应为文本。${field} must be text.`)
      return null
    }
    return trimmedTextOrNull(value)
  }

  const needed = <T>(field: string, read: (field: string) => T | null): T | null => {
    const value = read(field)
    if (value === null && !faulty.has(field)) problem(field, 'required', `缺少${field}。${field} is missing.`)
    return value
  }
  const required = (field: string): string => needed(field, text) ?? ''

  const name = (field: string): string | null => {
    const sent = text(field)
    return sent !== null && LINE_ENDS.test(sent) ? oneLine(sent) : sent
  }
  const requiredName = (field: string): string => needed(field, name) ?? ''

  const dayOf = (field: string, sent: string, value: unknown = sent): string | null => {
    const day = parseDate(value)
    if (day === null && !isNoDateMarker(value))
      problem(field, 'date', `${field}不是有效日期：${sent}。${field} is not a date that exists.`)
    return day
  }
  const date = (field: string): string | null => {
    const sent = text(field)
    return sent === null ? null : dayOf(field, sent, item.fields[field])
  }
  const pastDate = (field: string, today: string): string | null => {
    const day = date(field)
    if (day !== null && day > today)
      remark(field, 'date.future', `${field}晚于今天：${day}。${field} lies in the future.`)
    return day
  }
  const requiredDate = (field: string, today: string): string => needed(field, (sent) => pastDate(sent, today)) ?? ''
  const notBefore = (field: string | null, day: string | null, first: string | null, message: string): void => {
    if (day && first && day < first) problem(field, 'date', message)
  }
  const endDate = (field: string): string | null => {
    if (NEVER.test(text(field) ?? '')) return null
    const day = date(field)
    return day !== null && WITHOUT_END.has(day) ? null : day
  }

  const meaningOf = <T>(field: string, sent: string, table: Readonly<Record<string, T>>): T | null => {
    const word = compactText(sent)
    if (Object.hasOwn(table, word)) return table[word] ?? null
    problem(field, 'value', `${field}的取值未知：${sent}。${field} has a value that is on no list.`)
    return null
  }
  const choice = <T>(field: string, table: Readonly<Record<string, T>>): T | null => {
    const sent = needed(field, text)
    return sent === null ? null : meaningOf(field, sent, table)
  }
  const optionalChoice = <T>(field: string, table: Readonly<Record<string, T>>): T | null =>
    text(field) === null ? null : choice(field, table)

  const money = (field: string, unit: 'yuan' | 'wan'): string | null => {
    const sent = text(field)
    if (sent === null) return null
    const amount = parseMoney(sent, unit)
    if (amount === null || amount.currency !== 'CNY') {
      problem(field, 'money', `${field}不是有效的人民币金额：${sent}。${field} is no amount in yuan.`)
      return null
    }
    return amount.yuan
  }

  const uscc = (field: string): string | null => {
    const sent = text(field)
    if (sent === null) return null
    const code = parseCode(sent)
    if (code?.scheme !== 'uscc') {
      problem(
        field,
        'code',
        `${field}不合 18 位统一社会信用代码的格式：${shown(sent)}。${field} is no unified social credit code.`,
      )
      return null
    }
    if (!code.valid) digit(field)
    return code.code
  }
  const digit = (field: string): void =>
    remark(field, 'code.digit', `${field}的校验位不符。The check digit of ${field} does not match.`)

  const codes = (...fields: CodeField[]): SubjectCodes => {
    const found: Record<RegisterCodeScheme, string | null> = { uscc: null, org_code: null, reg_no: null }
    const misformed: { field: string; sent: string; scheme: RegisterCodeScheme }[] = []
    const sent = fields.map(({ field, scheme, only }) => {
      const written = text(field)
      return { field, scheme, only, written, code: parseCode(written) }
    })
    if (sent.length > 1) sent.sort((a, b) => Number(a.code?.scheme !== a.scheme) - Number(b.code?.scheme !== b.scheme))
    for (const { field, scheme, only, written, code } of sent) {
      if (written === null || (code === null && normalizeCode(written) === null)) continue
      if (code === null || code.scheme === 'shop') {
        if (!only) misformed.push({ field, sent: written, scheme })
        continue
      }
      if (only && (code.scheme !== scheme || found[scheme] !== null)) continue
      if (found[code.scheme] !== null && found[code.scheme] !== code.code) {
        problem(field, 'code', `${field}与另一列的代码矛盾。${field} contradicts the code in another column.`)
        continue
      }
      found[code.scheme] = code.code
      if (!code.valid) digit(field)
      if (only || code.scheme !== scheme) {
        remark(
          field,
          'code.column',
          `${field}中的代码属于另一列，已归位。The code in ${field} belongs in another column; moved.`,
        )
      }
    }
    for (const { field, sent: written, scheme } of misformed) {
      const message = `${field}不是有效格式的代码：${shown(written)}。${field} is no well-formed code.`
      // Beside another code, a malformed registration number gets a remark: before 2007 they had 13 digits.
      if (scheme !== 'uscc' && Object.values(found).some((code) => code !== null)) remark(field, 'code', message)
      else problem(field, 'code', message)
    }
    if (found.uscc && found.org_code && extractOrgCode(found.uscc) !== found.org_code) {
      const of = fields.find(({ scheme }) => scheme === 'org_code')?.field ?? ''
      remark(
        of,
        'code.mismatch',
        '组织机构代码与统一社会信用代码不一致。The organisation code is not the one inside the USCC.',
      )
    }
    said.codes.push(...Object.values(found).filter((code) => code !== null))
    return { uscc: found.uscc, orgCode: found.org_code, regNo: found.reg_no, shop: null }
  }

  return {
    item,
    remark,
    problem,
    text,
    required,
    name,
    requiredName,
    dayOf,
    date,
    pastDate,
    requiredDate,
    endDate,
    notBefore,
    meaningOf,
    choice,
    optionalChoice,
    money,
    uscc,
    codes,
    has: (field: string): boolean => Object.hasOwn(item.fields, field),
    value: (field: string): unknown => item.fields[field],
    faults: (): readonly ItemProblem[] => problems,
    /** If the item is rejected, records whose key up to the last `/` is this stem are not missing. */
    stem: (text: string): void => {
      said.stems.push(text)
    },
    result: (kind: RecordKind, drafts: FormDraft[], keyed: ReadonlySet<string> | null): DraftsOrProblems => {
      if (drafts.length > MOST_DRAFTS) {
        problem(
          null,
          'records',
          `一条信息包含的记录超过 ${MOST_DRAFTS} 条。One item holds more than ${MOST_DRAFTS} records.`,
        )
      }
      if (drafts.some(({ key }) => key.length > MAX_KEY))
        problem(null, 'key', `记录标识超过 ${MAX_KEY} 个字符。The key of the record is too long.`)
      if (drafts.some(({ subject }) => (subject.name?.length ?? 0) > MAX_NAME))
        problem(null, 'name', `主体名称超过 ${MAX_NAME} 个字符。The name of the subject is too long.`)
      if (problems.length === 0) return { drafts: drafts.map((draft) => completed(kind, draft, remarks)) }
      return { problems, unreadable: unreadableIn(drafts, faulty, said, keyed) }
    },
  }
}

const oneLine = (text: string): string =>
  text
    .split(LINE_ENDS)
    .map((line) => line.trim())
    .join('')

const tooLong = (field: string): string =>
  `${field}超过 ${TEXT_LENGTH_MOST} 个字符。${field} has more than ${TEXT_LENGTH_MOST} characters.`

const readable = (
  item: SourceItem,
  names: readonly string[],
  known: ReadonlySet<string>,
  refuse: (field: string) => void,
): SourceItem => {
  let fields: SourceItem['fields'] | null = null
  for (const name of names) {
    if (isReadable(item.fields[name]) || !known.has(name)) continue
    refuse(name)
    fields ??= { ...item.fields }
    fields[name] = null
  }
  return fields === null ? item : { ...item, fields }
}

const isReadable = (value: unknown): boolean => {
  if (typeof value === 'string') return value.length <= TEXT_LENGTH_MOST
  return typeof value !== 'object' || value === null || Object.values(value).every(isReadable)
}

const oddIn = (known: ReadonlySet<string>, names: readonly string[]): readonly boolean[] => oddNamesOf(known)(names)

const oddNamesOf = memoByObject((known: ReadonlySet<string>) =>
  memoByNames((names) => names.map((name) => !known.has(name) || name.includes(DAMAGED))),
)

const isDamaged = (value: unknown): boolean =>
  typeof value === 'string'
    ? value.includes(DAMAGED)
    : typeof value === 'object' && value !== null && (JSON.stringify(value)?.includes(DAMAGED) ?? false)

const isNothing = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  (typeof value === 'string' && value.length > TEXT_LENGTH_MOST
    ? false
    : typeof value !== 'object' && trimmedTextOrNull(value) === null)

const completed = (
  kind: RecordKind,
  { key, subject, body, validFrom, validTo = null, fact }: FormDraft,
  remarks: readonly Remark[],
): RecordDraft => {
  const draft = { kind, key, subject, body, validFrom, validTo, remarks: [...remarks] }
  return fact === undefined ? draft : { ...draft, fact }
}

/** Records of a rejected item are not missing: by key, or by party if a key field is faulty. */
const unreadableIn = (
  drafts: readonly FormDraft[],
  faulty: ReadonlyMap<string | null, unknown>,
  { stems, codes }: { stems: readonly string[]; codes: readonly string[] },
  keyed: ReadonlySet<string> | null,
): UnreadableRecords => {
  const isWhole = drafts.length > 0 && keyed !== null && ![...keyed].some((field) => faulty.has(field))
  const keys = drafts.map(({ key }) => copied(key)).filter((key) => key.length <= MAX_KEY)
  if (isWhole) return { keys, stems: [], codes: [] }
  const shops = drafts.map(({ subject }) => subject.shop).filter((shop) => shop !== null)
  return { keys, stems: stems.map(copied), codes: [...new Set([...codes, ...shops])].map(copied) }
}

/** A V8 substring would keep its whole source in memory. */
const copied = (key: string): string => Buffer.from(key).toString()

const shown = (sent: string): string => {
  const code = normalizeCode(sent) ?? ''
  return /\d{15}/.test(code) && hasResidentIdForm(code) ? '（疑似证件号码，不予显示）' : sent
}
