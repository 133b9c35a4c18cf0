import { ROLES as VIEWERS } from '../../src/domain/access/viewer.js'
import type { Calendar } from '../../src/domain/calendar/calendar.js'
import { type Case, type CaseAct, type CaseRole, type MoveRules, makeNewCase } from '../../src/domain/listing/case.js'
import type { MoveResult } from '../../src/domain/listing/listing.js'
import { attemptMove } from '../../src/domain/listing/listing.js'
import type { LegalNumberName, ListKind } from '../../src/domain/listing/lists.js'
import type { MoveName } from '../../src/domain/listing/moves.js'
import { schemaDocument } from '../../src/foundation/contracts.js'
import { addDays } from '../../src/foundation/time/dates.js'
import { readClockRules } from '../../src/work/listing/publication-clocks.js'

const lists = (schemaDocument('rules/lists.json') as { lists: ListKind[] }).lists
export const kind = (id: string): ListKind => {
  const row = lists.find((each) => each.id === id)
  if (!row) throw new Error(`there is no list ${id}`)
  return row
}
/** Replaces legal numbers of a list by fixed ones, because the shipped ones follow the law and may change. */
export const numbered = (list: ListKind, values: Partial<Record<LegalNumberName, number>>): ListKind => ({
  ...list,
  numbers: list.numbers.map((row) => ({ ...row, value: values[row.name] ?? row.value })),
})
/** Spring Festival 2026: 15 to 23 February off, made up on two Saturdays. */
export const calendar: Calendar = {
  holidays: new Set(Array.from({ length: 9 }, (_, i) => addDays('2026-02-15', i))),
  workdays: new Set(['2026-02-14', '2026-02-28']),
  knownUntil: '2026-12-31',
}
export const rules: MoveRules = {
  list: numbered(kind('serious'), { DEFENCE_WORKDAYS: 5, REPAIR_MIN_MONTHS: 12, SERVICE_NOTICE_DAYS: 30 }),
  calendar,
  clocks: readClockRules(),
}
export const ROLES: CaseRole[] = [...VIEWERS, 'clock']
export const TODAY = '2026-11-25'

export const full = (more: Partial<CaseAct> = {}): CaseAct => ({
  by: 'officer-1',
  role: 'officer',
  on: '2026-01-05',
  today: TODAY,
  documentNumber: '吉市监告〔2026〕1号',
  reason: '组织虚假交易',
  text: '陈述',
  heavy: true,
  returning: 'PROPOSAL',
  // A provincial authority needs no consent.
  level: 'PROVINCE',
  ...more,
})
export const caseAfter = (moved: MoveResult): Case => {
  if (!moved.ok) throw new Error(moved.reason.code)
  return moved.after
}
export const denied = (moved: MoveResult): string | null => (moved.ok ? null : moved.reason.code)

/** The moves of an ordinary listing in order, each with its day. */
export const STEPS: [MoveName, Partial<CaseAct>][] = [
  ['openLead', { on: '2026-01-05' }],
  ['linkDecision', { on: '2026-01-06' }],
  ['proposeListing', { on: '2026-01-07' }],
  ['notifyListing', { on: '2026-01-08' }],
  ['recordDefence', { on: '2026-01-09', role: 'party', by: 'party-1' }],
  ['answerDefence', { on: '2026-01-12' }],
  ['reviewListing', { on: '2026-01-16', role: 'reviewer', by: 'reviewer-1' }],
  ['decideListing', { on: '2026-01-19' }],
  ['serveListing', { on: '2026-01-20' }],
  ['publishListing', { on: '2026-01-21', today: '2026-01-21' }],
]
export const upTo = (last: MoveName, changes: Partial<Record<MoveName, Partial<CaseAct>>> = {}): Case => {
  let now = makeNewCase('serious', 7)
  for (const [name, act] of STEPS) {
    now = caseAfter(attemptMove(name, now, full({ ...act, ...changes[name] }), rules))
    if (name === last) break
  }
  return now
}
