import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  addWorkdays,
  type Calendar,
  countDaysUntilCalendarEnds,
  isCalendarEnding,
  isWorkday,
} from '../../../src/domain/calendar/calendar.js'
import { addDays, isDate, weekdayOf } from '../../../src/foundation/time/dates.js'

const file = JSON.parse(readFileSync('schema/rules/calendar.json', 'utf8')) as {
  source: string
  knownUntil: string
  holidays: string[]
  workdays: string[]
}
const calendar: Calendar = {
  holidays: new Set(file.holidays),
  workdays: new Set(file.workdays),
  knownUntil: file.knownUntil,
}
const anyDay = fc.integer({ min: 0, max: 9000 }).map((n) => addDays('2004-01-01', n))

describe('the end of the announced holidays', () => {
  it('section 7: raises an alarm from 60 days before it and on every day after it', () => {
    const calendar = { knownUntil: '2026-12-31' }
    const days: [string, boolean, number][] = [
      ['2026-11-01', true, 60],
      ['2026-10-31', false, 61],
      ['2027-02-01', true, -32],
    ]
    for (const [day, alarms, left] of days) {
      expect(isCalendarEnding(calendar, day), day).to.equal(alarms)
      expect(countDaysUntilCalendarEnds(calendar, day), day).to.equal(left)
    }
  })
})

describe('calendar', () => {
  it('the calendar file contains sorted, existing days of 2004 to 2026, each once', () => {
    expect(file.source).to.match(/^npm chinese-days \d/)
    for (const days of [file.holidays, file.workdays]) {
      expect(days).to.deep.equal([...new Set(days)].sort())
      expect(days.filter((day) => !isDate(day) || day < '2004-01-01' || day > file.knownUntil)).to.deep.equal([])
    }
    expect(file.workdays.filter((day) => ![0, 6].includes(weekdayOf(day)) || calendar.holidays.has(day))).to.deep.equal(
      [],
    )
  })

  const days: [string, boolean, string][] = [
    ['2026-02-13', true, 'the Friday before Spring Festival'],
    ['2026-02-14', true, 'a make-up Saturday'],
    ['2026-02-15', false, 'the first day of Spring Festival'],
    ['2026-02-23', false, 'the last day of Spring Festival, a Monday'],
    ['2026-02-24', true, 'the day after Spring Festival'],
    ['2026-02-28', true, 'the second make-up Saturday'],
    ['2026-03-01', false, 'a Sunday'],
    ['2026-10-01', false, 'National Day'],
    ['2027-06-05', false, 'a Saturday of a year not announced'],
    ['2027-06-07', true, 'a Monday of a year not announced'],
  ]
  for (const [date, works, what] of days)
    it(`${date}, ${what}, is ${works ? 'a working day' : 'no working day'}`, () =>
      expect(isWorkday(calendar, date)).to.equal(works))

  it('five working days from the eve of Spring Festival 2026 end after the festival', () => {
    expect(addWorkdays(calendar, '2026-02-12', 5)).to.deep.equal({ date: '2026-02-26', provisional: false })
  })

  it('the start day is not counted', () => {
    expect(addWorkdays(calendar, '2026-03-02', 1).date).to.equal('2026-03-03')
    expect(addWorkdays(calendar, '2026-02-28', 1).date).to.equal('2026-03-02')
    expect(addWorkdays(calendar, '2026-03-01', 0).date).to.equal('2026-03-01')
  })

  it('a date beyond the announced year is provisional', () => {
    expect(addWorkdays(calendar, '2026-12-30', 1)).to.deep.equal({ date: '2026-12-31', provisional: false })
    expect(addWorkdays(calendar, '2026-12-31', 1).provisional).to.equal(true)
  })

  it('an amendment of the calendar moves a deadline', () => {
    const amended = { ...calendar, holidays: new Set([...calendar.holidays, '2026-03-03']) }
    expect(addWorkdays(amended, '2026-03-02', 1).date).to.equal('2026-03-04')
  })

  it('the n-th working day after a day is a working day, and exactly n working days lie up to it', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 1, max: 60 }), (from, n) => {
        const { date } = addWorkdays(calendar, from, n)
        expect(isWorkday(calendar, date)).to.equal(true)
        let count = 0
        for (let day = addDays(from, 1); day <= date; day = addDays(day, 1)) if (isWorkday(calendar, day)) count += 1
        expect(count).to.equal(n)
      }),
    )
  })

  it('addWorkdays is monotone in the day and in the number, and negative numbers count back', () => {
    fc.assert(
      fc.property(anyDay, fc.nat(40), fc.nat(30), (from, n, later) => {
        const { date } = addWorkdays(calendar, from, n)
        expect(addWorkdays(calendar, addDays(from, later), n).date >= date).to.equal(true)
        expect(addWorkdays(calendar, from, n + 1).date > date).to.equal(true)
        if (isWorkday(calendar, from)) expect(addWorkdays(calendar, date, -n).date).to.equal(from)
      }),
    )
  })
})
