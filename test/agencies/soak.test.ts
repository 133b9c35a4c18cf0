import { expect } from 'chai'
import { soakIntake } from '../soak/intake.js'

const RUNS = 100

describe('damaged documents', () => {
  it('are read, rejected or refused by code within the time limit, and no record is lost silently', async () => {
    const soaked = await soakIntake({ runs: RUNS, seed: 20_261_125 })
    expect(soaked.faults).to.deep.equal([])
    expect(soaked.files).to.equal(RUNS)
    // Guards against a vacuous test: enough items stay readable.
    expect(soaked.items).to.be.greaterThan(RUNS)
    expect(Object.values(soaked.refused).reduce((sum, count) => sum + count, 0)).to.be.within(RUNS / 10, RUNS)
  })
})
