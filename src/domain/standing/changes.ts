import type { Standing } from './standing.js'

const WHATS = [
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
/** SELLERS: the marketplace changed its list of sellers; later changes concern the new list. */
export type ChangeKind = (typeof WHATS)[number]

/** Version of a change message. Raise it when a member is removed or changes meaning. */
export const CHANGE_MESSAGE_VERSION = 2

/** A client absent for longer must fetch the standings again. */
export const CHANGES_RETAINED_DAYS = 30
const DAY_MS = 86_400_000

export const findRetentionStart = (now: Date): Date => new Date(now.getTime() - CHANGES_RETAINED_DAYS * DAY_MS)

export interface RetainedChanges {
  erased: number
  last: number
}

/** True when every change after `after` is available. A number beyond `last` comes from another database. */
export const hasEveryChangeAfter = ({ erased, last }: RetainedChanges, after: number): boolean =>
  erased <= after && after <= last

export interface StandingChange {
  version: typeof CHANGE_MESSAGE_VERSION
  /** Counted per marketplace, without gaps. */
  sequence: number
  /** Instant at which the change was numbered, usually a second or two after it. */
  at: Date
  /** SELLERS has none. */
  code: string | null
  what: readonly ChangeKind[]
  /** The standing at delivery time, so a late change is never outdated. */
  standing: Standing | null
}

export const sortChangeKinds = (what: readonly string[]): ChangeKind[] => WHATS.filter((one) => what.includes(one))
