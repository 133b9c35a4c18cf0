/** What a marketplace sees of a code: what the public does, and of its own sellers score and grade. Pure. */
import type { ListKind } from '../listing/lists.js'
import { publicCode, publicName } from '../listing/public-name.js'
import type { StandingEntry } from './standing-entry.js'

/** States of a registration in which its operator is no more. */
export const CEASED: ReadonlySet<string> = new Set(['DEREGISTERED', 'CANCELLED', 'MOVED_OUT'])

/** As of when an answer is true, and whether that is past the bound of the feed behind it. */
/** Of an answer about a day that has not come: what is known now may have changed by then. */
export const freshOn = (freshness: Freshness, asOf: string, today: string): Freshness =>
  asOf > today ? { ...freshness, stale: true } : freshness

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
  /** A reason of the score rests on a record that is contested now. */
  objected: boolean
  listed: boolean
  listings: StandingEntry[]
}

/** What the store knows of the operator behind a code. */
export interface Known {
  uscc: string | null
  name: string | null
  status: string
  grade: Standing['grade']
  score: number | null
  objected: boolean
  /** The score is not for those who are not told of what was removed. */
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

/** `own`: it is on the list of whoever is told. */
export const standingSeen = (
  known: Known | null,
  { own, lists, freshness }: { own: boolean; lists: readonly ListKind[]; freshness: Freshness },
): Standing => {
  if (known === null) return { ...UNKNOWN, ...freshness }
  const graded = own && !known.forgotten
  const blacklist = ({ kind }: StandingEntry) => lists.some(({ id, blacklist }) => id === kind && blacklist)
  return {
    uscc: publicCode(known.uscc),
    name: publicName(known.name),
    status: CEASED.has(known.status) ? 'CEASED' : 'KNOWN',
    grade: graded ? known.grade : null,
    score: graded ? known.score : null,
    objected: graded && known.objected,
    listed: known.entries.some(blacklist),
    listings: [...known.entries],
    ...freshness,
  }
}
