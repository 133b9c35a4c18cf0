import { expect } from 'chai'
import fc from 'fast-check'
import {
  ACCESS_CODE_BYTES,
  formatAccessCode,
  parseAccessCode,
  withoutAccessCodes,
} from '../../../src/foundation/text/access-code.js'
import { growthExponent, LINEAR_EXPONENT_MAX } from '../../support/processor.js'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CODE = formatAccessCode(Uint8Array.from({ length: ACCESS_CODE_BYTES }, (_, i) => i * 17))
const SIGNS = CODE.replaceAll('-', '')
const codes = fc.uint8Array({ minLength: ACCESS_CODE_BYTES, maxLength: ACCESS_CODE_BYTES }).map(formatAccessCode)
const places = fc.uniqueArray(fc.nat({ max: 24 }), { minLength: 2, maxLength: 2 })

describe('access codes of parties', () => {
  it('are five groups of five unambiguous characters, different for different 120 bits', () => {
    fc.assert(
      fc.property(codes, codes, (one, other) => {
        expect(one).to.match(/^[0-9A-HJKMNP-TV-Z]{5}(?:-[0-9A-HJKMNP-TV-Z]{5}){4}$/)
        expect(parseAccessCode(one)).to.equal(one.replaceAll('-', ''))
        return one !== other || one.slice(0, -1) === other.slice(0, -1)
      }),
    )
    expect(ACCESS_CODE_BYTES * 8).to.equal(120)
  })

  it('change with each bit of the random bytes', () => {
    const zero = new Uint8Array(ACCESS_CODE_BYTES)
    const made = new Set([formatAccessCode(zero)])
    for (let bit = 0; bit < ACCESS_CODE_BYTES * 8; bit += 1) {
      const one = Uint8Array.from(zero)
      one[bit >> 3] = 1 << (bit & 7)
      made.add(formatAccessCode(one))
    }
    expect(made.size).to.equal(ACCESS_CODE_BYTES * 8 + 1)
  })

  const spellings: [string, string][] = [
    ['small', CODE.toLowerCase()],
    ['without groups', SIGNS],
    ['with blanks around and between', `  ${CODE.replaceAll('-', ' ')}\n`],
    ['with other hyphens', CODE.replaceAll('-', '–')],
    ['with full-width signs', CODE.replaceAll(/./g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))],
    ['with O for 0', CODE.replaceAll('0', 'O')],
    ['with l for 1', CODE.replaceAll('1', 'l')],
    ['with I for 1', CODE.replaceAll('1', 'I')],
  ]
  for (const [what, text] of spellings) {
    it(`are read as people type them: ${what}`, () => {
      expect(parseAccessCode(text)).to.equal(SIGNS)
    })
  }

  it('detect any single wrong character by their check', () => {
    fc.assert(
      fc.property(codes, fc.nat({ max: 24 }), fc.constantFrom(...ALPHABET), (code, at, sign) => {
        const signs = [...code.replaceAll('-', '')]
        fc.pre(signs[at] !== sign)
        signs[at] = sign
        expect(parseAccessCode(signs.join(''))).to.equal(null)
      }),
    )
  })

  it('detect any two exchanged characters by their check', () => {
    fc.assert(
      fc.property(codes, places, (code, [one = 0, other = 0]) => {
        const signs = [...code.replaceAll('-', '')]
        fc.pre(signs[one] !== signs[other])
        ;[signs[one], signs[other]] = [signs[other] ?? '', signs[one] ?? '']
        expect(parseAccessCode(signs.join(''))).to.equal(null)
      }),
    )
  })

  const none = [
    '',
    '-',
    SIGNS.slice(1),
    `${SIGNS}0`,
    SIGNS.replace(/.$/, 'U'),
    '0'.repeat(24),
    'x'.repeat(1_000_000),
    '访问码',
  ]
  for (const text of none) {
    it(`refuse ${text.slice(0, 30)} (${text.length})`, () => {
      expect(parseAccessCode(text)).to.equal(null)
    })
  }

  const SEPARATORS = [...'-_. ·–—－‐＿．\u3000\u00ad\u200b\n\t', '  ', ' - ', '__']
  const wide = (text: string): string =>
    text.replaceAll(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))
  const CASES: ((text: string) => string)[] = [
    (text) => text,
    (text) => text.toLowerCase(),
    wide,
    (text) => wide(text.toLowerCase()),
    (text) => text.replaceAll('0', 'o').replaceAll('1', 'l'),
    (text) => text.replaceAll('1', '⒈').replaceAll('0', '⁰'),
  ]
  const spellings25 = fc.record({
    code: codes,
    written: fc.constantFrom(...CASES),
    groups: fc.oneof(
      fc.constant(5),
      fc.constant(25),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 25, maxLength: 25 }),
    ),
    between: fc.array(fc.constantFrom(...SEPARATORS), { minLength: 25, maxLength: 25 }),
  })

  it('are removed from a text in every accepted spelling and position', () => {
    const places: [before: string, after: string][] = [
      ['', ''],
      ['给', '的'],
      ['x ', ' y'],
      ['"', '"'],
      ['code: ', '.'],
      ['reason ', ' and more words 12'],
    ]
    fc.assert(
      fc.property(spellings25, fc.constantFrom(...places), ({ code, written, groups, between }, [before, after]) => {
        let rest = code.replaceAll('-', '')
        const parts: string[] = []
        for (let at = 0; rest !== ''; at += 1) {
          const length = typeof groups === 'number' ? groups : (groups[at] ?? 1)
          parts.push(rest.slice(0, length))
          rest = rest.slice(length)
        }
        // Codes without a group of both digits and letters look like words and are not removed. They are rare.
        fc.pre(
          parts.map((part) => written(part).normalize('NFKC')).some((part) => /\d/.test(part) && /[A-Z]/i.test(part)),
        )
        const spelt = parts.map((part, at) => (at === 0 ? '' : between[at]) + written(part)).join('')
        fc.pre(parseAccessCode(spelt) !== null)
        const cut = withoutAccessCodes(`${before}${spelt}${after}`)
        // A word separated from the code by a blank alone may be taken for a part of it.
        if (/[a-z]/.test(before + after) && !/: $/.test(before)) {
          const left = cut.replace('[登录码]', '')
          expect(left).to.not.equal(cut)
          expect(left.length).to.be.at.most(before.length + after.length)
        } else expect(cut).to.equal(`${before}[登录码]${after}`)
        const json = withoutAccessCodes(JSON.stringify({ before, spelt, after }))
        expect(JSON.parse(json)).to.deep.equal({ before, spelt: '[登录码]', after })
      }),
      { numRuns: 500 },
    )
  })

  it('are removed from a text of fewer characters than a code has signs', () => {
    const signs = '10'.repeat(12)
    const check = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'].find((sign) => parseAccessCode(signs + sign) !== null)
    expect(withoutAccessCodes(`${'⑩'.repeat(12)}${check}`)).to.equal('[登录码]')
    expect(withoutAccessCodes(signs)).to.equal(signs)
  })

  it('are removed also when mistyped, with any separator', () => {
    const wrong = `${CODE.slice(0, -1)}U`
    expect(parseAccessCode(wrong)).to.equal(null)
    for (const sign of ['-', '_', '.', '·', '–', '－', ' - '])
      for (const text of [wrong, wide(wrong)].map((each) => each.replaceAll(/[-－]/g, sign)))
        expect(withoutAccessCodes(`给${text}。`)).to.equal('给[登录码]。')
  })

  for (const unit of ['A', 'a1 ', '1-', CODE, ' ', '\\n', '访'])
    it(`are found in linear time among ${JSON.stringify(unit)}`, async () => {
      const search = (size: number) => withoutAccessCodes(unit.repeat(size / unit.length))
      expect(await growthExponent(search, 2_500)).to.be.below(LINEAR_EXPONENT_MAX)
    })

  it('are removed from texts, also when mistyped, and other numbers and words are kept', () => {
    fc.assert(
      fc.property(codes, (code) => {
        const signs = code.replaceAll('-', '')
        const texts = [code, code.toLowerCase(), signs, signs.toLowerCase(), `${code.slice(0, -1)}U`, `"a\\n${code}"`]
        for (const text of texts) {
          const cut = withoutAccessCodes(`{"x":"${text}","y":1}`)
          expect(cut).to.contain('[登录码]').and.to.contain('"y":1')
          expect(cut.toUpperCase()).to.not.contain(signs.slice(0, 5)).and.to.not.contain(signs.slice(-6, -1))
        }
      }),
    )
    const others = [
      '91220102MA000000X1',
      '3f0c9a2e-8b1d-4c57-9e6a-0123456789ab',
      'a'.repeat(64),
      'these words would never match',
      'pulled 123 rows of feed registry in 45 ms, 20261125 0001 of 20261126 0002 and so on for 30 days',
      'registry_20261125_0001.json.gz',
      'see_inner_listings see_score_reasons decide_identity 1 2 3',
      '2026-11-25 22:02:00 2026-11-26 22:02:00 13800 138000',
      '91220102MA7A0700XC 91220102MA7A0700XC 92220102MA7A07001X',
      '虚市监处罚〔2026〕1号',
    ]
    for (const text of others) expect(withoutAccessCodes(text)).to.equal(text)
  })
})
