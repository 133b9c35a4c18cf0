import { isBlacklist, type ListKind } from '../listing/lists.js'
import { publicCode, publicName } from '../listing/public-name.js'
import type { StandingEntry } from './standing-entry.js'

export const CEASED_STATUSES: ReadonlySet<string> = new Set(['DEREGISTERED', 'CANCELLED', 'MOVED_OUT'])

/** An answer for a future day is stale, because data may change by then. */
export const freshnessOn = (freshness: Freshness, asOf: string, today: string): Freshness =>
  asOf > today ? { ...freshness, stale: true } : freshness

/** The answer was true at `asOf`. It is `stale` when its feed is older than allowed. */
export interface Freshness {
  asOf: Date
  stale: boolean
}

export interface Standing extends Freshness {
  uscc: string | null
  name: string | null
  status: 'KNOWN' | 'UNKNOWN' | 'CEASED'
  grade: 'A' | 'B' | 'C' | 'D' | null
  score: number | null
  /** A reason of the score is contested. */
  objected: boolean
  listed: boolean
  listings: StandingEntry[]
}

export interface StandingFacts {
  uscc: string | null
  name: string | null
  status: string
  grade: Standing['grade']
  score: number | null
  objected: boolean
  /** True when the file is hidden from viewers who may not see removed data. */
  forgotten: boolean
  entries: readonly StandingEntry[]
}

const UNKNOWN: Omit<Standing, keyof Freshness> = {
  uscc: null,
  name: null,
  status: 'UNKNOWN',
  grade: null,
  score: null,
  objected: false,
  listed: false,
  listings: [],
}

/** Grade and score are shown for the viewer's own seller (`own`) only. */
export const standingForViewer = (
  known: StandingFacts | null,
  { own, lists, freshness }: { own: boolean; lists: readonly ListKind[]; freshness: Freshness },
): Standing => {
  if (known === null) return { ...UNKNOWN, ...freshness }
  const graded = own && !known.forgotten
  return {
    uscc: publicCode(known.uscc),
    name: publicName(known.name),
    status: CEASED_STATUSES.has(known.status) ? 'CEASED' : 'KNOWN',
    grade: graded ? known.grade : null,
    score: graded ? known.score : null,
    objected: graded && known.objected,
    listed: known.entries.some(({ kind }) => isBlacklist(lists, kind)),
    listings: [...known.entries],
    ...freshness,
  }
}
