/** Changes of what a marketplace sees of one of its own sellers: what may change, how it is told, for how long it is kept. Pure. */
import type { Standing } from './standing-seen.js'

export const WHATS = [
  'ENTRY_REMOVED',
  'ENTRY_ADDED',
  'ENTRY_CHANGED',
  'STATUS',
  'CODE',
  'NAME',
  'GRADE',
  'OBJECTION',
  'SELLERS',
] as const
/** SELLERS: the list itself was replaced, and from here on the sellers of the new one are heard of. */
export type What = (typeof WHATS)[number]

/**
 * Version of the shape of a change, in the stream, in a page and in a webhook's data. 2: entries as `/v1/standings` tells them; the
 * shape before it had no version. It is raised when a member goes or means something else, never for a member that is added.
 */
export const CHANGE_VERSION = 2

/** Whoever was away for longer begins anew, from the standings themselves. */
export const RETAINED_DAYS = 30
const DAY_MS = 86_400_000

/** What was numbered before is past its time. */
export const retainedSince = (now: Date): Date => new Date(now.getTime() - RETAINED_DAYS * DAY_MS)

/** Of one marketplace: changes `erased` + 1 to `last` are there. */
export interface Reach {
  erased: number
  last: number
}

/** Whether all that follows a number is there. One beyond the last is another database's: what follows it nobody knows. */
export const follows = ({ erased, last }: Reach, after: number): boolean => erased <= after && after <= last

/** One change as its marketplace is told of it. */
export interface Change {
  version: typeof CHANGE_VERSION
  /** Counted for each marketplace from 1, without a gap. */
  sequence: number
  /** When it was numbered, a second or two after it became true. */
  at: Date
  /** As on its list; null where the list itself was replaced. */
  code: string | null
  what: readonly What[]
  /** As it is when it is told: a change that is told late tells nothing old. Null where the list was replaced. */
  standing: Standing | null
}

/** What happened in the order in which it matters. */
export const inOrder = (what: readonly string[]): What[] => WHATS.filter((one) => what.includes(one))
