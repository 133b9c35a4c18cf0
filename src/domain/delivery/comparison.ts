import { normalizeName } from '../operators/names.js'
import type { NoticeAction } from './delivery.js'

/**
 * MISSING: confirmed, not shown. STALE: shown differently. UNWANTED: shown, not in force. UNKNOWN: shown under a key that
 * a restored database lacks. UNTOLD: not shown, and no addition confirmed or to be sent.
 */
export type DiscrepancyKind = 'MISSING' | 'STALE' | 'UNWANTED' | 'UNKNOWN' | 'UNTOLD'
export type DisplayDifference = 'SEQUENCE' | 'USCC' | 'NAME'

export interface DisplayedValues {
  sequence: number | null
  uscc: string | null
  name: string
}

export interface LastDelivery {
  number: number
  action: NoticeAction
  /** OPEN: this or an earlier delivery is unconfirmed or refused, or changed while the platform's display was read. */
  state: 'CONFIRMED' | 'CLOSED' | 'OPEN'
  uscc: string | null
  name: string
}

type SubjectJudgement =
  | { what: 'AGREES' | 'ON_ITS_WAY' | 'MISSING' | 'UNWANTED' | 'UNTOLD' }
  | { what: 'STALE'; differs: DisplayDifference[] }

/**
 * `told` is null when the platform never received the subject. An addition that a person closed is UNTOLD, not
 * MISSING.
 */
export const judgeDisplay = (
  standing: boolean,
  told: LastDelivery | null,
  shown: DisplayedValues | null,
): SubjectJudgement => {
  if (told?.state === 'OPEN') return { what: 'ON_ITS_WAY' }
  if (!standing) return { what: shown === null ? 'AGREES' : 'UNWANTED' }
  if (told === null || told.action === 'REMOVE') return { what: 'UNTOLD' }
  if (shown === null) return { what: told.state === 'CONFIRMED' ? 'MISSING' : 'UNTOLD' }
  const differs = differences(told, shown)
  return differs.length > 0 && told.state === 'CONFIRMED' ? { what: 'STALE', differs } : { what: 'AGREES' }
}

const differences = (told: LastDelivery, shown: DisplayedValues): DisplayDifference[] => [
  ...(shown.sequence !== null && shown.sequence < told.number ? (['SEQUENCE'] as const) : []),
  ...(shown.uscc !== null && shown.uscc.toUpperCase() !== told.uscc ? (['USCC'] as const) : []),
  ...(shown.name !== '' && normalizeName(shown.name) !== normalizeName(told.name) ? (['NAME'] as const) : []),
]

/** This many missing entries are no outage: an office may repair that many in a working day. */
const GONE_ALWAYS = 10
/** A larger missing share of the confirmed entries is an outage. */
const GONE_SHARE = 0.05
/** Replaces GONE_SHARE after a restore, when all removals since the backup appear at once. */
const GONE_SHARE_RESTORED = 0.5

export const isOutage = (
  { gone, confirmed, shown }: { gone: number; confirmed: number; shown: number },
  restored: boolean,
): boolean => {
  if (shown === 0 && gone > 1) return true
  return gone > Math.max(GONE_ALWAYS, confirmed * (restored ? GONE_SHARE_RESTORED : GONE_SHARE))
}
