/**
 * Doors out: what every credit platform is, and what it may be told. A platform is a description plus a format and a
 * transport; it keeps nothing and decides nothing. When to send, and when to send again, is `work/delivery/push`'s.
 */
import { kindOf, type Meaning, type Notice, type Receipt, type SubjectKind } from '../domain/delivery/delivery.js'

/** The name under which every platform knows this hub. */
export const SENDER = 'jilin-ecommerce-credit-hub'

/** One fault found in an outgoing row before it leaves. */
export interface Fault {
  field: string
  rule: string
  message: string
}

/** A kind of subject for which the platform has no format. */
export const notCarried = (notice: Notice): Fault => ({
  field: 'kind',
  rule: 'kind',
  message: `该平台不接收此类信息（${kindOf(notice)}）。The platform takes no subject of this kind.`,
})

/** Notices of one kind of subject. */
export interface Batch {
  id: string
  /** ISO instant. */
  sentAt: string
  notices: readonly Notice[]
}

/** Where a platform is, and what opens its door. */
export interface To {
  /** http(s): its service; file: a folder; postgres: an exchange table (前置机). */
  url: string
  secret: string
  signal?: AbortSignal
  /** A display that was written before this instant is of no use; heeded where the platform tells when it was. */
  notBefore?: Date
}

/** One subject as a platform displays it under our keys. */
export interface Shown {
  kind: SubjectKind
  key: string
  /** That of the notice which it shows; null where the platform does not tell it. */
  sequence: number | null
  uscc: string | null
  name: string
}

/** When it takes messages, by its own wall clock (Asia/Shanghai). */
export interface Hours {
  /** HH:MM, inclusive and exclusive. */
  from: string
  to: string
  workdaysOnly: boolean
}

/** One of a platform's rule codes. */
export interface RuleCode {
  meaning: Meaning
  /** What a person can do about it. */
  zh: string
  en: string
  /** It says that the platform holds a later number of the same subject than the one that it was told. */
  newer?: true
}

export interface Platform {
  /** Small letters; its settings are PLATFORM_<ID>_…, and every delivery bears it for good. */
  id: string
  name: { zh: string; en: string }
  /** What it can be told of. */
  kinds: readonly SubjectKind[]
  /** Of these, what it is told unless configured otherwise: not what it already hears from the agency itself. */
  hears: readonly SubjectKind[]
  /** Kinds of list that its format carries; null: every one. */
  lists: readonly string[] | null
  /** How its address may begin: by which of these it is reached. */
  ways: readonly ('http:' | 'https:' | 'file:' | 'postgres:' | 'postgresql:')[]
  /** Notices in one call of `send`, at most. */
  batchSize: number
  /** Calls of `send` a second at most, over all hubs; null: it names no limit. */
  callsPerSecond: number | null
  /** Null: at any time. */
  hours: Hours | null
  /** Codes that are known; another one is CORRECT. */
  codes: Readonly<Record<string, RuleCode>>
  /** Holds the outgoing row against its schema before it leaves; [] = good. */
  check(notice: Notice): Fault[]
  /**
   * One receipt per notice, in the order of the notices; WAITING where the answer comes later (a folder, an exchange table). Refuses
   * with PLATFORM_UNREACHABLE {reason, retryAfterSeconds?}.
   */
  send(batch: Batch, to: To): Promise<Receipt[]>
  /**
   * Reads back what the platform displays under our keys, whole. Refuses with PLATFORM_UNREACHABLE, as a
   * `NoDisplay` where there is nothing to read.
   */
  shown(from: To): Promise<Shown[]>
  /**
   * What became of notices that were sent and never answered, one receipt each, in their order: NO_RECEIPT where the platform
   * knows nothing of it, WAITING where it has it and has not judged it yet. Absent: it cannot be asked; the same notice is sent again.
   */
  ask?(notices: readonly Notice[], to: To): Promise<Receipt[]>
}
