import { expect } from 'chai'
import fc from 'fast-check'
import {
  makeTrademarkKey,
  parseNiceClass,
  parseNiceClasses,
  parseTrademarkNumber,
} from '../../../src/domain/records/trademark.js'

describe('trademark numbers and classes', () => {
  const numbers: [unknown, string | null][] = [
    ['81234567', '81234567'],
    [81234567, '81234567'],
    ['02207609', '02207609'],
    ['第 81234567 号', '81234567'],
    ['８１２３４５６７', '81234567'],
    ['g1234567', 'G1234567'],
    ['1234567A', '1234567A'],
    ['TW:02207609', null],
    ['81234567/30', null],
    ['无', null],
    ['', null],
    ['8123-4567', null],
    [1.5, null],
    [null, null],
    [true, null],
    [{}, null],
    ['1'.repeat(13), null],
    ['1'.repeat(100_000), null],
  ]
  for (const [at, [sent, number]] of numbers.entries())
    it(`number ${at + 1}: ${String(JSON.stringify(sent)).slice(0, 30)} is ${number}`, () =>
      expect(parseTrademarkNumber(sent)).to.equal(number))

  const classes: [unknown, number[] | null][] = [
    ['30', [30]],
    ['001', [1]],
    ['第30类', [30]],
    ['第３類', [3]],
    [45, [45]],
    ['001|009|014', [1, 9, 14]],
    ['35、3；30,3', [3, 30, 35]],
    ['3 35', [3, 35]],
    ['001|', [1]],
    ['0', null],
    ['46', null],
    ['001|046', null],
    ['3-5', null],
    ['1.5', null],
    ['-3', null],
    ['三', null],
    ['', null],
    ['|', null],
    [null, null],
    [true, null],
    [['3'], null],
  ]
  for (const [at, [sent, found]] of classes.entries())
    it(`classes ${at + 1}: ${JSON.stringify(sent)} are ${JSON.stringify(found)}`, () =>
      expect(parseNiceClasses(sent)).to.deep.equal(found))

  it('every set of classes is read back in any spelling and order', () => {
    const written = fc.tuple(
      fc.uniqueArray(fc.integer({ min: 1, max: 45 }), { minLength: 1 }),
      fc.constantFrom('|', '、', '；', ',', ' ', ' / '),
      fc.constantFrom(
        (one: number) => String(one),
        (one: number) => String(one).padStart(3, '0'),
        (one: number) => `第${one}类`,
      ),
    )
    fc.assert(
      fc.property(written, ([all, between, spell]) => {
        expect(parseNiceClasses(all.map(spell).join(between))).to.deep.equal([...all].sort((a, b) => a - b))
      }),
    )
  })

  it('no two trademarks that differ in office, number or class share a key', () => {
    const mark = fc.tuple(
      fc.constantFrom('CN' as const, 'TW' as const, 'US' as const),
      fc.stringMatching(/^[A-Z]{0,2}\d{1,12}[A-Z]{0,2}$/),
      fc.integer({ min: 1, max: 45 }),
    )
    fc.assert(
      fc.property(mark, mark, (one, other) => {
        expect(parseTrademarkNumber(one[1])).to.equal(one[1])
        expect(makeTrademarkKey(...one) === makeTrademarkKey(...other)).to.equal(String(one) === String(other))
      }),
      { numRuns: 500 },
    )
  })

  it('parsers never throw, and leave their own results unchanged', () => {
    const sent = fc.oneof(
      fc.anything(),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'第号类0123AG|、') }),
    )
    fc.assert(
      fc.property(sent, (value) => {
        const number = parseTrademarkNumber(value)
        expect(parseTrademarkNumber(number)).to.equal(number)
        const one = parseNiceClass(value)
        expect(parseNiceClass(one)).to.equal(one)
        const several = parseNiceClasses(value)
        expect(several === null ? null : parseNiceClasses(several.join('|'))).to.deep.equal(several)
      }),
      { numRuns: 1000 },
    )
  })
})
