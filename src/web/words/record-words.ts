import TABLES from '../../../schema/words/records.json' with { type: 'json' }
import type { BilingualText } from '../../foundation/text/words.js'

export const FIELD_WORDS: Readonly<Record<string, BilingualText>> = TABLES.fields
const VALUES: Readonly<Record<string, BilingualText>> = TABLES.values
const FIELDS_OF_KIND: Readonly<Record<string, Readonly<Record<string, BilingualText>>>> = TABLES.fieldsOfKind
const OF_KIND: Readonly<Record<string, Readonly<Record<string, BilingualText>>>> = TABLES.valuesOfKind

const own = <T>(table: Readonly<Record<string, T>>, key: string): T | null =>
  Object.hasOwn(table, key) ? (table[key] ?? null) : null

export const wordsOfField = (field: string, kind = ''): BilingualText =>
  own(own(FIELDS_OF_KIND, kind) ?? {}, field) ?? own(FIELD_WORDS, field) ?? { zh: field, en: field }

export const wordsOfValue = (kind: string, value: string): BilingualText | null =>
  own(own(OF_KIND, kind) ?? {}, value) ?? own(VALUES, value)

const isBare = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

export const valueInWords = (lang: keyof BilingualText, kind: string, value: unknown): string => {
  if (isBare(value)) return '—'
  if (typeof value === 'boolean') return lang === 'zh' ? (value ? '是' : '否') : value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.map((one) => valueInWords(lang, kind, one)).join(lang === 'zh' ? '；' : '; ')
  if (typeof value === 'object')
    return Object.entries(value as object)
      .map(([name, one]) => `${wordsOfField(name)[lang]} ${valueInWords(lang, kind, one)}`)
      .join(lang === 'zh' ? '，' : ', ')
  const text = String(value)
  return wordsOfValue(kind, text)?.[lang] ?? text
}

const ORDER = new Map(Object.keys(FIELD_WORDS).map((field, i) => [field, i]))

export const statedFields = (body: Readonly<Record<string, unknown>>): [string, unknown][] =>
  Object.entries(body)
    .filter(([, value]) => !isBare(value))
    .sort(([one], [other]) => (ORDER.get(one) ?? ORDER.size) - (ORDER.get(other) ?? ORDER.size))

/** Fields that tell a record from the others of its kind; the first two name it. */
const LINES: Record<string, readonly string[]> = {
  REGISTRATION: ['name', 'status', 'authority'],
  SHOP: ['name', 'shop_id', 'url'],
  TRADEMARK: ['name', 'class', 'number', 'status'],
  INSPECTION: ['product', 'result', 'failures', 'notice_number'],
  PENALTY: ['document_number', 'violation', 'types', 'status'],
  LIST_ENTRY: ['list', 'reason', 'authority'],
  PERMIT: ['document_name', 'permit_number', 'status'],
  REPAIR: ['target', 'target_document_number', 'outcome'],
  RECALL: ['product', 'hazard', 'status'],
  STANDARD: ['number', 'name', 'status'],
  COMMITMENT: ['subject_matter', 'text'],
  ICP_FILING: ['number', 'site_name', 'domains', 'status'],
  TRUSTMARK: ['mark', 'certificate_number', 'status'],
  ASSOCIATION_GRADE: ['association', 'grade', 'scheme'],
}

export const lineOfRecord = (
  lang: keyof BilingualText,
  kind: string,
  body: Readonly<Record<string, unknown>>,
): string[] => (LINES[kind] ?? []).map((field) => valueInWords(lang, kind, body[field])).filter((one) => one !== '—')

/** Longest part of the name of a record, characters. */
const NAME_MOST = 40

export const nameOfRecord = (
  lang: keyof BilingualText,
  {
    kind,
    body,
    agencyName,
  }: { kind: string; body: Readonly<Record<string, unknown>>; agencyName: Readonly<Partial<BilingualText>> },
): string => {
  const authority = isBare(body['authority']) ? agencyName[lang] : String(body['authority'])
  const parts = [...lineOfRecord(lang, kind, body).slice(0, 2), ...(authority === undefined ? [] : [authority])]
  return [...new Set(parts)].map((one) => (one.length > NAME_MOST ? `${one.slice(0, NAME_MOST)}…` : one)).join(' · ')
}
