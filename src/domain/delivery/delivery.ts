/** Deliveries: one message owed to one platform about one subject. What is owed after a change, and when to try again. Pure. */
import type { Body } from '../records/records.js'

export type Action = 'ADD' | 'CHANGE' | 'REMOVE'

/** What a platform may be told of: an entry of the list, or a record that an agency's 双公示 asks for. */
export const SUBJECT_KINDS = ['listing', 'penalty', 'permit'] as const
export type SubjectKind = (typeof SUBJECT_KINDS)[number]

/** What happened, in the hub's own form: everything a platform may be told of one subject, nothing personal. */
export type Notice = EntryNotice | RecordNotice

export interface EntryNotice {
  /** Absent in those that are stored: a notice of an entry was the first there was. */
  kind?: 'listing'
  /** Business key, stable for the entry at every platform for ever (the listing's opaque id). */
  key: string
  /** Grows with each notice about the same entry: a platform ignores what is older than what it holds. */
  sequence: number
  action: Action
  /** `serious` */
  list: string
  /** 严重违法失信名单 */
  listName: string
  operator: { uscc: string | null; name: string; regNo: string | null }
  reason: string
  basis: string
  authority: string
  /** At most six characters: the administrative division that decided, 220000. */
  authorityCode: string
  documentNumber: string
  decidedOn: string
  publishedOn: string
  endsOn: string | null
  /** Under objection; absent in notices of before this was said. */
  contested?: boolean
  /** Set when the action is REMOVE. */
  removal: { reason: string; reasonText: string; documentNumber: string | null; removedOn: string } | null
}

/** One penalty or permit of one party, in the form of its record (schema/records); of organisations and individual businesses only. */
export interface RecordNotice {
  kind: 'penalty' | 'permit'
  /** Business key, stable for the record at every platform for ever: an opaque id. */
  key: string
  sequence: number
  action: Action
  operator: { uscc: string | null; name: string; regNo: string | null; orgCode: string | null }
  /** As schema/records/<kind>.json says; masked like everything that leaves. */
  body: Body
  /** Set when the action is REMOVE: the agency withdrew it, or it was put right. */
  removal: { reason: string; reasonText: string; documentNumber: string | null; removedOn: string } | null
}

export const kindOf = (notice: Notice): SubjectKind => notice.kind ?? 'listing'
export const isEntry = (notice: Notice): notice is EntryNotice => kindOf(notice) === 'listing'

/** What one platform is to hear of. */
export interface Hearing {
  id: string
  kinds: readonly SubjectKind[]
  /** Kinds of list; null: every one. */
  lists: readonly string[] | null
}

export const hears = ({ kinds, lists }: Hearing, kind: SubjectKind, list?: string): boolean =>
  kinds.includes(kind) && (kind !== 'listing' || lists === null || (list !== undefined && lists.includes(list)))

/** What a platform's own rule code means to the hub: it is done, a person must put it right, or it is sent again later. */
export type Meaning = 'ACCEPTED' | 'CORRECT' | 'LATER'

/**
 * Receipt code of the hub's own: the platform answered, but not about this row. The delivery is still owed; sending it
 * again is harmless.
 */
export const NO_RECEIPT = 'NO_RECEIPT'
/** Receipt code of the hub's own: the platform has it and has not judged it; it is asked again, and not sent again meanwhile. */
export const WAITING = 'WAITING'

/** A platform's answer about one notice. Codes and field names are the platform's own words. */
export interface Receipt {
  key: string
  accepted: boolean
  code: string
  text: string
  field: string | null
  value: string | null
  receiverId: string | null
}
/** CLOSED: a named officer has closed it with a reason; it is owed no more and was never confirmed. */
export type DeliveryState = 'OWED' | 'CONFIRMED' | 'REFUSED' | 'FOLDED' | 'CLOSED'

/**
 * A receiver may apply a message up to this long after it took it, seconds. Until then only a removal follows about the same
 * subject, and what a display shows proves nothing about a removal.
 */
export const SETTLE_SECONDS = 60

/**
 * How the check of a confirmed removal ended. GONE: a display that was read SETTLE_SECONDS later lacks the subject. NO_DISPLAY: the
 * platform has none, so the removal is sent again; CONFIRMED_TWICE: that was confirmed as well, and nobody has seen it. SHOWN: the
 * subject was displayed still and a later delivery removes it again. REPLACED: a later delivery took its place before the check.
 */
export const CHECK_RESULTS = ['GONE', 'NO_DISPLAY', 'CONFIRMED_TWICE', 'SHOWN', 'REPLACED'] as const
export type CheckResult = (typeof CHECK_RESULTS)[number]

/** First wait after a failure and the longest one, seconds; doubled each time between. */
const FIRST_WAIT_SECONDS = 2
const LONGEST_WAIT_SECONDS = 3_600
const SECOND_MS = 1_000

/** When to try again after `attempts` failures; `spread` in 0–1 keeps many from returning together. */
export const nextTry = (attempts: number, now: Date, spread: number, retryAfterSeconds?: number): Date => {
  const doubled = Math.min(FIRST_WAIT_SECONDS * 2 ** Math.max(0, attempts - 1), LONGEST_WAIT_SECONDS)
  const seconds = Math.max(retryAfterSeconds ?? 0, doubled * (0.75 + spread / 2))
  return new Date(now.getTime() + Math.min(seconds, LONGEST_WAIT_SECONDS) * SECOND_MS)
}

export interface Earlier {
  action: Action
  state: DeliveryState
  attempts: number
}

/**
 * What a change of the public entry asks of one platform, given all that it was told or owed before. `fold`: what is set
 * aside of that, `untried` also what was refused, `unconfirmed` also what was sent and not answered.
 */
export type Owing = { owe: Action | null; fold: 'nothing' | 'untried' | 'unconfirmed' }

/**
 * Removal goes to every platform that may ever have heard of the entry, and waits for nothing: an addition still on its
 * way is not sent again, for by then the entry stands no longer. An addition and its removal before anything left the hub
 * cancel out.
 */
export const owing = (change: Action, earlier: readonly Earlier[]): Owing => {
  const mayHaveHeard = earlier.some((d) => d.state === 'CONFIRMED' || d.attempts > 0)
  if (change === 'REMOVE') return { owe: mayHaveHeard ? 'REMOVE' : null, fold: 'unconfirmed' }
  if (change === 'CHANGE') return { owe: surelyShows(earlier) ? 'CHANGE' : 'ADD', fold: 'untried' }
  return { owe: 'ADD', fold: 'nothing' }
}

/**
 * Whether it shows the entry once what is on its way has arrived, and what a change sets aside is gone; what was refused or never
 * sent counts for nothing. Where that is open an addition is owed: it is taken where the entry stands, too, but a change of what
 * was removed, or never came, is taken nowhere.
 */
const surelyShows = (earlier: readonly Earlier[]): boolean => {
  const aside = (d: Earlier): boolean => d.state === 'REFUSED' || (d.state === 'OWED' && d.attempts === 0)
  if (earlier.some((d) => d.action === 'ADD' && aside(d))) return false
  // What a person has closed says nothing of what the platform shows, sent or not.
  const last = earlier.findLast(
    (d) => d.state === 'CONFIRMED' || d.state === 'CLOSED' || (d.state !== 'REFUSED' && d.attempts > 0),
  )
  return last !== undefined && last.action !== 'REMOVE' && (last.state === 'CONFIRMED' || last.state === 'OWED')
}
