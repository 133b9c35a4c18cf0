import type { WordsIn } from '../../agencies/words.js'
import type { NoticeAction, SubjectKind } from '../../domain/delivery/delivery.js'
import { schemaDocument } from '../../foundation/contracts.js'
import { isRecord, parseJsonObject } from '../../foundation/text/json.js'
import type { XmlElement } from '../../foundation/text/xml.js'
import { readXml } from '../../platforms/formats/reading.js'

export type ReceivedRow = Readonly<Record<string, unknown>>

export type RowPart =
  | WordsIn<'key sequence action uscc orgCode regNo name what authority documentNumber'>
  | WordsIn<'decidedOn publishedOn endsOn removedOn'>

export interface RowForm {
  kind: SubjectKind
  names: Readonly<Partial<Record<RowPart, string>>>
  required: readonly string[]
  /** All field names; null when the interface document does not list them. */
  known: ReadonlySet<string> | null
  never: readonly string[]
  actions: Readonly<Record<string, NoticeAction>>
  day: RegExp
  codes: Readonly<Record<string, RegExp | ((text: string) => boolean)>>
  documentNumber: RegExp
  /** Fields that differ at each sending and are not compared. */
  passing: readonly string[]
}

export interface RowVerdict {
  accepted: boolean
  code: string
  text: string
  field: string | null
  value: string | null
  recordId: string | null
}

export interface ShownEntry {
  kind: SubjectKind
  key: string
  sequence: number
  recordId: string
  uscc: string | null
  regNo: string | null
  name: string
  reason: string
  authority: string
  documentNumber: string
  decidedOn: string
}

export type RowEffect = 'APPLIED' | 'REPEATED' | 'LATE' | 'REFUSED'

export interface HistoryRow {
  number: number
  at: string
  kind: SubjectKind
  key: string | null
  sequence: number | null
  action: NoticeAction | null
  effect: RowEffect
  code: string
}

export const readRowPart = (row: ReceivedRow, form: RowForm, part: RowPart): string | null => {
  const name = form.names[part]
  return name === undefined ? null : textOrNull(row[name])
}

export const textOrNull = (value: unknown): string | null => {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

export const readRowSequence = (row: ReceivedRow, form: RowForm): number | null => {
  const text = readRowPart(row, form, 'sequence')
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null
}

export const readRowAction = (row: ReceivedRow, form: RowForm): NoticeAction | null =>
  form.actions[readRowPart(row, form, 'action') ?? ''] ?? null

export const asObject = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {})

export const parseJsonRows = (body: Buffer): ReceivedRow[] | null => {
  const rows = parseJsonObject(body)?.['rows']
  return Array.isArray(rows) ? rows.map(asObject) : null
}

export const parseXmlOrNull = (body: Buffer | string): XmlElement | null => {
  try {
    return readXml(Buffer.from(body))
  } catch {
    return null
  }
}

export const findChildNamed = (element: XmlElement | null | undefined, name: string): XmlElement | undefined =>
  element?.children.find((each) => each.name === name)

export const readXmlRow = ({ children }: XmlElement): ReceivedRow =>
  Object.fromEntries(children.map(({ name, text }) => [name, text]))

export const listFieldNamesOfFormat = (format: string): ReadonlySet<string> =>
  new Set(Object.keys((schemaDocument(`platforms/${format}.json`) as { properties: object }).properties))

export const listFieldNamesOfMessage = (format: string, inner: string): ReadonlySet<string> => {
  const names = (value: unknown): string[] => Object.keys(asObject(asObject(value)['properties']))
  const whole = schemaDocument(`platforms/${format}.json`)
  const { [inner]: fields, removal, ...outer } = asObject(asObject(whole)['properties'])
  const removed = removal ?? asObject(asObject(fields)['properties'])['removal']
  return new Set([...Object.keys(outer), ...names(fields), ...names(removed).map((name) => `removal.${name}`)])
}
