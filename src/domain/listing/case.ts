/** A case: one listing decided here, as far as it has come, and the acts that carry it on. Shapes only. */

import type { Role as ViewerRole } from '../access/viewer.js'
import type { Calendar } from '../calendar/calendar.js'
import type { Level } from '../operators/places.js'
import type { ListKind, RemovalReason } from './lists.js'
import type { ClockRules } from './publication-clocks.js'

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

/** What a listing rests on: a heavier penalty, or (order 44 article 11) an administrative decision not performed. */
export const GROUNDS = ['HEAVIER_PENALTY', 'DECISION_NOT_PERFORMED'] as const
export type Ground = (typeof GROUNDS)[number]

/** How a document reached the party; a public notice takes effect after its days. */
export const SERVICES = ['DIRECT', 'POST', 'ELECTRONIC', 'PUBLIC_NOTICE'] as const
export type Service = (typeof SERVICES)[number]

/** Whose hash a service notes: of the file named with it, of what the case system has issued, or of the hub's own draft. */
export type ServedPaper = 'NAMED' | 'ISSUED' | 'DRAFT'

/** Why an entry is hidden; LOST: a platform no longer knows it, found by reconciling. */
export const HIDINGS = ['ERROR', 'STAY', 'OBJECTION', 'RULING', 'BANKRUPTCY', 'LOST'] as const
export type HidingKind = (typeof HIDINGS)[number]

/** Why somebody is not listed. */
export const NOT_LISTED = ['NO_INTENT', 'BELOW_THRESHOLD', 'DECISION_GONE', 'OTHER'] as const
export type NotListedReason = (typeof NOT_LISTED)[number]

/** Why an entry is restored: repaired on false materials, or the result of its repair itself withdrawn. */
export const RESTORINGS = ['FALSE_MATERIALS', 'RESULT_WITHDRAWN'] as const
export type Restoring = (typeof RESTORINGS)[number]

export interface Hiding {
  by: string
  on: string
  kind: HidingKind
  confirmedBy: string | null
  /** Of the clock's: the run that made it doubtful; absent: none. */
  run?: number
}

export interface Repair {
  appliedOn: string
  acceptedOn: string | null
}

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
  ground: Ground | null
  /** Of the authority that decided; null: its code is not known. */
  level: Level | null
  /** The day on which the notice has reached the party. */
  notifiedOn: string | null
  /** The last day on which the party may still speak. */
  defenceUntil: string | null
  /** The party has said something that nobody has answered. */
  defenceOpen: boolean
  /** Points of the defence so far, and the numbers of those that nobody has answered. */
  points: number
  openPoints: readonly number[]
  /** Of the points those that the party itself made after its days had run out. */
  latePoints: number
  hearingAsked: boolean
  hearingOn: string | null
  consentedOn: string | null
  decidedOn: string | null
  /** The day on which service takes effect: of a public notice after its days. */
  servedOn: string | null
  publishedOn: string | null
  /** Whether a natural person was found to be of age; null: nobody has looked, or it is none. Never public. */
  ofAge: boolean | null
  hiding: Hiding | null
  repair: Repair | null
  /** Why it was removed, or not listed. */
  removal: RemovalReason | null
  notListed: NotListedReason | null
  /** The day of the document that restored it after a repair on false materials: all is counted anew from it; null: from its decision. */
  termFrom: string | null
  /** The day of the last restoration, whatever its reason; null: none. */
  restoredOn: string | null
  /** The day from which it no longer stands: the earliest of its term and the clocks of publication. */
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
  ground: null,
  level: null,
  notifiedOn: null,
  defenceUntil: null,
  defenceOpen: false,
  points: 0,
  openPoints: [],
  latePoints: 0,
  hearingAsked: false,
  hearingOn: null,
  consentedOn: null,
  decidedOn: null,
  servedOn: null,
  publishedOn: null,
  ofAge: null,
  hiding: null,
  repair: null,
  removal: null,
  notListed: null,
  termFrom: null,
  restoredOn: null,
  endsOn: null,
  lastOn: null,
})

/** A case as it was kept before all that is known of cases now. */
export const wholeCase = (kept: Pick<Case, 'list' | 'operator'> & Partial<Case>): Case => {
  const made: Case = { ...newCase(kept.list, kept.operator), ...kept }
  const answered = made.defenceOpen || made.points > 0
  return answered && made.points === 0 ? { ...made, points: 1, openPoints: made.defenceOpen ? [1] : [] } : made
}

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
  ground?: Ground
  level?: Level | null
  removal?: RemovalReason
  service?: Service
  /** Of the document in which the party consented to electronic service. */
  consentNumber?: string
  /** The party asks for a hearing. */
  hearing?: boolean
  /** Number of the point that is answered; not needed where one alone is open. */
  point?: number
  hiding?: HidingKind
  /** Of the clock's: the run that makes it doubtful. */
  run?: number
  notListed?: NotListedReason
  /** Absent: after false materials. */
  restoring?: Restoring
  /** For publication: a natural person is of age. */
  ofAge?: boolean
  /** SHA-256 of the document's file. */
  fileHash?: string
  /** For service: where `fileHash` is from. */
  paper?: ServedPaper
  /** For service: whether the repair notice went with the decision (两书同达); absent: not said. */
  repairNotice?: boolean
}

export interface Rules {
  list: ListKind
  calendar: Calendar
  /** How long each list is shown where: an entry ends here with the earliest. */
  clocks: ClockRules
}
