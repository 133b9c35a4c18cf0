/** Reconciliation: compares a platform's display with what it confirmed and with what is in force, first per subject, then as a whole. */

import { normalizeName } from '../operators/names.js'
import type { Action } from './delivery.js'

export const FINDINGS = ['MISSING', 'STALE', 'UNWANTED', 'UNKNOWN', 'UNTOLD'] as const
/**
 * MISSING: in force and confirmed, but not shown. STALE: shown differently from the last confirmation. UNWANTED: shown but not in force.
 * UNKNOWN: shown under a key that a restored database does not hold. UNTOLD: in force, not shown, and no addition is confirmed or owed.
 */
export type FindingKind = (typeof FINDINGS)[number]
export type DisplayDifference = 'SEQUENCE' | 'USCC' | 'NAME'

/** Values that the platform does not display are null. */
export interface DisplayedValues {
  sequence: number | null
  uscc: string | null
  name: string
}

/** The last delivery to this platform about the subject that was not folded away. */
export interface LastDelivery {
  number: number
  action: Action
  /** OPEN: this or an earlier delivery is owed or refused, or changed while the platform was being read. */
  state: 'CONFIRMED' | 'CLOSED' | 'OPEN'
  uscc: string | null
  name: string
}

export type Judgement =
  | { what: 'AGREES' | 'ON_ITS_WAY' | 'MISSING' | 'UNWANTED' | 'UNTOLD' }
  | { what: 'STALE'; differs: DisplayDifference[] }

/**
 * `told` is null when the platform never received the subject. Deliveries in flight are left to the next comparison. An unconfirmed
 * addition is untold rather than missing, and an untold subject cannot be stale.
 */
export const judge = (standing: boolean, told: LastDelivery | null, shown: DisplayedValues | null): Judgement => {
  if (told?.state === 'OPEN') return { what: 'ON_ITS_WAY' }
  if (!standing) return { what: shown === null ? 'AGREES' : 'UNWANTED' }
  if (told === null || told.action === 'REMOVE') return { what: 'UNTOLD' }
  if (shown === null) return { what: told.state === 'CONFIRMED' ? 'MISSING' : 'UNTOLD' }
  const differs = differences(told, shown)
  return differs.length > 0 && told.state === 'CONFIRMED' ? { what: 'STALE', differs } : { what: 'AGREES' }
}

const differences = (told: LastDelivery, shown: DisplayedValues): DisplayDifference[] => [
  ...(shown.sequence !== null && shown.sequence < told.number ? (['SEQUENCE'] as const) : []),
  ...(shown.uscc !== null && shown.uscc !== told.uscc ? (['USCC'] as const) : []),
  ...(shown.name !== '' && normalizeName(shown.name) !== normalizeName(told.name) ? (['NAME'] as const) : []),
]

/** This many may disappear at once whatever the size of the list: a working day of an office that repairs entries. */
const GONE_ALWAYS = 10
/** Above GONE_ALWAYS, the tolerated share of confirmed entries. Fewer are repaired elsewhere on an ordinary night. */
const GONE_SHARE = 0.05
/** Share for a restored database, where all removals since the backup appear at once and must be followed. */
const GONE_SHARE_RESTORED = 0.5

/** True when so much is absent that the platform has an outage. An empty display with more than one confirmed entry is one. */
export const isOutage = (
  { gone, confirmed, shown }: { gone: number; confirmed: number; shown: number },
  restored: boolean,
): boolean => {
  if (shown === 0 && gone > 1) return true
  return gone > Math.max(GONE_ALWAYS, confirmed * (restored ? GONE_SHARE_RESTORED : GONE_SHARE))
}
