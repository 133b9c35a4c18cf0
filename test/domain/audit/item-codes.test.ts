import { expect } from 'chai'
import { findCodesInItem, ITEM_CODES_MOST } from '../../../src/domain/audit/audit-log.js'
import { codeOf } from '../../support/world.js'

describe('findCodesInItem', () => {
  it('finds codes that are a whole value, at any depth, in normalised form', () => {
    const [one, two] = [codeOf(1), codeOf(2)]
    const item = {
      企业名称: '虚构商行',
      统一信用代码: ` ${one.toLowerCase()} `,
      more: [{ code: two }],
      shop: 'shop:guguji:7',
    }
    expect(findCodesInItem(item)).to.deep.equal([one, two, 'shop:guguji:7'])
  })

  it('ignores other numbers and codes inside longer texts, and limits the number of codes', () => {
    expect(findCodesInItem({ a: '13800000000', b: `见 ${codeOf(1)}`, c: null, d: 12, e: true })).to.deep.equal([])
    expect(findCodesInItem('')).to.deep.equal([])
    expect(findCodesInItem(Array.from({ length: 500 }, (_, n) => codeOf(n)))).to.have.lengthOf(ITEM_CODES_MOST)
  })
})
