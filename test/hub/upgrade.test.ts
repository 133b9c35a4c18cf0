/** One upgrade to a release after this one and back, under load. `npm run soak -- upgrades` does twenty. */
import { expect } from 'chai'
import { soakUpgrades } from '../soak/upgrades.js'

const WITHIN_MS = 300_000

describe('an upgrade to the next release and back', () => {
  it('fails no question, repeats no job, waits for no table before questions, and ends hubs of the former release only after its contraction', async () => {
    const { asked, runs, redispatched, ok, ...rest } = await soakUpgrades({
      cycles: 1,
      hubs: 1,
      progress: () => undefined,
    })
    expect(rest).to.deep.equal({
      cycles: 1,
      failed: [],
      rowsAmiss: 0,
      overlappingRuns: 0,
      repeatedOccurrences: 0,
      stoppedByContraction: 1,
    })
    expect(ok).to.equal(true)
    expect(asked).to.be.greaterThan(100)
  }).timeout(WITHIN_MS)
})
