/** A *kind* is a sort of fact, a *draft* one record as read from an item, a *version* one state that the hub believed. */
import { memoByNames } from '../../foundation/memo.js'

interface KindRule {
  /**
   * `state`: the old version stays true for earlier days (a registration). `event`: a new version corrects it for all
   * days (a penalty, a test).
   */
  changes: 'state' | 'event'
  /** Without an operator the record stays unmatched until a person decides. */
  needsOperator: boolean
  /** True when a record absent from a full delivery has ended. Registrations end by status, decisions by withdrawal. */
  endsByAbsence: boolean
}

export const RECORD_KIND_TRAITS = {
  registration: { changes: 'state', needsOperator: true, endsByAbsence: false },
  shop: { changes: 'state', needsOperator: true, endsByAbsence: true },
  trademark: { changes: 'state', needsOperator: false, endsByAbsence: true },
  inspection: { changes: 'event', needsOperator: true, endsByAbsence: false },
  penalty: { changes: 'event', needsOperator: true, endsByAbsence: false },
  list_entry: { changes: 'event', needsOperator: true, endsByAbsence: true },
  permit: { changes: 'event', needsOperator: true, endsByAbsence: false },
  repair: { changes: 'event', needsOperator: true, endsByAbsence: false },
  recall: { changes: 'event', needsOperator: false, endsByAbsence: false },
  standard: { changes: 'state', needsOperator: true, endsByAbsence: true },
  commitment: { changes: 'event', needsOperator: true, endsByAbsence: false },
  icp_filing: { changes: 'state', needsOperator: true, endsByAbsence: true },
  trustmark: { changes: 'state', needsOperator: true, endsByAbsence: true },
  association_grade: { changes: 'state', needsOperator: true, endsByAbsence: true },
} as const satisfies Record<string, KindRule>

export type RecordKind = keyof typeof RECORD_KIND_TRAITS
export const RECORD_KINDS = Object.keys(RECORD_KIND_TRAITS) as RecordKind[]

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type RecordBody = { [key: string]: Json }

/** `row` counts from 1: the line of a text file (with header), the row of a sheet, or the item of a page. */
export interface SourceItem {
  page: number | null
  row: number
  fields: Record<string, unknown>
  /** The heading map that was applied; absent when `fields` are as sent. */
  map?: { id: number; headings: Readonly<Record<string, string | null>> }
}

/** Codes are normalised. `work/intake/pull` resolves the operator. */
export interface RecordSubject {
  uscc: string | null
  orgCode: string | null
  regNo: string | null
  /** `shop:<marketplace>:<shopId>` of a natural person's shop. */
  shop: string | null
  name: string | null
}

export interface Remark {
  field: string
  rule: string
  message: string
}

export interface RecordDraft {
  kind: RecordKind
  /** The agency's own key, stable over pulls and unique within the feed. */
  key: string
  subject: RecordSubject
  body: RecordBody
  /** YYYY-MM-DD; null when unknown or open. */
  validFrom: string | null
  validTo: string | null
  remarks: Remark[]
  /** Identifies the fact across sources, party excluded (`makeDecisionFactKey`). Absent when no other source has it. */
  fact?: string
}

export interface ItemProblem {
  field: string | null
  /** Heading in the office's own table when a heading map was used. */
  heading?: string
  rule: string
  message: string
}

/** Records of a rejected item are unreadable, not absent. */
export interface UnreadableRecords {
  keys: readonly string[]
  /** Keys up to the last `/` where only that part is readable. Every record with such a key may be meant. */
  stems: readonly string[]
  /** Codes of the party where no key is readable. Every record of this operator in the feed may be meant. */
  codes: readonly string[]
}

export type DraftsOrProblems = { drafts: RecordDraft[] } | { problems: ItemProblem[]; unreadable?: UnreadableRecords }

/** Canonical JSON: sorted keys at every depth, so equal bodies have equal bytes. */
export const canonicalJson = (value: Json): string => {
  if (typeof value === 'string') return quoted(value)
  if (value === null) return 'null'
  if (typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[${value.map(canonicalJson).join(',')}]`
  const keys = sortedKeys(Object.keys(value))
  let text = ''
  let open = false
  for (let at = 0; at < keys.length; at += 1) {
    const { key, before, behindText } = keys[at] as Key
    const part = value[key]
    const { any, string, nothing } = open ? behindText : before
    open = typeof part === 'string' && !mayNeedEscapes(part)
    if (part === null) text += nothing
    else if (open) text = text + string + (part as string)
    else text = text + any + canonicalJson(part as Json)
  }
  if (keys.length === 0) return '{}'
  return open ? `${text}"}` : `${text}}`
}

interface Lead {
  any: string
  string: string
  nothing: string
}
interface Key {
  key: string
  before: Lead
  behindText: Lead
}

const sortedKeys = memoByNames((names): Key[] =>
  [...names].sort().map((key, at) => {
    const any = `${at === 0 ? '{' : ','}${JSON.stringify(key)}:`
    return { key, before: lead(any), behindText: lead(`"${any}`) }
  }),
)

const lead = (any: string): Lead => ({ any, string: `${any}"`, nothing: `${any}null` })

const SHORT = 24
const MAY_NEED_ESCAPES = /[^ !#-[\]-\ud7ff\ue000-\uffff]/

export const quoted = (text: string): string => (mayNeedEscapes(text) ? JSON.stringify(text) : `"${text}"`)

const mayNeedEscapes = (text: string): boolean => {
  if (text.length > SHORT) return MAY_NEED_ESCAPES.test(text)
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c || (unit >= 0xd800 && unit <= 0xdfff)) return true
  }
  return false
}
