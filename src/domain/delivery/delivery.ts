/** Deliveries: one message owed to one platform about one subject. Decides what a change owes and when to retry. */
import type { Body } from '../records/records.js'

export type Action = 'ADD' | 'CHANGE' | 'REMOVE'

/** Subjects of deliveries: a list entry, or a record that an agency's 双公示 requires. */
export const SUBJECT_KINDS = ['listing', 'penalty', 'permit'] as const
export type SubjectKind = (typeof SUBJECT_KINDS)[number]

/** The hub's own form of everything a platform may be told about one subject. It holds nothing personal. */
export type Notice = EntryNotice | RecordNotice

export interface EntryNotice {
  /** Absent in older stored notices, which are all about entries. */
  kind?: 'listing'
  /** Permanent business key at every platform: the listing's opaque id. */
  key: string
  /** Grows with each notice about an entry. A platform ignores notices older than the one it holds. */
  sequence: number
  action: Action
  /** The id of the list kind, for example `serious`. */
  list: string
  /** The list's Chinese name, for example 严重违法失信名单. */
  listName: string
  operator: { uscc: string | null; name: string; regNo: string | null }
  reason: string
  basis: string
  authority: string
  /** Division code of the deciding authority, at most six characters, for example 220000. */
  authorityCode: string
  documentNumber: string
  decidedOn: string
  publishedOn: string
  endsOn: string | null
  /** True under objection. Absent in older stored notices. */
  contested?: boolean
  /** Set when the action is REMOVE. */
  removal: { reason: string; reasonText: string; documentNumber: string | null; removedOn: string } | null
}

/** One penalty or permit in the form of its record (schema/records). Its party is an organisation or individual business. */
export interface RecordNotice {
  kind: 'penalty' | 'permit'
  /** Permanent opaque business key at every platform. */
  key: string
  sequence: number
  action: Action
  operator: { uscc: string | null; name: string; regNo: string | null; orgCode: string | null }
  /** Follows schema/records/<kind>.json, masked like everything that leaves. */
  body: Body
  /** Set when the action is REMOVE: the agency withdrew the record, or it was repaired. */
  removal: { reason: string; reasonText: string; documentNumber: string | null; removedOn: string } | null
}

export const kindOf = (notice: Notice): SubjectKind => notice.kind ?? 'listing'
export const isEntry = (notice: Notice): notice is EntryNotice => kindOf(notice) === 'listing'

/** The subjects that one platform receives. */
export interface PlatformSubjects {
  id: string
  kinds: readonly SubjectKind[]
  /** Kinds of list; null for all. */
  lists: readonly string[] | null
}

export const hears = ({ kinds, lists }: PlatformSubjects, kind: SubjectKind, list?: string): boolean =>
  kinds.includes(kind) && (kind !== 'listing' || lists === null || (list !== undefined && lists.includes(list)))

/** The hub's reading of a platform's code: done, a person must correct it, or retry later. */
export type CodeMeaning = 'ACCEPTED' | 'CORRECT' | 'LATER'

/** Receipt code for a row that the platform's answer omits. The delivery stays owed, and sending it again is harmless. */
export const NO_RECEIPT = 'NO_RECEIPT'
/** Receipt code for a row that the platform holds without a verdict. The hub asks again and does not resend meanwhile. */
export const WAITING = 'WAITING'

/** A platform's answer about one notice. Codes and field names are the platform's own. */
export interface Receipt {
  key: string
  accepted: boolean
  code: string
  text: string
  field: string | null
  value: string | null
  receiverId: string | null
}
/** CLOSED: a named officer closed it with a reason. It was never confirmed and is no longer owed. */
export type DeliveryState = 'OWED' | 'CONFIRMED' | 'REFUSED' | 'FOLDED' | 'CLOSED'

/**
 * A receiver may apply a message up to this many seconds after taking it. Until then only a removal may follow on the same subject, and the
 * display proves nothing about a removal.
 */
export const SETTLE_SECONDS = 60

/**
 * Result of checking a confirmed removal. GONE: the display, read SETTLE_SECONDS later, lacks the subject. NO_DISPLAY: the platform has no
 * display, so the removal is sent again. CONFIRMED_TWICE: that second removal was confirmed too. SHOWN: still displayed, so a later
 * delivery removes it again. REPLACED: a later delivery came before the check.
 */
export const CHECK_RESULTS = ['GONE', 'NO_DISPLAY', 'CONFIRMED_TWICE', 'SHOWN', 'REPLACED'] as const
export type CheckResult = (typeof CHECK_RESULTS)[number]

/** First and longest retry wait, seconds, doubled in between. */
const FIRST_WAIT_SECONDS = 2
const LONGEST_WAIT_SECONDS = 3_600
const SECOND_MS = 1_000

/** Instant of the next retry after `attempts` failures. `spread` in 0–1 keeps many from returning together. */
export const nextTry = (attempts: number, now: Date, spread: number, retryAfterSeconds?: number): Date => {
  const doubled = Math.min(FIRST_WAIT_SECONDS * 2 ** Math.max(0, attempts - 1), LONGEST_WAIT_SECONDS)
  const seconds = Math.max(retryAfterSeconds ?? 0, doubled * (0.75 + spread / 2))
  return new Date(now.getTime() + Math.min(seconds, LONGEST_WAIT_SECONDS) * SECOND_MS)
}

export interface PriorDelivery {
  action: Action
  state: DeliveryState
  attempts: number
}

/**
 * Deliveries that a change of the public entry owes to one platform. `fold` says which earlier ones are dropped: `untried` includes refused
 * ones, `unconfirmed` also sent but unanswered ones.
 */
export type OwedAction = { owe: Action | null; fold: 'nothing' | 'untried' | 'unconfirmed' }

/**
 * A removal goes at once to every platform that may have heard of the entry, and a pending addition is not resent. An addition and its
 * removal cancel out when nothing has left the hub.
 */
export const owing = (change: Action, earlier: readonly PriorDelivery[]): OwedAction => {
  const mayHaveHeard = earlier.some((d) => d.state === 'CONFIRMED' || d.attempts > 0)
  if (change === 'REMOVE') return { owe: mayHaveHeard ? 'REMOVE' : null, fold: 'unconfirmed' }
  if (change === 'CHANGE') return { owe: surelyShows(earlier) ? 'CHANGE' : 'ADD', fold: 'untried' }
  return { owe: 'ADD', fold: 'nothing' }
}

/**
 * True when the platform will certainly show the entry after pending deliveries arrive. Refused and unsent ones do not count. In doubt an
 * addition is owed: platforms accept it for an existing entry, but refuse a change of a missing one.
 */
const surelyShows = (earlier: readonly PriorDelivery[]): boolean => {
  const aside = (d: PriorDelivery): boolean => d.state === 'REFUSED' || (d.state === 'OWED' && d.attempts === 0)
  if (earlier.some((d) => d.action === 'ADD' && aside(d))) return false
  // A delivery closed by a person says nothing about what the platform shows.
  const last = earlier.findLast(
    (d) => d.state === 'CONFIRMED' || d.state === 'CLOSED' || (d.state !== 'REFUSED' && d.attempts > 0),
  )
  return last !== undefined && last.action !== 'REMOVE' && (last.state === 'CONFIRMED' || last.state === 'OWED')
}
