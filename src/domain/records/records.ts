/**
 * Records: one fact an agency holds. A *kind* says what sort of fact, a *draft* is one record as read from an item, a
 * *version* is one state of it that the hub believed. Pure; shapes only and the rules that hold for all of them.
 */
import { hash } from 'node:crypto'
import { byNames } from '../../foundation/memo.js'

/** How a kind behaves in time (design section 5). */
interface KindRule {
  /**
   * `state`: a new version begins a new state and the old one stays true of the days before it (a registration).
   * `event`: a new version corrects what was said of one event, for all days (a penalty, a test).
   */
  changes: 'state' | 'event'
  /** Without an operator the record means nothing and waits for a person; trademarks and recalls stand by themselves. */
  needsOperator: boolean
  /** What a whole feed no longer holds has ended; a registration ends by its status and a decision by being withdrawn, never by silence. */
  endsByAbsence: boolean
}

export const KINDS = {
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
} as const satisfies Record<string, KindRule>

export type RecordKind = keyof typeof KINDS
export const RECORD_KINDS = Object.keys(KINDS) as RecordKind[]

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type Body = { [key: string]: Json }

/** One thing as sent. `row` is 1-based: the line of a text file's data row (header counted), the row of a sheet, the n-th item of a page. */
export interface Item {
  page: number | null
  row: number
  fields: Record<string, unknown>
  /** By which the headings of an office's own table became `fields`; absent: they are as sent. */
  map?: { id: number; headings: Readonly<Record<string, string | null>> }
}

/** Whom a record is about, as far as the item says. Codes are normalised; which operator that is, `work/intake/pull` finds out. */
export interface Subject {
  uscc: string | null
  orgCode: string | null
  regNo: string | null
  /** `shop:<marketplace>:<shopId>` of a natural person's shop. */
  shop: string | null
  name: string | null
}

/** Something noticed that does not stop a record: kept beside it and shown. */
export interface Finding {
  field: string
  rule: string
  message: string
}

/** One record as read from an item, already in the hub's own form. */
export interface Draft {
  kind: RecordKind
  /** The agency's own key of the record, stable over pulls, unique within the feed. */
  key: string
  subject: Subject
  body: Body
  /** First and last day on which the fact holds, YYYY-MM-DD; null: not known, or without end. */
  validFrom: string | null
  validTo: string | null
  findings: Finding[]
  /**
   * What makes it the same fact as another source's record of it, the party aside (a decision: `factOfDecision`).
   * Absent: nobody else has it.
   */
  fact?: string
}

/** Why an item was set aside: where (the agency's own field name), which rule, a sentence. */
export interface Problem {
  field: string | null
  /** Heading of the field in the office's own table, where a map of headings was used. */
  heading?: string
  rule: string
  message: string
}

/** What an item that was set aside says of the records it would have been: such a record is unreadable, not absent. */
export interface Unreadable {
  /** Whole keys of records. */
  keys: readonly string[]
  /** Keys up to their last `/`, where only that part can be read: every record under it may be meant. */
  stems: readonly string[]
  /** Codes of the party, where no key can be read: every record of this operator in the feed may be meant. */
  codes: readonly string[]
}

/** An item became drafts (often one, several where a cell names several facts), or the problems that set it aside. */
export type Mapped = { drafts: Draft[] } | { problems: Problem[]; unreadable?: Unreadable }

/** Canonical JSON: keys sorted at every depth, so that equal bodies have equal bytes. */
export const canonical = (value: Json): string => {
  if (typeof value === 'string') return quoted(value)
  if (value === null) return 'null'
  if (typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[${value.map(canonical).join(',')}]`
  const keys = sortedKeys(Object.keys(value))
  let text = ''
  // The quote that ends a text goes with what comes next: a piece saved for each.
  let open = false
  for (let at = 0; at < keys.length; at += 1) {
    const { key, before, behindText } = keys[at] as Key
    const part = value[key]
    const { any, string, nothing } = open ? behindText : before
    open = typeof part === 'string' && !mayNeedEscapes(part)
    if (part === null) text += nothing
    else if (open) text = text + string + (part as string)
    else text = text + any + canonical(part as Json)
  }
  if (keys.length === 0) return '{}'
  return open ? `${text}"}` : `${text}}`
}

/** What stands before the value of a key, by what the value is. */
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

const sortedKeys = byNames((names): Key[] =>
  [...names].sort().map((key, at) => {
    const any = `${at === 0 ? '{' : ','}${JSON.stringify(key)}:`
    return { key, before: lead(any), behindText: lead(`"${any}`) }
  }),
)

const lead = (any: string): Lead => ({ any, string: `${any}"`, nothing: `${any}null` })

/** Characters up to which a loop is quicker than a regular expression. */
const SHORT = 24
/** Quote, backslash, control characters and halves of characters. */
const MAY_NEED_ESCAPES = /[^ !#-[\]-\ud7ff\ue000-\uffff]/

/** Most texts need no escapes. */
const quoted = (text: string): string => (mayNeedEscapes(text) ? JSON.stringify(text) : `"${text}"`)

const mayNeedEscapes = (text: string): boolean => {
  if (text.length > SHORT) return MAY_NEED_ESCAPES.test(text)
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c || (unit >= 0xd800 && unit <= 0xdfff)) return true
  }
  return false
}

type Sealable = Pick<Draft, 'body' | 'validFrom' | 'validTo' | 'subject'>

export interface Sealed {
  /** The body as canonical JSON, ready to be stored. */
  body: string
  digest: string
}

const DIGEST_CHARACTERS = 32 // hex: 128 bits
const BYTES_A_UNIT = 2
const scratch = Buffer.alloc(64 * 1024)

/** A draft's body and digest, which are made of the same text. */
export const sealed = ({ body, validFrom, validTo, subject }: Sealable): Sealed => {
  const text = canonical(body)
  let beside = ''
  for (const part of [validFrom, validTo, subject.uscc, subject.orgCode, subject.regNo, subject.shop, subject.name]) {
    beside += part === null ? ',null' : `,${quoted(part)}`
  }
  return { body: text, digest: hash('sha256', utf16(text, beside)).slice(0, DIGEST_CHARACTERS) }
}

/** SHA-256 (hex, its first 128 bits) of everything that makes a version what it is; equal digests are one version. */
export const digest = (draft: Sealable): string => sealed(draft).digest

/**
 * UTF-16: what texts are made of already, so that nothing has to be encoded only to be hashed. One after the other: put
 * together first, the long one would be copied once more.
 */
const utf16 = (text: string, beside: string): Buffer => {
  if ((text.length + beside.length) * BYTES_A_UNIT > scratch.length) return Buffer.from(text + beside, 'utf16le')
  const end = scratch.write(text, 0, 'utf16le')
  return scratch.subarray(0, end + scratch.write(beside, end, 'utf16le'))
}
