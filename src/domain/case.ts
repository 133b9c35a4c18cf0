/** A case: one listing decided here, as far as it has come, and the acts that carry it on. Shapes only. */
import type { Calendar } from './calendar.js'
import type { ListKind, RemovalReason } from './lists.js'
import type { Role as ViewerRole } from './viewer.js'

export const STATES = [
  'LEAD',
  'PROPOSED',
  'NOTIFIED',
  'DEFENCE',
  'HEARING',
  'REVIEWED',
  'CONSENTED',
  'DECIDED',
  'SERVED',
  'PUBLISHED',
  'REPAIR_APPLIED',
  'HIDDEN',
  'REMOVED',
  'NOT_LISTED',
] as const
export type State = (typeof STATES)[number]

/** The roles of tokens, and the clock for what the law does by itself. */
export type Role = ViewerRole | 'clock'

/** Days are YYYY-MM-DD. */
export interface Case {
  /** null: nothing has happened yet. */
  state: State | null
  list: string
  operator: number
  proposedBy: string | null
  decisionHeavy: boolean | null
  decisionLinked: boolean
  /** The day of the linked decision. */
  decisionOn: string | null
  notifiedOn: string | null
  /** The last day on which the party may still speak. */
  defenceUntil: string | null
  /** The party has said something that nobody has answered. */
  defenceOpen: boolean
  decidedOn: string | null
  servedOn: string | null
  publishedOn: string | null
  /** The day on which its term is complete, and from which it no longer stands. */
  endsOn: string | null
  /** The legal day of the last move: days never run backwards. */
  lastOn: string | null
}

export const newCase = (list: string, operator: number): Case => ({
  state: null,
  list,
  operator,
  proposedBy: null,
  decisionHeavy: null,
  decisionLinked: false,
  decisionOn: null,
  notifiedOn: null,
  defenceUntil: null,
  defenceOpen: false,
  decidedOn: null,
  servedOn: null,
  publishedOn: null,
  endsOn: null,
  lastOn: null,
})

export interface Act {
  /** Who (`sub`); "another person" is another `sub`. */
  by: string
  role: Role
  /** The legal day of the act, not after today. */
  on: string
  today: string
  documentNumber?: string
  reason?: string
  text?: string
  /** The party has waived the rest of its defence, in the document named. */
  waived?: boolean
  /** The linked decision imposes a heavier penalty. */
  heavy?: boolean
  /** The day of the linked decision. */
  decisionOn?: string
  removal?: RemovalReason
}

export interface Rules {
  list: ListKind
  calendar: Calendar
}
