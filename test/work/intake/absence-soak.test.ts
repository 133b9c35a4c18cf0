import { expect } from 'chai'
import { soakAbsence } from '../../soak/absence.js'

const ITEMS = 540

describe('rejected rows of every feed that ends by absence', () => {
  it('I-A1, I-A2: records ended by a full delivery equal a naive model, with nulls, empty strings and missing members', async () => {
    const soaked = await soakAbsence({ items: ITEMS, seed: 20_261_129 })
    expect(soaked.faults).to.deep.equal([])
    expect(soaked.items).to.equal(ITEMS)
    expect(soaked.ended).to.be.greaterThan(50)
  })
})
