/** Changes in the standing of a marketplace's own sellers, and their retention. */
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
/** SELLERS: the list was replaced. Later changes concern the sellers of the new one. */
export type ChangeKind = (typeof WHATS)[number]

/**
 * Version of the change object in stream, pages and webhooks. 2: entries as in `/v1/standings`; before it there was no version. Raise it
 * when a member goes or changes meaning, not for new members.
 */
export const CHANGE_VERSION = 2

/** A client absent for longer starts again from the standings. */
export const RETAINED_DAYS = 30
const DAY_MS = 86_400_000

export const retainedSince = (now: Date): Date => new Date(now.getTime() - RETAINED_DAYS * DAY_MS)

/** Changes `erased` + 1 to `last` of a marketplace are available. */
export interface RetainedChanges {
  erased: number
  last: number
}

/** True when everything after a number is available. A number beyond the last comes from another database. */
export const follows = ({ erased, last }: RetainedChanges, after: number): boolean => erased <= after && after <= last

export interface StandingChange {
  version: typeof CHANGE_VERSION
  /** Counted per marketplace from 1, without gaps. */
  sequence: number
  /** Time of numbering, a second or two after the change. */
  at: Date
  /** Code on the marketplace's list; null when the list was replaced. */
  code: string | null
  what: readonly ChangeKind[]
  /** The standing at delivery time, so a late change is never outdated. Null when the list was replaced. */
  standing: Standing | null
}

/** Sorts by importance. */
export const inOrder = (what: readonly string[]): ChangeKind[] => WHATS.filter((one) => what.includes(one))
