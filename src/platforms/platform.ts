import type { Notice, Receipt, ReceiptCodeMeaning, SubjectKind } from '../domain/delivery/delivery.js'

import type { OpenHours } from '../domain/delivery/receiver-hours.js'

export const SENDER_NAME = 'jilin-ecommerce-credit-hub'

export interface FormatFault {
  field: string
  rule: string
  message: string
}

export interface NoticeBatch {
  id: string
  sentAt: string
  notices: readonly Notice[]
}

export interface PlatformAddress {
  /** http(s): service; file: folder; postgres: exchange table (前置机). */
  url: string
  secret: string
  signal?: AbortSignal
  /** Displayed lists that are older than this are refused. */
  notBefore?: Date
}

export interface DisplayedSubject {
  kind: SubjectKind
  key: string
  /** Missing when the platform states no sequence. */
  sequence: number | null
  uscc: string | null
  name: string
}

export interface ConfiguredPlatform {
  platform: Platform
  url: string
  secret: string
}

export interface RuleCode {
  meaning: ReceiptCodeMeaning
  zh: string
  en: string
  /** The platform already holds a newer sequence. */
  newer?: true
}

export interface Platform {
  /** Never changed: settings are named PLATFORM_<ID>_…. */
  id: string
  name: { zh: string; en: string }
  kinds: readonly SubjectKind[]
  /** Kinds sent by default. Agencies send the others directly. */
  hears: readonly SubjectKind[]
  lists: readonly string[] | null
  ways: readonly ('http:' | 'https:' | 'file:' | 'postgres:' | 'postgresql:')[]
  batchSize: number
  /** All hubs share this limit; null for none. */
  callsPerSecond: number | null
  hours: OpenHours | null
  /** Any other code means CORRECT: a person must correct the row. */
  codes: Readonly<Record<string, RuleCode>>
  check(notice: Notice): FormatFault[]
  /**
   * One receipt per notice, in order; WAITING when the answer comes later. Throws PLATFORM_UNREACHABLE {reason,
   * retryAfterSeconds?}.
   */
  send(batch: NoticeBatch, to: PlatformAddress): Promise<Receipt[]>
  /** Throws PLATFORM_UNREACHABLE, as `NoDisplayRefusal` if no list is displayed. */
  shown(from: PlatformAddress): Promise<DisplayedSubject[]>
  /** NO_RECEIPT for an unknown notice, WAITING for an unjudged one. Without `ask`, notices are sent again. */
  ask?(notices: readonly Notice[], to: PlatformAddress): Promise<Receipt[]>
}
