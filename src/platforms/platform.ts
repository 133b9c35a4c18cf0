/**
 * The description of a credit platform: a format plus a transport, without state or decisions. `work/delivery/push`
 * decides when to send.
 */
import { kindOf, type Meaning, type Notice, type Receipt, type SubjectKind } from '../domain/delivery/delivery.js'

/** This hub's name at every platform. */
export const SENDER = 'jilin-ecommerce-credit-hub'

/** A fault found in an outgoing row before sending. */
export interface Fault {
  field: string
  rule: string
  message: string
}

/** Fault for a kind without a format at the platform. */
export const notCarried = (notice: Notice): Fault => ({
  field: 'kind',
  rule: 'kind',
  message: `该平台不接收此类信息（${kindOf(notice)}）。The platform takes no subject of this kind.`,
})

/** Notices of one kind. */
export interface Batch {
  id: string
  /** ISO instant. */
  sentAt: string
  notices: readonly Notice[]
}

/** Address and credentials of a platform. */
export interface To {
  /** http(s): its service; file: a folder; postgres: an exchange table (前置机). */
  url: string
  secret: string
  signal?: AbortSignal
  /** Displays written before this instant are refused, where the platform states their time. */
  notBefore?: Date
}

/** One subject as a platform displays it under our keys. */
export interface Shown {
  kind: SubjectKind
  key: string
  /** Sequence of the displayed notice; null when the platform does not state it. */
  sequence: number | null
  uscc: string | null
  name: string
}

/** Opening hours in Asia/Shanghai. */
export interface Hours {
  /** HH:MM; `from` is inclusive, `to` exclusive. */
  from: string
  to: string
  workdaysOnly: boolean
}

export interface RuleCode {
  meaning: Meaning
  /** Advice for an officer. */
  zh: string
  en: string
  /** The platform already holds a newer sequence of the subject. */
  newer?: true
}

export interface Platform {
  /** Lower-case permanent id. Settings are named PLATFORM_<ID>_…, and every delivery carries it. */
  id: string
  name: { zh: string; en: string }
  /** Kinds it can receive. */
  kinds: readonly SubjectKind[]
  /** Kinds it receives by default, without those that agencies send to it directly. */
  hears: readonly SubjectKind[]
  /** List kinds that its format carries; null for all. */
  lists: readonly string[] | null
  /** Supported address schemes. */
  ways: readonly ('http:' | 'https:' | 'file:' | 'postgres:' | 'postgresql:')[]
  /** Most notices per call of `send`. */
  batchSize: number
  /** Most calls of `send` per second over all hubs; null for no limit. */
  callsPerSecond: number | null
  /** Opening hours; null for always. */
  hours: Hours | null
  /** Known rule codes. An unknown code means CORRECT. */
  codes: Readonly<Record<string, RuleCode>>
  /** Checks the outgoing row against its schema. Returns [] when valid. */
  check(notice: Notice): Fault[]
  /**
   * Returns one receipt per notice, in order. WAITING means that the answer comes later (folder, table). Throws
   * PLATFORM_UNREACHABLE {reason, retryAfterSeconds?}.
   */
  send(batch: Batch, to: To): Promise<Receipt[]>
  /**
   * Reads everything the platform displays under our keys. Throws PLATFORM_UNREACHABLE, as a `NoDisplay` when there is
   * nothing to read.
   */
  shown(from: To): Promise<Shown[]>
  /**
   * Returns the fate of unanswered notices, one receipt each: NO_RECEIPT when unknown there, WAITING when not judged
   * yet. Without this method notices are simply sent again.
   */
  ask?(notices: readonly Notice[], to: To): Promise<Receipt[]>
}
