import { expect } from 'chai'
import fc from 'fast-check'
import { addDays, isDate, parseDate, parseRocDate } from '../../../src/foundation/time/dates.js'

describe('days in years of the Republic', () => {
  const read: [unknown, string][] = [
    ['111.03.16', '2022-03-16'],
    ['111/3/16', '2022-03-16'],
    ['111-03-16', '2022-03-16'],
    ['1110316', '2022-03-16'],
    [1110316, '2022-03-16'],
    ['991231', '2010-12-31'],
    ['民國111年3月16日', '2022-03-16'],
    ['中華民國 111 年 3 月 16 日', '2022-03-16'],
    ['民国１１１年０３月１６日', '2022-03-16'],
    ['111年3月16日', '2022-03-16'],
    ['1.1.1', '1912-01-01'],
    ['113.2.29', '2024-02-29'],
  ]
  for (const [sent, date] of read)
    it(`${JSON.stringify(sent)} is ${date}`, () => expect(parseRocDate(sent)).to.equal(date))

  const none: unknown[] = [
    ...[
      '',
      '無',
      '2022-03-16',
      '2022.03.16',
      '20220316',
      '0.1.1',
      '112.2.29',
      '111.13.1',
      '111.3',
      '111.03/16',
      '民國前1年1月1日',
    ],
    ...['1000.1.1', '12.31', '11131', '民國', '-111.03.16', '一一一年三月十六日', '1110316 00:00', '1'.repeat(100_000)],
    ...[null, undefined, true, {}, [], Number.NaN, 1.5],
  ]
  for (const [at, sent] of none.entries())
    it(`case ${at + 1}: ${String(JSON.stringify(sent)).slice(0, 30)} is no such day`, () =>
      expect(parseRocDate(sent)).to.equal(null))

  it('every day from 1912 to 2910 is read back in each form', () => {
    const day = fc.integer({ min: 0, max: 364_000 }).map((n) => addDays('1912-01-01', n))
    fc.assert(
      fc.property(day, (date) => {
        const [year = '', month = '', of = ''] = date.split('-')
        const roc = String(Number(year) - 1911)
        const [m, d] = [Number(month), Number(of)]
        const forms = [`${roc}.${month}.${of}`, `${roc}/${m}/${d}`, `${roc}-${m}-${of}`, `民國${roc}年${m}月${d}日`]
        const packed = roc.length > 1 ? [`${roc}${month}${of}`] : []
        for (const form of [...forms, ...packed]) expect(parseRocDate(form), form).to.equal(date)
      }),
    )
  })

  it('nothing makes it throw, it gives only days that exist, and no four-digit year is taken for one of these', () => {
    const sent = fc.oneof(
      fc.anything(),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'0123456789./-民國年月日 ') }),
    )
    fc.assert(
      fc.property(sent, (value) => {
        const date = parseRocDate(value)
        expect(date === null || isDate(date)).to.equal(true)
        if (/^\d{4}/.test(String(parseDate(value) ?? '')) && date !== null && typeof value === 'string')
          expect(parseDate(value)).to.equal(null)
      }),
      { numRuns: 1000 },
    )
  })
})
