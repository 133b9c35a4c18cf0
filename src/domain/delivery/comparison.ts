/** What a platform shows held against what it was told and what is in force: one subject at a time, and all together. Pure. */

import { normalizeName } from '../operators/names.js'
import type { Action } from './delivery.js'

export const FINDINGS = ['MISSING', 'STALE', 'UNWANTED', 'UNKNOWN', 'UNTOLD'] as const
/**
 * MISSING: in force, confirmed and gone. STALE: shown otherwise than was last confirmed. UNWANTED: shown and not in force.
 * UNKNOWN: shown under a key that a restored database does not hold. UNTOLD: in force, not shown, and no addition is confirmed or owed.
 */
export type FindingKind = (typeof FINDINGS)[number]
export type Difference = 'SEQUENCE' | 'USCC' | 'NAME'

/** As the platform displays it; null: it does not tell that. */
export interface ShownAs {
  sequence: number | null
  uscc: string | null
  name: string
}

/** The last message to this platform about the subject that was not set aside. */
export interface ToldLast {
  number: number
  action: Action
  /** OPEN: it, or another before it, is owed or refused, or has changed while the platform was read. */
  state: 'CONFIRMED' | 'CLOSED' | 'OPEN'
  uscc: string | null
  name: string
}

export type Judgement =
  | { what: 'AGREES' | 'ON_ITS_WAY' | 'MISSING' | 'UNWANTED' | 'UNTOLD' }
  | { what: 'STALE'; differs: Difference[] }

/**
 * `told` null: this platform was never told of it. What is on its way is not judged: the next comparison will find it done. An
 * addition that nobody confirmed is not missing but untold, and what was never told cannot be stale.
 */
export const judge = (standing: boolean, told: ToldLast | null, shown: ShownAs | null): Judgement => {
  if (told?.state === 'OPEN') return { what: 'ON_ITS_WAY' }
  if (!standing) return { what: shown === null ? 'AGREES' : 'UNWANTED' }
  if (told === null || told.action === 'REMOVE') return { what: 'UNTOLD' }
  if (shown === null) return { what: told.state === 'CONFIRMED' ? 'MISSING' : 'UNTOLD' }
  const differs = differences(told, shown)
  return differs.length > 0 && told.state === 'CONFIRMED' ? { what: 'STALE', differs } : { what: 'AGREES' }
}

const differences = (told: ToldLast, shown: ShownAs): Difference[] => [
  ...(shown.sequence !== null && shown.sequence < told.number ? (['SEQUENCE'] as const) : []),
  ...(shown.uscc !== null && shown.uscc !== told.uscc ? (['USCC'] as const) : []),
  ...(shown.name !== '' && normalizeName(shown.name) !== normalizeName(told.name) ? (['NAME'] as const) : []),
]

/** So many may be gone at once whatever the size of the list: a working day of an office that repairs entries. */
const GONE_ALWAYS = 10
/** Beyond that this share of what it had confirmed; on an ordinary night fewer are repaired elsewhere than this. */
const GONE_SHARE = 0.05
/** Of a restored database: all removals since the backup are gone at once, and are to be followed. */
const GONE_SHARE_RESTORED = 0.5

/**
 * Whether so much is absent that it is the platform's outage and not its judgement. Whoever shows nothing at all, of more than
 * one, has lost its list.
 */
export const isOutage = (
  { gone, confirmed, shown }: { gone: number; confirmed: number; shown: number },
  restored: boolean,
): boolean => {
  if (shown === 0 && gone > 1) return true
  return gone > Math.max(GONE_ALWAYS, confirmed * (restored ? GONE_SHARE_RESTORED : GONE_SHARE))
}
