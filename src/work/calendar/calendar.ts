/** Amendments that two persons have confirmed overlay the shipped calendar. */

import {
  applyAmendments,
  type CalendarDays,
  type CalendarVerdict,
  findVerdictFault,
  makeAmendments,
  refuseEarlierKnownUntil,
} from '../../domain/calendar/calendar.js'
import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import * as proposals from '../../store/calendar/calendar-proposals.js'
import * as calendars from '../../store/calendar/calendars.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as knowledge from '../../store/db/knowledge.js'
import type { WorkRules } from './rules.js'

export const applyAmendmentsToRules = async (db: Db | Tx, rules: WorkRules): Promise<WorkRules> => {
  const amended = await calendars.readPresentAmendments(db)
  return { ...rules, calendar: applyAmendments(rules.calendar, amended) }
}

export interface CalendarProposalInput extends CalendarDays {
  reason: string
  by: string
  now: Date
}

/** Refusals: INPUT_INVALID, DATE_INVALID, CALENDAR_WAITS. */
export const proposeCalendar = async (db: Db, rules: WorkRules, made: CalendarProposalInput) => {
  const amended = makeAmendments(rules.calendar, made)
  const reason = checkAndRedactText(made.reason, '理由 the reason', rules.pseudonymOf)
  const kept = await db.transaction((tx) => proposals.propose(tx, { ...amended, reason, by: made.by, at: made.now }))
  if (kept === null) throw new Refusal('CALENDAR_WAITS')
  return kept
}

export interface CalendarDecisionInput {
  id: number
  verdict: CalendarVerdict
  /** Required for verdict REFUSE. */
  note: string | null
  by: string
  now: Date
}

/**
 * Moves no deadline: `renewDeadlines` does that later. Refusals: CALENDAR_UNKNOWN, CALENDAR_SETTLED, SECOND_PERSON,
 * CALENDAR_ANOTHERS, INPUT_INVALID.
 */
export const decideCalendar = async (db: Db, rules: WorkRules, made: CalendarDecisionInput) => {
  const { id, verdict, by } = made
  const note =
    made.note === null && verdict !== 'REFUSE'
      ? null
      : checkAndRedactText(made.note ?? '', '说明 the note', rules.pseudonymOf)
  return db.transaction(async (tx) => {
    const found = await proposals.lockForDecision(tx, id)
    if (found === null) throw new Refusal('CALENDAR_UNKNOWN')
    const fault = findVerdictFault(found, verdict, by)
    if (fault !== null) throw new Refusal(fault)
    const at = await knowledge.nextInstant(tx, made.now)
    if (verdict === 'CONFIRM') {
      refuseEarlierKnownUntil(rules.calendar, found.knownUntil)
      await calendars.addConfirmedAmendment(tx, { proposal: id, confirmedBy: by, at })
    }
    return proposals.settle(tx, id, { state: BECOMES[verdict], note, by, at })
  })
}

const BECOMES = { CONFIRM: 'IN_FORCE', REFUSE: 'REFUSED', WITHDRAW: 'WITHDRAWN' } as const

/** Writes nothing. Refusals: INPUT_INVALID, DATE_INVALID. */
export const previewCalendar = async (db: Db, rules: WorkRules, said: CalendarDays) => {
  const amended = makeAmendments(rules.calendar, said)
  const { calendar: before } = await applyAmendmentsToRules(db, rules)
  return { before, after: applyAmendments(before, amended), days: amended.days.map(({ day }) => day).sort() }
}
