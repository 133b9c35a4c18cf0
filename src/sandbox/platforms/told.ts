/** What a stand-in platform is told, under the sender's own names, and what it answers to it. */
import type { Action, SubjectKind } from '../../domain/delivery/delivery.js'

/** One row as it came, flat, under the names of its form. */
export type Row = Readonly<Record<string, unknown>>

/** What is looked at in a row, whatever its form calls it. */
export type Part =
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

/** One form in which rows come, as its interface document says. */
export interface Form {
  kind: SubjectKind
  /** The form's own name of each part; null where it does not carry it. */
  names: Readonly<Record<Part, string | null>>
  /** Own names of what may not be empty unless the row takes something back, beside the parts that every row needs. */
  required: readonly string[]
  /** Own names of all that a row may hold; null: its interface document does not say. */
  known: ReadonlySet<string> | null
  /** Own names of what must never come filled: numbers of people's certificates. */
  never: readonly string[]
  actions: Readonly<Record<string, Action>>
  /** Days as the form writes them, with groups for year, month and day. */
  day: RegExp
  /** What each code looks like, where it is given; by its own name. */
  codes: Readonly<Record<string, RegExp | ((text: string) => boolean)>>
  documentNumber: RegExp
  /** Own names of what is another each time that the same is sent. */
  passing: readonly string[]
}

export interface Verdict {
  accepted: boolean
  code: string
  text: string
  /** The form's own name. */
  field: string | null
  value: string | null
  recordId: string | null
}

/** One subject as displayed. */
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

/** APPLIED: it shows now what it was told. REPEATED: known already, word for word. LATE: it holds something newer. */
export type Effect = 'APPLIED' | 'REPEATED' | 'LATE' | 'REFUSED'

/** One row of the history of what a stand-in was told. */
export interface ToldRow {
  /** From 1, in the order in which it was judged. */
  number: number
  /** ISO instant. */
  at: string
  kind: SubjectKind
  key: string | null
  sequence: number | null
  action: Action | null
  effect: Effect
  code: string
}

/** A part of a row as text; blank and absent are the same. */
export const partOf = (row: Row, form: Form, part: Part): string | null => {
  const name = form.names[part]
  return name === null ? null : textIn(row[name])
}

export const textIn = (value: unknown): string | null => {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

/** A sequence as a number or its digits. */
export const sequenceOf = (row: Row, form: Form): number | null => {
  const text = partOf(row, form, 'sequence')
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null
}

export const actionOf = (row: Row, form: Form): Action | null => form.actions[partOf(row, form, 'action') ?? ''] ?? null
