import { expect } from 'chai'
import {
  applyAmendments,
  type CalendarDays,
  type CalendarVerdict,
  findVerdictFault,
  makeAmendments,
} from '../../../src/domain/calendar/calendar.js'
import { isRefusal } from '../../../src/foundation/errors.js'

const shipped = { holidays: new Set(['2026-10-01']), workdays: new Set(['2026-10-10']), knownUntil: '2026-12-31' }
const said = (more: Partial<CalendarDays> = {}): CalendarDays => ({
  holidays: [],
  workdays: [],
  ordinary: [],
  knownUntil: null,
  ...more,
})
const refusalOf = (days: CalendarDays): string | null => {
  try {
    makeAmendments(shipped, days)
    return null
  } catch (error) {
    return isRefusal(error) ? error.code : String(error)
  }
}

describe('amendments of the calendar', () => {
  it('change the listed days of the calendar and leave the other days', () => {
    const amendment = makeAmendments(
      shipped,
      said({ holidays: ['2026-10-10'], workdays: ['2026-11-01'], ordinary: ['2026-10-01'], knownUntil: '2027-12-31' }),
    )
    expect(applyAmendments(shipped, amendment)).to.deep.equal({
      holidays: new Set(['2026-10-10']),
      workdays: new Set(['2026-11-01']),
      knownUntil: '2027-12-31',
    })
    expect(shipped.holidays).to.deep.equal(new Set(['2026-10-01']))
  })

  const days = Array.from({ length: 201 }, (_, n) => new Date(Date.UTC(2027, 0, 1 + n)).toISOString().slice(0, 10))
  const cases: [string, CalendarDays, string | null][] = [
    ['accept 200 days', said({ holidays: days.slice(1) }), null],
    ['refuse 201 days', said({ holidays: days }), 'INPUT_INVALID'],
    ['refuse a day given twice', said({ holidays: ['2026-10-02'], workdays: ['2026-10-02'] }), 'INPUT_INVALID'],
    ['refuse an empty amendment', said(), 'INPUT_INVALID'],
    ['refuse a day that does not exist', said({ ordinary: ['2026-02-30'] }), 'DATE_INVALID'],
    ['accept the end of the shipped calendar as their end', said({ knownUntil: '2026-12-31' }), null],
    ['refuse an end before the end of the shipped calendar', said({ knownUntil: '2026-12-30' }), 'INPUT_INVALID'],
  ]
  for (const [title, given, code] of cases) it(title, () => expect(refusalOf(given)).to.equal(code))

  const verdicts: [string, string, CalendarVerdict, string, string | null][] = [
    ['can be confirmed by another person', 'PROPOSED', 'CONFIRM', 'officer-2', null],
    ['can be refused by another person', 'PROPOSED', 'REFUSE', 'officer-2', null],
    ['cannot be withdrawn by another person', 'PROPOSED', 'WITHDRAW', 'officer-2', 'CALENDAR_ANOTHERS'],
    ['can be withdrawn by the proposer', 'PROPOSED', 'WITHDRAW', 'officer-1', null],
    ['cannot be confirmed by the proposer', 'PROPOSED', 'CONFIRM', 'OFFICER-1', 'SECOND_PERSON'],
    ['cannot be decided twice', 'IN_FORCE', 'CONFIRM', 'officer-2', 'CALENDAR_SETTLED'],
  ]
  for (const [title, state, verdict, by, fault] of verdicts)
    it(title, () => expect(findVerdictFault({ state, proposedBy: 'officer-1' }, verdict, by)).to.equal(fault))
})
