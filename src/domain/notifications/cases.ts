/** What a case waits for, and from whom. */

import type { Role } from '../access/viewer.js'
import { addWorkdays, type Calendar } from '../calendar/calendar.js'
import type { Case, CaseAct, MoveRules } from '../listing/case.js'
import type { DeadlineName } from '../listing/deadlines.js'
import { needsConsent } from '../listing/lists.js'
import { MOVES, type MoveName } from '../listing/moves.js'

export interface WaitingStep {
  move: MoveName
  roles: readonly Role[]
  notBy: string | null
}

export const WAITING_STATES = [
  'LEAD',
  'PROPOSED',
  'NOTIFIED',
  'DEFENCE',
  'HEARING',
  'REVIEWED',
  'CONSENTED',
  'DECIDED',
  'SERVED',
  'REPAIR_APPLIED',
  'HIDDEN',
] as const

const DEADLINE_MOVES: Record<DeadlineName, MoveName> = {
  DEFENCE: 'reviewListing',
  PUBLICATION: 'publishListing',
  HIDING_CONFIRMATION: 'confirmHiding',
  REPAIR_ACCEPTANCE: 'acceptRepair',
  REPAIR_DECISION: 'removeListing',
  WITHDRAWAL: 'removeListing',
}
const DEADLINE_TITLES: Record<DeadlineName, string> = {
  DEFENCE: '陈述申辩',
  PUBLICATION: '公示',
  HIDING_CONFIRMATION: '确认暂停公示',
  REPAIR_ACCEPTANCE: '受理修复申请',
  REPAIR_DECISION: '作出修复决定',
  WITHDRAWAL: '各信用平台撤下移出的记录',
}
/** A deadline is told this many working days ahead. */
const AHEAD_WORKDAYS = 2

export const lastDayToldOf = (calendar: Calendar, today: string): string =>
  addWorkdays(calendar, today, AHEAD_WORKDAYS).date

export const titleOfDeadline = (name: DeadlineName): string => DEADLINE_TITLES[name]

const personRoles = (move: MoveName): Role[] => MOVES[move].roles.filter((role) => role !== 'clock')

export const rolesOfDeadline = (name: DeadlineName): Role[] => personRoles(DEADLINE_MOVES[name])

export const titleOfMove = (move: MoveName): string => (move === 'removeListing' ? '作出修复决定' : MOVES[move].zh)

/** Null while the case waits for nobody of the office: a term runs, or it is over. */
export const findWaitingStep = (before: Case, rules: MoveRules, today: string): WaitingStep | null => {
  const move = NEXT[before.state ?? 'REMOVED']?.(before, rules, today) ?? null
  if (move === null || isTooEarly(move, before, rules, today)) return null
  const notBy = { reviewListing: before.proposedBy, confirmHiding: before.hiding?.by }[move as string] ?? null
  return { move, roles: personRoles(move), notBy: notBy === 'clock' ? null : notBy }
}

type NextMove = (before: Case, rules: MoveRules, today: string) => MoveName | null

const afterNotice: NextMove = ({ defenceOpen, hearingAsked, hearingOn }) => {
  if (defenceOpen) return 'answerDefence'
  return hearingAsked && hearingOn === null ? 'holdHearing' : 'reviewListing'
}

const NEXT: Partial<Record<NonNullable<Case['state']>, NextMove>> = {
  LEAD: ({ decisionLinked }) => (decisionLinked ? 'proposeListing' : 'linkDecision'),
  PROPOSED: () => 'notifyListing',
  NOTIFIED: afterNotice,
  DEFENCE: afterNotice,
  HEARING: afterNotice,
  REVIEWED: ({ level }, { list }, today) => (needsConsent(list, level, today) ? 'consentListing' : 'decideListing'),
  CONSENTED: () => 'decideListing',
  DECIDED: () => 'serveListing',
  SERVED: () => 'publishListing',
  REPAIR_APPLIED: ({ repair }) => (repair?.acceptedOn == null ? 'acceptRepair' : 'removeListing'),
  HIDDEN: ({ hiding }) => (hiding !== null && hiding.confirmedBy === null ? 'confirmHiding' : null),
}

const TIMED: readonly MoveName[] = ['reviewListing', 'publishListing']

/** A guard that names a later day says that a term still runs. */
const isTooEarly = (move: MoveName, before: Case, rules: MoveRules, today: string): boolean => {
  const act: CaseAct = { by: '', role: 'officer', on: today, today }
  return (
    TIMED.includes(move) &&
    (MOVES[move].guards ?? []).some((guard) => {
      const denied = guard(before, act, rules)
      return denied !== null && typeof denied === 'object' && denied.from > today
    })
  )
}
