import { expect } from 'chai'
import fc from 'fast-check'
import { isRefusal } from '../../../src/foundation/errors.js'
import {
  addDays,
  addMonths,
  addYears,
  daysBetween,
  daysMisreadFor,
  isDate,
  isNoDateMarker,
  MISREAD_DAY_RANGE,
  parseDate,
  shanghaiDate,
  weekdayOf,
} from '../../../src/foundation/time/dates.js'

const anyDay = fc.integer({ min: 0, max: 365_000 }).map((n) => addDays('1900-01-02', n))

describe('dates', () => {
  const read: [unknown, string][] = [
    ['2018-06-08', '2018-06-08'],
    ['2018-6-8', '2018-06-08'],
    ['2018/6/8', '2018-06-08'],
    ['2018.06.08', '2018-06-08'],
    ['2018年6月8日', '2018-06-08'],
    [' 2018 年 06 月 08 日 ', '2018-06-08'],
    ['2018年6月8日9时30分', '2018-06-08'],
    ['２０１８－０６－０８', '2018-06-08'],
    ['20180608', '2018-06-08'],
    [20180608, '2018-06-08'],
    ['20180608195653', '2018-06-08'],
    // Defect I-A8: read as milliseconds, these values would be days of 1976.
    ['201806081956', '2018-06-08'],
    [201806081956, '2018-06-08'],
    ['202611250930', '2026-11-25'],
    ['２０２６１１２５０９３０', '2026-11-25'],
    ['200793600000', '1976-05-13'],
    ['20180608195653123', '2018-06-08'],
    ['2044-02-25 00:00:00.000000000', '2044-02-25'],
    ['2018/6/8 0:00', '2018-06-08'],
    ['2018-06-08T23:59:59', '2018-06-08'],
    ['2018-06-07T16:00:00Z', '2018-06-08'],
    ['2018-06-07T15:59:59.999Z', '2018-06-07'],
    ['2018-06-08T00:00:00.000+08:00', '2018-06-08'],
    ['2018-06-08 00:00:00+08', '2018-06-08'],
    ['2018-06-08T00:00:00+0900', '2018-06-07'],
    ['2018-06-08T23:00:00-05:30', '2018-06-09'],
    [1420041600000, '2015-01-01'],
    [1420041599999, '2014-12-31'],
    ['1420041600000', '2015-01-01'],
    ['946656000000', '2000-01-01'],
    [73497600000, '1972-05-01'],
    [-639129600000, '1949-10-01'],
    ['-639129600000', '1949-10-01'],
    [new Date('2018-06-08T00:00:00Z'), '2018-06-08'],
    [new Date('2018-06-07T16:00:00Z'), '2018-06-08'],
    ['2099-12-31', '2099-12-31'],
    ['2024-02-29', '2024-02-29'],
    ['2999-12-31', '2999-12-31'],
  ]
  for (const [value, date] of read) {
    const shown = value instanceof Date ? value.toISOString() : JSON.stringify(value)
    it(`parseDate reads ${shown} (${value instanceof Date ? 'Date' : typeof value}) as ${date}`, () =>
      expect(parseDate(value)).to.equal(date))
  }

  it('a midnight during summer time (1986–1991) keeps its day, whether sent as UTC+9 or UTC+8', () => {
    expect(parseDate(Date.parse('1988-07-01T00:00:00+09:00'))).to.equal('1988-07-01')
    expect(parseDate(Date.parse('1988-07-01T00:00:00+08:00'))).to.equal('1988-07-01')
  })

  it('I-A8: refuses twelve digits that could be either a minute or a whole hour in milliseconds, and those that are neither', () => {
    for (const value of ['192211200000', 203011200000, '201813081956', '201806082460'])
      expect(parseDate(value), String(value)).to.equal(null)
  })

  it('F-10: recognises the marker of "no date" in every form', () => {
    for (const value of ['1900-01-01', '1900/1/1', '1900年1月1日', '1900.01.01', '19000101', '1900-01-01T00:00:00']) {
      expect(parseDate(value), value).to.equal(null)
      expect(isNoDateMarker(value), value).to.equal(true)
    }
    for (const value of ['1900-01-02', '1900/2/30', '', null])
      expect(isNoDateMarker(value), String(value)).to.equal(false)
  })

  const refused: unknown[] = [
    '',
    '无',
    '18-06-08',
    '18/6/8',
    '080618',
    '2018-02-30',
    '2023-02-29',
    '2018-13-01',
    '2018-00-10',
    '2018-06',
    '2018年6月',
    '2018',
    '2018-06/08',
    '20180631',
    '201806',
    '1899-12-31',
    '3000-01-01',
    '1900-01-01',
    '1900/1/1',
    '19000101',
    '2018-06-08 25:00:00',
    '2018-06-08 10:61',
    '长期',
    43259,
    1528387200,
    '13800000000',
    0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e20,
    null,
    undefined,
    true,
    {},
    [],
    new Date(Number.NaN),
    '20180608'.repeat(20),
  ]
  for (const [at, value] of refused.entries()) {
    it(`parseDate finds no date in ${value instanceof Date ? 'an invalid Date' : JSON.stringify(value)?.slice(0, 40)} (${typeof value}, case ${at + 1})`, () =>
      expect(parseDate(value)).to.equal(null))
  }

  it('parseDate never throws, and returns only existing days', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.date(),
          fc.double(),
          fc.string({ unit: fc.constantFrom(...'0123456789-/年月日: TZ+') }),
        ),
        (value) => {
          const date = parseDate(value)
          expect(date === null || isDate(date)).to.equal(true)
        },
      ),
    )
  })

  it('parseDate reads back every day in each form in which it is written', () => {
    fc.assert(
      fc.property(anyDay, (date) => {
        const [year = '', month = '', day = ''] = date.split('-')
        const forms = [
          date,
          `${year}/${Number(month)}/${Number(day)}`,
          `${year}年${Number(month)}月${Number(day)}日`,
          `${year}${month}${day}`,
          `${date} 00:00:00.000000000`,
          `${date}T00:00:00+08:00`,
          new Date(`${date}T00:00:00Z`),
        ]
        for (const form of forms) expect(parseDate(form)).to.equal(date)
      }),
    )
  })

  it('parseDate reads back every local midnight of 1992 to 2265 as epoch milliseconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), (n) => {
        const date = addDays('1992-01-01', n)
        expect(parseDate(Date.parse(`${date}T00:00:00+08:00`))).to.equal(date)
      }),
    )
  })

  it('shanghaiDate agrees with the zone table of Asia/Shanghai at any instant', () => {
    const table = new Intl.DateTimeFormat('en-CA', {
      timeZone: 'Asia/Shanghai',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    })
    const instant = fc.date({ min: new Date('1901-01-01'), max: new Date('2999-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(instant, (now) => {
        expect(shanghaiDate(now)).to.equal(table.format(now))
      }),
    )
  })

  it('isDate accepts only existing days from 1900 on, written YYYY-MM-DD', () => {
    for (const text of ['2018-6-8', '2018-06-08 ', '2018-02-29', '20180608', '', '1899-12-31', '２０１８-06-08'])
      expect(isDate(text), text).to.equal(false)
    for (const text of ['1900-01-01', '2000-02-29', '2999-12-31']) expect(isDate(text), text).to.equal(true)
  })

  const monthEnds: [string, number, string][] = [
    ['2024-01-31', 1, '2024-02-29'],
    ['2023-01-31', 1, '2023-02-28'],
    ['2024-03-31', -1, '2024-02-29'],
    ['2024-12-15', 1, '2025-01-15'],
    ['2024-01-15', -1, '2023-12-15'],
    ['2024-05-31', 13, '2025-06-30'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2024-02-29', 36, '2027-02-28'],
    ['2024-02-29', 48, '2028-02-29'],
  ]
  for (const [date, n, then] of monthEnds)
    it(`${date} and ${n} months is ${then}`, () => expect(addMonths(date, n)).to.equal(then))

  it('three years after a leap day is 28 February', () => expect(addYears('2024-02-29', 3)).to.equal('2027-02-28'))

  it('addDays and daysBetween undo one another', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: -500, max: 500 }), (date, n) => {
        fc.pre(isDate(addDays(date, n)))
        expect(daysBetween(date, addDays(date, n))).to.equal(n)
        expect(addDays(addDays(date, n), -n)).to.equal(date)
      }),
    )
  })

  it('addMonths keeps the day or clamps to the end of the month', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 0, max: 600 }), (date, n) => {
        const then = addMonths(date, n)
        expect(then.slice(8) === date.slice(8) || addDays(then, 1).slice(8) === '01').to.equal(true)
        expect(then.slice(8) <= date.slice(8)).to.equal(true)
      }),
    )
  })

  it('weekday counts from Sunday', () => {
    expect(weekdayOf('2026-02-15')).to.equal(0)
    expect(weekdayOf('2026-02-14')).to.equal(6)
  })

  it('arithmetic refuses an invalid date', () => {
    for (const reckon of [
      () => addDays('2023-02-29', 1),
      () => addMonths('', 1),
      () => daysBetween('2024-01-01', '长期'),
    ]) {
      expect(reckon)
        .to.throw()
        .that.satisfies((error: unknown) => isRefusal(error) && error.code === 'DATE_INVALID')
    }
  })

  it('I-A8: the minutes of a day misread as milliseconds give at most two days of 1976, within one span', () => {
    expect(daysMisreadFor('2018-06-08')).to.deep.equal(['1976-05-25'])
    expect(daysMisreadFor('2026-11-25')).to.deep.equal(['1976-06-03'])
    expect(daysMisreadFor('2101-01-01')).to.deep.equal([])
    const all: string[] = []
    for (let day = '1900-01-02'; day <= '2099-12-31'; day = addDays(day, 1)) all.push(...daysMisreadFor(day))
    all.sort()
    expect([all[0], all.at(-1)]).to.deep.equal([MISREAD_DAY_RANGE.from, MISREAD_DAY_RANGE.to])
  })
})
