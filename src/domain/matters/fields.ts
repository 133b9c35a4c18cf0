import { isDate } from '../../foundation/time/dates.js'
import type { MatterField, MatterKind } from './kind.js'

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
    if (fault !== null) return { pointer: `/fields/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, ...fault }
  }
  if (!isOpening) return null
  const missing = Object.entries(kind.fields).find(([name, { required }]) => required && fields[name] === undefined)
  return missing === undefined
    ? null
    : { pointer: `/fields/${missing[0]}`, zh: `缺少${missing[1].zh}`, en: `${missing[1].en} is missing` }
}
