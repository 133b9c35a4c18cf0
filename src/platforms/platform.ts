/** A platform is a format plus a transport, without state. */
import { type CodeMeaning, kindOf, type Notice, type Receipt, type SubjectKind } from '../domain/delivery/delivery.js'

/** This hub's name at every platform. */
export const SENDER = 'jilin-ecommerce-credit-hub'

export interface FormatFault {
  field: string
  rule: string
  message: string
}

export const notCarried = (notice: Notice): FormatFault => ({
  field: 'kind',
  rule: 'kind',
  message: `该平台不接收此类信息（${kindOf(notice)}）。The platform takes no subject of this kind.`,
})

export interface NoticeBatch {
  id: string
  /** ISO instant. */
  sentAt: string
  notices: readonly Notice[]
}

export interface PlatformAddress {
  /** http(s): service; file: folder; postgres: exchange table (前置机). */
  url: string
  secret: string
  signal?: AbortSignal
  /** Displays written earlier are refused, if they state their time. */
  notBefore?: Date
}

export interface DisplayedSubject {
  kind: SubjectKind
  key: string
  /** Is null when not stated. */
  sequence: number | null
  uscc: string | null
  name: string
}

/** Asia/Shanghai. */
interface PlatformHours {
  /** HH:MM; `from` is inclusive, `to` exclusive. */
  from: string
  to: string
  workdaysOnly: boolean
}

export interface RuleCode {
  meaning: CodeMeaning
  zh: string
  en: string
  /** The platform holds a newer sequence. */
  newer?: true
}

export interface Platform {
  /** Permanent; settings are named PLATFORM_<ID>_…. */
  id: string
  name: { zh: string; en: string }
  kinds: readonly SubjectKind[]
  /** Default kinds, without those that agencies send directly. */
  hears: readonly SubjectKind[]
  /** Is null for all. */
  lists: readonly string[] | null
  ways: readonly ('http:' | 'https:' | 'file:' | 'postgres:' | 'postgresql:')[]
  /** Most notices per `send`. */
  batchSize: number
  /** Most `send` calls per second over all hubs; null for no limit. */
  callsPerSecond: number | null
  /** Is null for always. */
  hours: PlatformHours | null
  /** An unknown code means CORRECT. */
  codes: Readonly<Record<string, RuleCode>>
  /** [] when valid. */
  check(notice: Notice): FormatFault[]
  /**
   * Returns one receipt per notice, in order; WAITING when the answer comes later. Throws PLATFORM_UNREACHABLE {reason,
   * retryAfterSeconds?}.
   */
  send(batch: NoticeBatch, to: PlatformAddress): Promise<Receipt[]>
  /** Throws PLATFORM_UNREACHABLE, as `NoDisplay` when there is none. */
  shown(from: PlatformAddress): Promise<DisplayedSubject[]>
  /** NO_RECEIPT when unknown, WAITING when not judged. If absent, notices are sent again. */
  ask?(notices: readonly Notice[], to: PlatformAddress): Promise<Receipt[]>
}
