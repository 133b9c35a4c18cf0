import { lineOfRecord, nameOfRecord, statedFields, valueInWords, wordsOfField } from '../../words/record-words.js'
import { placeWords } from './places.js'
import { labelOf } from './words.js'

export type AnsweredRecordBody = Readonly<Record<string, unknown>>

export const fieldName = (field: string, kind?: string): string => wordsOfField(field, kind).zh

export const valueWords = (kind: string, value: unknown): string => valueInWords('zh', kind, value)

const YUAN = /^\d+(?:\.\d+)?$/

export const fieldValueWords = (kind: string, field: string, value: unknown): string => {
  const text = String(value)
  if (field.endsWith('_yuan') && YUAN.test(text))
    return text.replace(/^\d+/, (whole) => BigInt(whole).toLocaleString('zh-CN'))
  return (field === 'region' || field === 'region_code') && typeof value === 'string'
    ? placeWords(value)
    : valueWords(kind, value)
}

export const recordMembersOf = (
  kind: string,
  body: AnsweredRecordBody,
): { field: string; name: string; words: string }[] =>
  statedFields(body).map(([field, value]) => ({
    field,
    name: fieldName(field, kind),
    words: fieldValueWords(kind, field, value),
  }))

export const recordLineOf = (kind: string, body: AnsweredRecordBody): string => {
  const words = lineOfRecord('zh', kind, body)
  return words.length === 0 ? labelOf('RecordKind', kind) : words.join(' · ')
}

interface NamedRecord {
  kind: string
  body: unknown
  agencyName: { zh: string }
  validFrom: string | null
}

export const recordNameOf = ({ kind, body, agencyName, validFrom }: NamedRecord): string =>
  `${labelOf('RecordKind', kind)} ${nameOfRecord('zh', { kind, body: recordBodyOf(body), agencyName })} ${validFrom ?? ''}`

export const isAdverseRecord = (kind: string, body: AnsweredRecordBody): boolean => {
  if (kind === 'PENALTY') return body['status'] !== 'REVOKED'
  if (kind === 'LIST_ENTRY') return body['removed_on'] == null
  if (kind === 'INSPECTION') return body['result'] === 'FAIL'
  return kind === 'RECALL' && body['status'] !== 'TERMINATED'
}

export const recordBodyOf = (body: unknown): AnsweredRecordBody =>
  body !== null && typeof body === 'object' ? (body as AnsweredRecordBody) : {}
