import { expect } from 'chai'
import fc from 'fast-check'
import {
  addDays,
  addYears,
  anniversaryDay,
  dayNumber,
  daysBetween,
  dayText,
  NEVER_DAY,
} from '../../../src/foundation/time/dates.js'

const FIRST = '1900-01-01'
const LAST = '2999-12-31'

describe('day numbers', () => {
  it('count every day of the calendar once, and convert back to it', () => {
    expect(dayNumber('1970-01-01')).to.equal(0)
    let wrong = 0
    const [first, last] = [dayNumber(FIRST), dayNumber(LAST)]
    for (let day = first; day <= last; day += 1) if (dayNumber(dayText(day) ?? '') !== day) wrong += 1
    expect(wrong).to.equal(0)
    expect([dayText(first), dayText(last)]).to.deep.equal([FIRST, LAST])
    expect(last - first).to.equal(daysBetween(FIRST, LAST))
  })

  it('convert to no text outside the calendar', () => {
    expect([dayText(NEVER_DAY), dayText(dayNumber(LAST) + 1)]).to.deep.equal([null, null])
    expect(anniversaryDay('2020-05-05', 980)).to.equal(NEVER_DAY)
  })

  it('have the same anniversaries as dates', () => {
    expect(dayText(anniversaryDay('2020-02-29', 1))).to.equal('2021-02-28')
    expect(dayText(anniversaryDay('2020-02-29', 4))).to.equal('2024-02-29')
    const anyDay = fc.integer({ min: 0, max: daysBetween(FIRST, '2900-01-01') }).map((n) => addDays(FIRST, n))
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 0, max: 90 }), (date, years) => {
        expect(dayText(anniversaryDay(date, years))).to.equal(addYears(date, years))
      }),
    )
  })
})
