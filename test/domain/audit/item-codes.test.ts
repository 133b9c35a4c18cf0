import { expect } from 'chai'
import { codesInItem, ITEM_CODES_MOST } from '../../../src/domain/audit/item-codes.js'
import { codeOf } from '../../support/world.js'

describe('codes in an item', () => {
  it('are found in whole values, in the one form in which they are kept, wherever they stand', () => {
    const [one, two] = [codeOf(1), codeOf(2)]
    const item = {
      企业名称: '虚构商行',
      统一信用代码: ` ${one.toLowerCase()} `,
      more: [{ code: two }],
      shop: 'shop:guguji:7',
    }
    expect(codesInItem(item)).to.deep.equal([one, two, 'shop:guguji:7'])
  })

  it('are no other numbers, no text that holds one, and of bounded number', () => {
    expect(codesInItem({ a: '13800000000', b: `见 ${codeOf(1)}`, c: null, d: 12, e: true })).to.deep.equal([])
    expect(codesInItem('')).to.deep.equal([])
    expect(codesInItem(Array.from({ length: 500 }, (_, n) => codeOf(n)))).to.have.lengthOf(ITEM_CODES_MOST)
  })
})
