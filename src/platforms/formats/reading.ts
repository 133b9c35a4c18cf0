import { type Receipt, SUBJECT_KINDS } from '../../domain/delivery/delivery.js'
import { isRecord } from '../../foundation/text/json.js'
import { storableText } from '../../foundation/text/storable.js'
import { makeXmlReader, type XmlElement, type XmlLimits } from '../../foundation/text/xml.js'
import type { DisplayedSubject } from '../platform.js'

const FIELD_LENGTH_MAX = 500
/** Longer numbers are the platform’s own, and overflow PostgreSQL’s integer. */
const SEQUENCE = /^\d{1,9}$/

export class UnreadableAnswerError extends Error {
  override readonly name = 'UnreadableAnswer'
}

export interface KeyFields {
  key: string
  sequence: string
  uscc: string
  name: string
}

/** Throws UnreadableAnswerError without `required`: a proxy or login page answered. */
export const parseJsonAnswer = (bytes: Buffer, required: string): Record<string, unknown> => {
  const value = parsed(bytes)
  if (!isRecord(value) || !(required in value)) throw new UnreadableAnswerError(`no ${required} in the answer`)
  return value
}

export const parseJsonArray = (bytes: Buffer): unknown[] => {
  const value = parsed(bytes)
  if (!Array.isArray(value)) throw new UnreadableAnswerError('not a JSON array')
  return value
}

const parsed = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(decodeBytes(bytes))
  } catch (error) {
    if (error instanceof SyntaxError) throw new UnreadableAnswerError('not JSON')
    throw error
  }
}

const decodeBytes = (bytes: Buffer): string => {
  for (const encoding of ['utf-8', 'gb18030']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes)
    } catch {}
  }
  throw new UnreadableAnswerError('neither UTF-8 nor GB18030')
}

/** Accepts numbers, because some platforms send numeric codes. */
export const trimmedText = (value: unknown): string | null => {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

/** Platforms may write keys in capitals. */
export const keyText = (value: unknown): string | null => trimmedText(value)?.toLowerCase() ?? null

export const shortenedText = (value: unknown, most = FIELD_LENGTH_MAX): string | null => {
  const text = trimmedText(value)
  return text && storableText(text.slice(0, most))
}

export type ReceiptFields = Record<'code' | 'text' | 'field' | 'value' | 'receiverId', string>

export const readReceiptFields = (
  row: Readonly<Record<string, unknown>>,
  names: ReceiptFields,
): Pick<Receipt, keyof ReceiptFields> => ({
  code: shortenedText(row[names.code]) ?? '',
  text: shortenedText(row[names.text]) ?? '',
  field: shortenedText(row[names.field]),
  value: shortenedText(row[names.value]),
  receiverId: shortenedText(row[names.receiverId]),
})

export const readDisplayedSubject = (
  row: Readonly<Record<string, unknown>>,
  names: KeyFields,
): DisplayedSubject | null => {
  const key = keyText(row[names.key])
  if (key === null) return null
  const sequence = trimmedText(row[names.sequence]) ?? ''
  return {
    kind: SUBJECT_KINDS.find((kind) => kind === row['kind']) ?? 'listing',
    key,
    sequence: SEQUENCE.test(sequence) ? Number(sequence) : null,
    uscc: trimmedText(row[names.uscc]),
    name: trimmedText(row[names.name]) ?? '',
  }
}

const LIMITS: XmlLimits = { depth: 16, elements: 100_000, attributes: Number.POSITIVE_INFINITY }
const FAULTS: Partial<Record<string, string>> = { doctype: 'a document type is not accepted' }

export const readXml = (bytes: Buffer): XmlElement => {
  const reader = makeXmlReader<XmlElement>({
    limits: LIMITS,
    refusal: (fault, detail) =>
      new UnreadableAnswerError(fault === 'syntax' ? `not XML: ${detail}` : (FAULTS[fault] ?? 'too large or too deep')),
    fold: ({ name, text, children }) => ({ name, text, children: children.map(([, child]) => child) }),
  })
  reader.write(decodeBytes(bytes))
  const root = reader.close()
  if (!root) throw new UnreadableAnswerError('no element')
  return root
}
