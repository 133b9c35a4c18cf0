import { expect } from 'chai'
import fc from 'fast-check'
import { containDirection, mayChangeTextDirection } from '../../../src/foundation/text/bidi.js'

const SIGNS = [
  '\u2066',
  '\u2067',
  '\u2068',
  '\u2069',
  '\u202e',
  '\u202c',
  '\u2029',
  '\u0085',
  '\u001c',
  'א',
  '虚',
  'A',
  '𠀀',
]

describe('direction of a text', () => {
  const cases: [string, string, string, string][] = [
    ['plain text', '虚构有限公司 𠀀 A', '虚构有限公司 𠀀 A', ''],
    [
      'directions that are opened and closed',
      '虚\u202E构\u202C\u2067左\u2069右',
      '虚\u202E构\u202C\u2067左\u2069右',
      '',
    ],
    ['directions that are opened and not closed', '虚构\u2067左\u2066右', '虚构\u2067左\u2066右', '\u2069\u2069'],
    [
      'more closing characters than opened directions',
      '虚\u2069构\u2066A\u2069\u2069\u202E左',
      '虚构\u2066A\u2069\u202E左',
      '',
    ],
    ['paragraph separators', '虚\u2029构\u0085有\u001c限', '虚 构 有 限', ''],
  ]
  for (const [what, given, text, closes] of cases)
    it(`is contained: ${what}`, () => expect(containDirection(given)).to.deep.equal({ text, closes }))

  it('is contained for any mixture of directional characters', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...SIGNS), { maxLength: 30 }), (signs) => {
        const { text, closes } = containDirection(signs.join(''))
        let open = 0
        for (const sign of text + closes) {
          if ('\u2066\u2067\u2068'.includes(sign)) open += 1
          if (sign === '\u2069') open -= 1
          expect(open).to.be.at.least(0)
        }
        expect(open).to.equal(0)
        for (const end of ['\u2029', '\u0085', '\u001c']) expect(text).not.to.include(end)
      }),
    )
  })

  it('needs containment only where the text has right-to-left or separator characters', () => {
    for (const text of ['虚构有限公司', 'A-1', '𠀀', 'é“”']) expect(mayChangeTextDirection(text), text).to.equal(false)
    for (const text of ['א', '\u200f', '\u{10840}', '\u2029']) expect(mayChangeTextDirection(text), text).to.equal(true)
  })
})
