import { expect } from 'chai'
import fc from 'fast-check'
import { addWorkdays, type Calendar, isWorkday } from '../../../src/domain/calendar/calendar.js'
import { isSentLate } from '../../../src/domain/intake/timeliness.js'
import { addDays } from '../../../src/foundation/time/dates.js'

// Invented days of October: a week of holidays, and one Saturday that is a make-up working day.
const calendar: Calendar = {
  holidays: new Set(['2026-10-01', '2026-10-02', '2026-10-05', '2026-10-06', '2026-10-07']),
  workdays: new Set(['2026-10-10']),
  knownUntil: '2026-12-31',
}
const SEVEN = { workdays: 7 }

describe('lateness of a record', () => {
  const cases: [what: string, from: string, today: string, late: boolean | null][] = [
    ['on the day itself', '2026-09-07', '2026-09-07', false],
    ['on the seventh working day', '2026-09-07', '2026-09-16', false],
    ['on the day after the seventh working day', '2026-09-07', '2026-09-17', true],
    ['on a weekend after the seventh working day', '2026-09-02', '2026-09-12', true],
    ['past holidays, up to the seventh working day', '2026-09-28', '2026-10-13', false],
    ['past holidays and a make-up Saturday, one day after the seventh working day', '2026-09-28', '2026-10-14', true],
    ['for a record valid only from a future day', '2026-12-01', '2026-11-25', false],
    ['for a decision of many years ago', '1998-03-02', '2026-11-25', true],
    ['within a term that runs beyond the announced calendar', '2026-12-28', '2027-01-05', false],
    [
      'after a term that ends beyond the announced calendar, where new holidays may move its end',
      '2026-12-28',
      '2027-02-01',
      null,
    ],
  ]
  for (const [what, from, today, late] of cases) {
    it(`is ${late === null ? 'unknown' : String(late)} ${what}`, () => {
      expect(isSentLate(from, SEVEN, calendar, today)).to.equal(late)
    })
  }

  it('is unknown without a duty or without a date', () => {
    expect(isSentLate('2026-01-01', undefined, calendar, '2026-11-25')).to.equal(null)
    expect(isSentLate(null, SEVEN, calendar, '2026-11-25')).to.equal(null)
  })

  it('does not mix calendars and duties in its cache', () => {
    const plain: Calendar = { holidays: new Set(), workdays: new Set(), knownUntil: '2026-12-31' }
    for (let n = 0; n < 3; n += 1) {
      expect(isSentLate('2026-09-28', SEVEN, calendar, '2026-10-08')).to.equal(false)
      expect(isSentLate('2026-09-28', SEVEN, plain, '2026-10-08')).to.equal(true)
      expect(isSentLate('2026-09-28', { workdays: 20 }, plain, '2026-10-08')).to.equal(false)
    }
  })

  it('begins on the day after the last day of the limit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 25 }), (offset, workdays) => {
        const from = addDays('2025-12-01', offset)
        const last = addWorkdays(calendar, from, workdays).date
        expect(isWorkday(calendar, last)).to.equal(true)
        expect(isSentLate(from, { workdays }, calendar, last)).to.equal(false)
        expect(isSentLate(from, { workdays }, calendar, addDays(last, 1))).to.equal(true)
      }),
    )
  })
})
