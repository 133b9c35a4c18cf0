import { expect } from 'chai'
import fc from 'fast-check'
import {
  compactText,
  normalizeDocumentNumber,
  toHalfWidth,
  trimmedTextOrNull,
} from '../../../src/foundation/text/values.js'

describe('text values', () => {
  const nothing = [
    '',
    ' ',
    '　',
    '\u200b\ufeff',
    '/',
    ' ／ ',
    '无',
    '暂无',
    '—',
    '——',
    '-',
    '－',
    '--',
    'N/A',
    'n/a',
    'NULL',
    'null',
    '\\N',
    '1900-01-01',
  ]
  for (const text of nothing)
    it(`trimmedTextOrNull returns null for ${JSON.stringify(text)}`, () =>
      expect(trimmedTextOrNull(text)).to.equal(null))

  it('trimmedTextOrNull returns null for null, undefined, NaN and objects', () => {
    for (const value of [null, undefined, Number.NaN, {}, [], ['x'], () => 'x', Symbol('x')])
      expect(trimmedTextOrNull(value)).to.equal(null)
  })

  const kept: [unknown, string][] = [
    ['　松花江商行 ', '松花江商行'],
    ['\ufeff甲\t', '甲'],
    [220102, '220102'],
    [0, '0'],
    [12n, '12'],
    ['无锡 某 行', '无锡 某 行'],
    ['ＡＢＣ（１）', 'ＡＢＣ（１）'],
    ['2099-12-31', '2099-12-31'],
  ]
  for (const [value, text] of kept)
    it(`trimmedTextOrNull reads ${JSON.stringify(String(value))} as ${text}`, () =>
      expect(trimmedTextOrNull(value)).to.equal(text))

  it('trimmedTextOrNull reads long blanks in linear time', () => {
    const text = `甲${' '.repeat(300_000)}乙`
    expect(trimmedTextOrNull(`${text}　`)).to.equal(text)
  })

  it('trimmedTextOrNull never throws and is idempotent', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const once = trimmedTextOrNull(value)
        expect(trimmedTextOrNull(once)).to.equal(once)
      }),
    )
  })

  it('toHalfWidth converts full-width digits and letters to ASCII', () =>
    expect(toHalfWidth('２０１６ＭＡ　ｘ')).to.equal('2016MA x'))

  const numbers: [string, string][] = [
    ['吉市监处罚〔2025〕12号', '吉市监处罚〔2025〕12号'],
    ['吉市监处罚[2025]12号', '吉市监处罚〔2025〕12号'],
    ['吉市监处罚【2025】12号', '吉市监处罚〔2025〕12号'],
    ['吉市监处罚［２０２５］１２号', '吉市监处罚〔2025〕12号'],
    ['吉市监处罚(2025) 12 号', '吉市监处罚〔2025〕12号'],
    ['吉市监处罚（2025年）12号', '吉市监处罚〔2025〕12号'],
    ['吉政办发〔２０１６〕１５号', '吉政办发〔2016〕15号'],
    ['（经开）市监罚﹝2024﹞3-1号', '(经开)市监罚〔2024〕3-1号'],
    ['市监罚〔2024〕（0007）号', '市监罚〔2024〕(0007)号'],
  ]
  for (const [sent, written] of numbers)
    it(`normalizeDocumentNumber writes ${sent} as ${written}`, () =>
      expect(normalizeDocumentNumber(sent)).to.equal(written))

  it('normalizeDocumentNumber and compactText are idempotent', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'〔[（【2025 　年号１') }),
    )
    fc.assert(
      fc.property(text, (sent) => {
        expect(normalizeDocumentNumber(normalizeDocumentNumber(sent))).to.equal(normalizeDocumentNumber(sent))
        expect(compactText(compactText(sent))).to.equal(compactText(sent))
      }),
    )
  })
})
