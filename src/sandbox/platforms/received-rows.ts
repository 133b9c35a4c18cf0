import type { Action, SubjectKind } from '../../domain/delivery/delivery.js'

/** One received row, flat, under the names of its form. */
export type ReceivedRow = Readonly<Record<string, unknown>>

/** Parts of a row that are checked, independent of the form. */
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
  /** The form's name of each part; null when the form lacks it. */
  names: Readonly<Record<RowPart, string | null>>
  /** Fields that must be filled unless the row removes its entry, beside the parts every row needs. */
  required: readonly string[]
  /** All fields a row may hold; null when the interface document does not say. */
  known: ReadonlySet<string> | null
  /** Fields that must stay empty: certificate numbers of people. */
  never: readonly string[]
  actions: Readonly<Record<string, Action>>
  /** The form's date pattern, with groups for year, month and day. */
  day: RegExp
  /** Patterns of code fields, by field name. */
  codes: Readonly<Record<string, RegExp | ((text: string) => boolean)>>
  documentNumber: RegExp
  /** Fields that differ each time the same row is sent. */
  passing: readonly string[]
}

export interface RowVerdict {
  accepted: boolean
  code: string
  text: string
  /** The form's field name. */
  field: string | null
  value: string | null
  recordId: string | null
}

export interface ReceiverEntry {
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

/** APPLIED: the row is shown now. REPEATED: an exact repeat. LATE: a newer row is known. */
export type RowEffect = 'APPLIED' | 'REPEATED' | 'LATE' | 'REFUSED'

export interface HistoryRow {
  /** From 1, in order of judgement. */
  number: number
  /** ISO instant. */
  at: string
  kind: SubjectKind
  key: string | null
  sequence: number | null
  action: Action | null
  effect: RowEffect
  code: string
}

/** A part of a row as text; null when blank or absent. */
export const partOf = (row: ReceivedRow, form: RowForm, part: RowPart): string | null => {
  const name = form.names[part]
  return name === null ? null : textIn(row[name])
}

export const textIn = (value: unknown): string | null => {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

export const sequenceOf = (row: ReceivedRow, form: RowForm): number | null => {
  const text = partOf(row, form, 'sequence')
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null
}

export const actionOf = (row: ReceivedRow, form: RowForm): Action | null =>
  form.actions[partOf(row, form, 'action') ?? ''] ?? null
