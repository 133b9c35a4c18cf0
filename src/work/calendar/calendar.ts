/** Amendments confirmed by two persons overlay the shipped calendar. */

import { samePerson } from '../../domain/access/persons.js'
import type { Calendar } from '../../domain/calendar/calendar.js'
import { writtenText } from '../../domain/records/written-text.js'
import { Refusal } from '../../foundation/errors.js'
import { isDate } from '../../foundation/time/dates.js'
import * as proposals from '../../store/calendar/calendar-proposals.js'
import * as calendars from '../../store/calendar/calendars.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as knowledge from '../../store/db/knowledge.js'
import type { WorkRules } from './rules.js'

/** The holidays and make-up days of a year are fewer. */
const DAYS_MOST = 200

export const withAmendments = async (db: Db | Tx, rules: WorkRules): Promise<WorkRules> => {
  const amended = await calendars.amended(db)
  return { ...rules, calendar: laidOver(rules.calendar, amended) }
}

const laidOver = (calendar: Calendar, { days, knownUntil }: calendars.AmendedCalendar): Calendar => {
  if (days.length === 0 && knownUntil === null) return calendar
  const [holidays, workdays] = [new Set(calendar.holidays), new Set(calendar.workdays)]
  for (const { day, kind } of days) {
    holidays.delete(day)
    workdays.delete(day)
    if (kind === 'HOLIDAY') holidays.add(day)
    if (kind === 'WORKDAY') workdays.add(day)
  }
  return { holidays, workdays, knownUntil: knownUntil ?? calendar.knownUntil }
}

export interface CalendarDays {
  holidays: readonly string[]
  workdays: readonly string[]
  /** Days that return to their weekday's meaning. */
  ordinary: readonly string[]
  knownUntil: string | null
}

export interface CalendarProposalInput extends CalendarDays {
  reason: string
  by: string
  now: Date
}

/** No effect until a second person confirms it. Refusals: INPUT_INVALID, DATE_INVALID, CALENDAR_WAITS. */
export const proposeCalendar = async (
  db: Db,
  rules: WorkRules,
  made: CalendarProposalInput,
): Promise<proposals.CalendarProposal> => {
  const amended = checked(rules, made)
  const reason = writtenText(made.reason, '理由 the reason', rules.mark)
  const kept = await db.transaction((tx) => proposals.propose(tx, { ...amended, reason, by: made.by, at: made.now }))
  if (kept === null) throw new Refusal('CALENDAR_WAITS')
  return kept
}

export interface CalendarDecisionInput {
  id: number
  verdict: 'CONFIRM' | 'REFUSE' | 'WITHDRAW'
  /** Required for REFUSE. */
  note: string | null
  by: string
  now: Date
}

/**
 * The proposer may only withdraw. `renewDeadlines` then recounts deadlines. Refusals: CALENDAR_UNKNOWN,
 * CALENDAR_SETTLED, SECOND_PERSON, CALENDAR_ANOTHERS, INPUT_INVALID.
 */
export const decideCalendar = async (
  db: Db,
  rules: WorkRules,
  made: CalendarDecisionInput,
): Promise<proposals.CalendarProposal> => {
  const { id, verdict, by } = made
  const note =
    made.note === null && verdict !== 'REFUSE' ? null : writtenText(made.note ?? '', '说明 the note', rules.mark)
  return db.transaction(async (tx) => {
    const found = await proposals.forDecision(tx, id)
    if (found === null) throw new Refusal('CALENDAR_UNKNOWN')
    if (found.state !== 'PROPOSED') throw new Refusal('CALENDAR_SETTLED')
    const isOwn = samePerson(found.proposedBy, by)
    if (isOwn && verdict !== 'WITHDRAW') throw new Refusal('SECOND_PERSON')
    if (!isOwn && verdict === 'WITHDRAW') throw new Refusal('CALENDAR_ANOTHERS')
    const at = await knowledge.tick(tx, made.now)
    if (verdict === 'CONFIRM') {
      notBeforeShipped(rules, found.knownUntil)
      const { days, knownUntil, reason, proposedBy } = found
      await calendars.amend(tx, { days, knownUntil, reason, by: proposedBy, confirmedBy: by, at })
    }
    return proposals.settle(tx, id, { state: BECOMES[verdict], note, by, at })
  })
}

const BECOMES = { CONFIRM: 'IN_FORCE', REFUSE: 'REFUSED', WITHDRAW: 'WITHDRAWN' } as const

/** Writes nothing. Refusals: INPUT_INVALID, DATE_INVALID. */
export const foreseenCalendar = async (
  db: Db,
  rules: WorkRules,
  said: CalendarDays,
): Promise<{ before: Calendar; after: Calendar; days: string[] }> => {
  const amended = checked(rules, said)
  const { calendar: before } = await withAmendments(db, rules)
  return { before, after: laidOver(before, amended), days: amended.days.map(({ day }) => day).sort() }
}

const checked = (rules: WorkRules, said: CalendarDays): calendars.AmendedCalendar => {
  const days = [
    ...said.holidays.map((day) => ({ day, kind: 'HOLIDAY' as const })),
    ...said.workdays.map((day) => ({ day, kind: 'WORKDAY' as const })),
    ...said.ordinary.map((day) => ({ day, kind: 'ORDINARY' as const })),
  ]
  const all = days.map(({ day }) => day)
  const { knownUntil } = said
  for (const day of knownUntil === null ? all : [...all, knownUntil])
    if (!isDate(day)) throw new Refusal('DATE_INVALID', { value: day })
  if (days.length > DAYS_MOST || new Set(all).size < all.length)
    throw new Refusal('INPUT_INVALID', {
      reason: `每次最多 ${DAYS_MOST} 天，每天只说一次 at most ${DAYS_MOST} days, each once`,
    })
  if (days.length === 0 && knownUntil === null)
    throw new Refusal('INPUT_INVALID', { reason: '没有写明任何日期 no day is said' })
  notBeforeShipped(rules, knownUntil)
  return { days, knownUntil }
}

const notBeforeShipped = (rules: WorkRules, knownUntil: string | null): void => {
  if (knownUntil !== null && knownUntil < rules.calendar.knownUntil)
    throw new Refusal('INPUT_INVALID', {
      reason: `knownUntil 不得早于随版本发布的 ${rules.calendar.knownUntil} not before the day that ships with the hub`,
    })
}
