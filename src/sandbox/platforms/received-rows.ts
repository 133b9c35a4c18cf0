import type { NoticeAction, SubjectKind } from '../../domain/delivery/delivery.js'

export type ReceivedRow = Readonly<Record<string, unknown>>

export type RowPart =
  | 'key'
  | 'sequence'
  | 'action'
  | 'uscc'
  | 'orgCode'
  | 'regNo'
  | 'name'
  | 'what'
  | 'authority'
  | 'documentNumber'
  | 'decidedOn'
  | 'publishedOn'
  | 'endsOn'
  | 'removedOn'

export interface RowForm {
  kind: SubjectKind
  /** Field name of each part; null when the form lacks it. */
  names: Readonly<Record<RowPart, string | null>>
  /** Fields that must be filled unless the row removes its entry. */
  required: readonly string[]
  /** All field names; null when the interface document does not list them. */
  known: ReadonlySet<string> | null
  /** Certificate numbers of people, which must stay empty. */
  never: readonly string[]
  actions: Readonly<Record<string, NoticeAction>>
  /** Matches a day, with groups for year, month and day. */
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

/** APPLIED: the row changed the entry. REPEATED: it is an exact repeat. LATE: a newer row is known. */
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

export const rowPartOf = (row: ReceivedRow, form: RowForm, part: RowPart): string | null => {
  const name = form.names[part]
  return name === null ? null : textOrNull(row[name])
}

export const textOrNull = (value: unknown): string | null => {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

export const sequenceOf = (row: ReceivedRow, form: RowForm): number | null => {
  const text = rowPartOf(row, form, 'sequence')
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null
}

export const actionOf = (row: ReceivedRow, form: RowForm): NoticeAction | null =>
  form.actions[rowPartOf(row, form, 'action') ?? ''] ?? null
