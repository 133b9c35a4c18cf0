import { expect } from 'chai'
import { makeUploadSlots } from '../../../src/api/v1/receive-body.js'
import { isRefusal } from '../../../src/foundation/errors.js'

const codeOf = (act: () => unknown): string => {
  try {
    act()
    return 'taken'
  } catch (error) {
    return isRefusal(error) ? error.code : 'fault'
  }
}

describe('upload slots', () => {
  const feeds = ['a1', 'a2', 'b1', 'c1'].map((id) => ({ id, agency: id.charAt(0) }))
  const [a1, a2, b1, c1] = feeds as [(typeof feeds)[0], (typeof feeds)[0], (typeof feeds)[0], (typeof feeds)[0]]

  it('are one for each feed, limited in total and for each agency, until they are released', () => {
    const places = makeUploadSlots(2, 1)
    const giveUp = places.take(a1)
    expect(codeOf(() => places.take(a1))).to.equal('RUN_BUSY')
    expect(codeOf(() => places.take(a2))).to.equal('HUB_BUSY')
    places.take(b1)
    expect(codeOf(() => places.take(c1))).to.equal('HUB_BUSY')
    giveUp()
    expect(codeOf(() => places.take(c1))).to.equal('taken')
  })

  it('of lists of sellers say so first in Chinese when one is taken', () => {
    const places = makeUploadSlots(2, 1, 'sellers')
    const mall = { id: 'mall', agency: 'mall' }
    places.take(mall)
    expect(() => places.take(mall)).to.throw(/^该平台的卖家清单正在处理，请稍后再试。The list of sellers /)
  })

  it('are not taken by looking whether one is free', () => {
    const places = makeUploadSlots(1, 1)
    places.ask(a1)
    places.ask(a1)
    expect(codeOf(() => places.take(b1))).to.equal('taken')
    expect(codeOf(() => places.ask(a1))).to.equal('HUB_BUSY')
  })
})
