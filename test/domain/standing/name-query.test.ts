import { expect } from 'chai'
import fc from 'fast-check'
import { compareNames, type NameAnswer } from '../../../src/domain/standing/name-query.js'

const KNOWN = {
  present: '吉林省虚构青禾（长春）商贸有限公司',
  former: ['虚构松云商行', 'Xugou Trading·株式会社'],
  inside: false,
}

describe('compareNames', () => {
  const table: [string, NameAnswer][] = [
    ['吉林省虚构青禾（长春）商贸有限公司', 'SAME'],
    ['吉林省虚构青禾(长春)商贸有限公司', 'SAME'],
    ['吉林省虚构青禾【长春】商贸有限公司', 'SAME'],
    ['吉林省虛構青禾（長春）商貿有限公司', 'SAME'],
    [' 吉林省 虚构青禾　（长春）商贸有限公司\u200b', 'SAME'],
    ['虚构松云商行', 'FORMER'],
    ['虛構松雲商行', 'FORMER'],
    ['ＸＵＧＯＵ　ｔｒａｄｉｎｇ•株式会社', 'FORMER'],
    ['吉林省虚构青禾商贸有限公司', 'DIFFERENT'],
    ['虚构青禾（长春）商贸有限公司', 'DIFFERENT'],
    ['长春吉林省虚构青禾商贸有限公司', 'DIFFERENT'],
    ['虚构青禾', 'DIFFERENT'],
    ['吉林省虚构青禾（长春）商贸有限公司第一分公司', 'DIFFERENT'],
    ['吉林省虚构青采（长春）商贸有限公司', 'DIFFERENT'],
    ['\ud800', 'DIFFERENT'],
  ]
  for (const [name, answer] of table) {
    it(`${JSON.stringify(name)} is ${answer}`, () => {
      expect(compareNames(name, KNOWN)).to.equal(answer)
    })
  }

  it('is UNKNOWN where the operator has no present name', () => {
    expect(compareNames('虚构', { present: null, former: [], inside: true })).to.equal('UNKNOWN')
    expect(compareNames('虚构', { present: null, former: ['虚构'], inside: true })).to.equal('FORMER')
  })

  it('is UNKNOWN to the public for a name hidden by masking, and exact for authorities', () => {
    const present = '虚构小铺13812345678'
    const outside = { present, former: [], inside: false }
    expect(compareNames(present, outside)).to.equal('UNKNOWN')
    expect(compareNames('虚构小铺13812345679', outside)).to.equal('UNKNOWN')
    expect(compareNames(present, { ...outside, inside: true })).to.equal('SAME')
    expect(compareNames('别的', { present: '虚构', former: [present], inside: false })).to.equal('UNKNOWN')
    expect(compareNames(present, { present: '虚构', former: [present], inside: false })).to.equal('UNKNOWN')
  })

  it('is SAME for the operator’s own name, or UNKNOWN to the public', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), fc.boolean(), (name, inside) => {
        const answer = compareNames(name, { present: name, former: [], inside })
        expect(answer).to.be.oneOf(inside ? ['SAME'] : ['SAME', 'UNKNOWN'])
      }),
      { numRuns: 50 },
    )
  })
})
