import type { RecordBody } from '../records/records.js'
import { computeRetryWait, type RetrySchedule } from './retry.js'

export type NoticeAction = 'ADD' | 'CHANGE' | 'REMOVE'

export const SUBJECT_KINDS = ['listing', 'penalty', 'permit'] as const
export type SubjectKind = (typeof SUBJECT_KINDS)[number]

export type Notice = EntryNotice | RecordNotice

interface NoticeHead {
  key: string
  /** A platform ignores a notice with a lower number than the one it holds. */
  sequence: number
  action: NoticeAction
  /** Why platforms must remove the subject; null while they show it. */
  removal: { reason: string; reasonText: string; documentNumber: string | null; removedOn: string } | null
}

export interface EntryNotice extends NoticeHead {
  /** Absent in older notices, which were all about entries. */
  kind?: 'listing'
  list: string
  listName: string
  operator: { uscc: string | null; name: string; regNo: string | null }
  reason: string
  basis: string
  authority: string
  /** Division code, at most six characters. */
  authorityCode: string
  documentNumber: string
  decidedOn: string
  publishedOn: string
  endsOn: string | null
  /** True while the entry is under objection. Absent in older notices. */
  contested?: boolean
}

export interface RecordNotice extends NoticeHead {
  kind: 'penalty' | 'permit'
  operator: { uscc: string | null; name: string; regNo: string | null; orgCode: string | null }
  /** Body by schema/records/<kind>.json, with personal data masked. */
  body: RecordBody
}

export type UnnumberedNotice = Notice extends infer N
  ? N extends Notice
    ? Omit<N, 'sequence' | 'action'>
    : never
  : never

export const subjectKindOf = (notice: Notice): SubjectKind => notice.kind ?? 'listing'
export const batchKindOf = ([first]: readonly Notice[]): SubjectKind => (first ? subjectKindOf(first) : 'listing')
export const isEntryNotice = (notice: Notice): notice is EntryNotice => subjectKindOf(notice) === 'listing'

export const dispatchByKind =
  <T>(
    listing: (notice: EntryNotice) => T,
    penalty: (notice: RecordNotice) => T,
    permit: (notice: RecordNotice) => T,
  ): ((notice: Notice) => T) =>
  (notice) => {
    if (isEntryNotice(notice)) return listing(notice)
    return notice.kind === 'penalty' ? penalty(notice) : permit(notice)
  }

export interface PlatformSubjects {
  id: string
  kinds: readonly SubjectKind[]
  /** Kinds of list received; null for all. */
  lists: readonly string[] | null
}

export const receivesSubject = ({ kinds, lists }: PlatformSubjects, kind: SubjectKind, list?: string): boolean =>
  kinds.includes(kind) && (kind !== 'listing' || lists === null || (list !== undefined && lists.includes(list)))

/** CORRECT: a person must correct the row. LATER: the row is sent again. */
export type ReceiptCodeMeaning = 'ACCEPTED' | 'CORRECT' | 'LATER'

/** The answer omits the row. Sending it again is harmless. */
export const NO_RECEIPT_CODE = 'NO_RECEIPT'
/** Held without a verdict: the hub asks again and does not resend. */
export const WAITING_CODE = 'WAITING'

export interface Receipt {
  key: string
  accepted: boolean
  code: string
  text: string
  field: string | null
  value: string | null
  receiverId: string | null
}

export const makeReceipt = (key: string, code: string, text: string, more: Partial<Receipt> = {}): Receipt => ({
  key,
  accepted: false,
  code,
  text,
  field: null,
  value: null,
  receiverId: null,
  ...more,
})

/**
 * OWED: not yet confirmed. FOLDED: replaced by a later message. CLOSED: by a named officer, unconfirmed, with a reason.
 */
export type DeliveryState = 'OWED' | 'CONFIRMED' | 'REFUSED' | 'FOLDED' | 'CLOSED'

/** Until a receiver has applied a message, its display proves nothing. */
export const MESSAGE_SETTLES_SECONDS = 60

/**
 * GONE: the display, read MESSAGE_SETTLES_SECONDS later, lacks the subject. NO_DISPLAY: the removal is sent again.
 * CONFIRMED_TWICE: that one was confirmed too. SHOWN: a later delivery removes it again. REPLACED: by a later delivery
 * before the check.
 */
export type RemovalCheckResult = 'GONE' | 'NO_DISPLAY' | 'CONFIRMED_TWICE' | 'SHOWN' | 'REPLACED'

const WAIT_SECONDS: RetrySchedule = { first: 2, longest: 3_600 }
const SECOND_MS = 1_000

export const scheduleNextDeliveryTry = (attempts: number, now: Date, spread: number): Date => {
  const seconds = Math.min(computeRetryWait(WAIT_SECONDS, attempts, spread), WAIT_SECONDS.longest)
  return new Date(now.getTime() + seconds * SECOND_MS)
}

export interface PriorDelivery {
  action: NoticeAction
  state: DeliveryState
  attempts: number
}

/**
 * `fold`: earlier deliveries that the message replaces. `untried`: unsent or refused ones. `unconfirmed`: also those sent
 * but unanswered.
 */
export type OwedAction = { owe: NoticeAction | null; fold: 'nothing' | 'untried' | 'unconfirmed' }

/** A removal replaces a pending addition. If that was never sent, neither is the removal. */
export const decideRequiredDelivery = (change: NoticeAction, earlier: readonly PriorDelivery[]): OwedAction => {
  const mayHaveHeard = earlier.some((d) => d.state === 'CONFIRMED' || d.attempts > 0)
  if (change === 'REMOVE') return { owe: mayHaveHeard ? 'REMOVE' : null, fold: 'unconfirmed' }
  if (change === 'CHANGE') return { owe: surelyShows(earlier) ? 'CHANGE' : 'ADD', fold: 'untried' }
  return { owe: 'ADD', fold: 'nothing' }
}

/** Platforms accept additions of existing entries, but refuse changes of missing ones. */
const surelyShows = (earlier: readonly PriorDelivery[]): boolean => {
  const aside = (d: PriorDelivery): boolean => d.state === 'REFUSED' || (d.state === 'OWED' && d.attempts === 0)
  if (earlier.some((d) => d.action === 'ADD' && aside(d))) return false
  // A delivery closed by a person says nothing about what the platform shows.
  const last = earlier.findLast(
    (d) => d.state === 'CONFIRMED' || d.state === 'CLOSED' || (d.state !== 'REFUSED' && d.attempts > 0),
  )
  return last !== undefined && last.action !== 'REMOVE' && (last.state === 'CONFIRMED' || last.state === 'OWED')
}
