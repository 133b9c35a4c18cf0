import { expect } from 'chai'
import fc from 'fast-check'
import { normalizeName } from '../../../src/domain/operators/names.js'

describe('names of operators', () => {
  const same: [string, string][] = [
    ['长白（吉林）电子商务有限公司', '长白(吉林)电子商务有限公司'],
    ['长白〔吉林〕电子商务有限公司', '长白(吉林)电子商务有限公司'],
    ['长白【吉林】电子商务有限公司', '长白(吉林)电子商务有限公司'],
    [' 长白 (吉林)　电子商务有限公司\u200b', '长白(吉林)电子商务有限公司'],
    ['ａｂｃ网络', 'ABC网络'],
    ['Abc 网络', 'ABC网络'],
    ['阿里木•某某', '阿里木·某某'],
    ['第１０号店', '第10号店'],
  ]
  for (const [name, other] of same)
    it(`${JSON.stringify(name)} is compared as ${other}`, () => expect(normalizeName(name)).to.equal(other))

  it('names that differ in a character stay different', () => {
    expect(normalizeName('松江源商行')).not.to.equal(normalizeName('松江原商行'))
    expect(normalizeName('长白(吉林)公司')).not.to.equal(normalizeName('长白吉林公司'))
  })

  it('normalizeName is idempotent and leaves no blank', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const once = normalizeName(name)
        expect(normalizeName(once)).to.equal(once)
        expect(once).not.to.match(/\s/)
      }),
      { numRuns: 1000 },
    )
  })
})
