import type { Role as ViewerRole } from '../access/viewer.js'
import type { Calendar } from '../calendar/calendar.js'
import type { DivisionLevel } from '../operators/places.js'
import type { ListKind, RemovalReason } from './lists.js'
import type { ClockRules } from './publication-clocks.js'

export const CASE_STATES = [
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
export type CaseState = (typeof CASE_STATES)[number]
export const IN_FORCE_STATES: readonly CaseState[] = ['DECIDED', 'SERVED', 'PUBLISHED', 'REPAIR_APPLIED', 'HIDDEN']

export const isCaseOver = (state: string | null): boolean => state === 'REMOVED' || state === 'NOT_LISTED'

export type CaseRole = ViewerRole | 'clock'

/** The two grounds of SAMR order 44, article 11. */
type ListingGround = 'HEAVIER_PENALTY' | 'DECISION_NOT_PERFORMED'

/** LOST: a platform stopped showing the confirmed entry, so the hub hid it until a person decides. */
export type HidingKind = 'ERROR' | 'STAY' | 'OBJECTION' | 'RULING' | 'BANKRUPTCY' | 'LOST'

type NotListedReason = 'NO_INTENT' | 'BELOW_THRESHOLD' | 'DECISION_GONE' | 'OTHER'

interface EntryHiding {
  by: string
  on: string
  kind: HidingKind
  confirmedBy: string | null
  /** The intake run whose records made the hub hide the entry. */
  run?: number
}

export const isHiddenByRun = ({ state, hiding }: Pick<Case, 'state' | 'hiding'>, run: number): boolean =>
  state === 'HIDDEN' && hiding?.by === 'clock' && hiding.run === run && hiding.confirmedBy === null

/** PROPOSAL: to link or propose anew. NOTICE: to notify anew. DEFENCE: to answer, hear or add papers. */
export type ReturnTarget = 'PROPOSAL' | 'NOTICE' | 'DEFENCE'

interface Repair {
  appliedOn: string
  acceptedOn: string | null
}

const BLANK_CASE = {
  state: null as CaseState | null,
  proposedBy: null as string | null,
  decisionHeavy: null as boolean | null,
  decisionLinked: false as boolean,
  decisionOn: null as string | null,
  ground: null as ListingGround | null,
  level: null as DivisionLevel | null,
  notifiedOn: null as string | null,
  defenceUntil: null as string | null,
  defenceOpen: false as boolean,
  points: 0 as number,
  openPoints: [] as readonly number[],
  latePoints: 0 as number,
  hearingAsked: false as boolean,
  hearingOn: null as string | null,
  returned: null as { by: string; on: string; to: ReturnTarget } | null,
  consentedOn: null as string | null,
  decidedOn: null as string | null,
  /** Day on which service takes effect. */
  servedOn: null as string | null,
  publishedOn: null as string | null,
  /** The party is an adult; null: unchecked, or no natural person. Never public. */
  ofAge: null as boolean | null,
  hiding: null as EntryHiding | null,
  repair: null as Repair | null,
  removal: null as RemovalReason | null,
  notListed: null as NotListedReason | null,
  /**
   * Day from which terms count again, after a repair obtained by false materials was revoked; null: from the decision.
   */
  termFrom: null as string | null,
  restoredOn: null as string | null,
  endsOn: null as string | null,
  /** Day of the last move. No later move may be dated before it. */
  lastOn: null as string | null,
}
export type Case = typeof BLANK_CASE & { list: string; operator: number }

export const makeNewCase = (list: string, operator: number): Case => ({ ...BLANK_CASE, list, operator })

export const upgradeStoredCase = (kept: Pick<Case, 'list' | 'operator'> & Partial<Case>): Case => {
  const made: Case = { ...makeNewCase(kept.list, kept.operator), ...kept }
  const answered = made.defenceOpen || made.points > 0
  return answered && made.points === 0 ? { ...made, points: 1, openPoints: made.defenceOpen ? [1] : [] } : made
}

export interface CaseAct {
  /** Token subject of the actor. */
  by: string
  role: CaseRole
  /** The day that counts in law, never after today. */
  on: string
  today: string
  documentNumber?: string
  reason?: string
  text?: string
  /** True when the named document waives the rest of the defence period. */
  waived?: boolean
  heavy?: boolean
  decisionOn?: string
  ground?: ListingGround
  level?: DivisionLevel | null
  removal?: RemovalReason
  service?: 'DIRECT' | 'POST' | 'ELECTRONIC' | 'PUBLIC_NOTICE'
  /** The party consented to electronic service by this document. */
  consentNumber?: string
  hearing?: boolean
  /** Defence point answered; optional when only one is open. */
  point?: number
  hiding?: HidingKind
  returning?: ReturnTarget
  run?: number
  notListed?: NotListedReason
  /** Default: FALSE_MATERIALS. */
  restoring?: 'FALSE_MATERIALS' | 'RESULT_WITHDRAWN'
  ofAge?: boolean
  fileHash?: string
  /** The paper whose hash is recorded. ISSUED: by the case system. */
  paper?: 'NAMED' | 'ISSUED' | 'DRAFT'
  /** The repair notice was served with the decision (两书同达). */
  repairNotice?: boolean
}

export interface MoveRules {
  list: ListKind
  calendar: Calendar
  clocks: ClockRules
}

export const isVisibleToParty = ({ notifiedOn }: Pick<Case, 'notifiedOn'>): boolean => notifiedOn !== null

export const isBeforeNotice = (state: string | null): boolean => state === 'LEAD' || state === 'PROPOSED'

const TOLD: readonly string[] = [
  'notifyListing',
  'recordDefence',
  'answerDefence',
  'holdHearing',
  'decideListing',
  'serveListing',
  'publishListing',
  'hideListing',
  'confirmHiding',
  'unhideListing',
  'applyRepair',
  'acceptRepair',
  'refuseRepair',
  'withdrawRepair',
  'removeListing',
  'restoreListing',
  'dropListing',
]

/** From the notice (告知) on, the listed party sees the steps that concern it, but not which officers took them. */
export const selectStepsForParty = <S extends { move: string }>(steps: readonly S[]): S[] => {
  const notice = steps.findIndex(({ move }) => move === 'notifyListing')
  return notice < 0 ? [] : steps.slice(notice).filter(({ move }) => TOLD.includes(move))
}
