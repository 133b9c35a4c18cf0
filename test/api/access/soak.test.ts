/** The short form of `npm run soak access`. */
import { expect } from 'chai'
import { soakAccess } from '../../soak/access.js'

describe('a hub under good and bad requests of all roles', () => {
  it('answers each correctly, reports its memory, and leaves intact data when it is killed', async () => {
    const soaked = await soakAccess({ forMs: 1_500, kills: 2, sliceMs: 500, seed: 20261126 })
    expect(soaked.found).to.deep.equal([])
    expect([soaked.errors, soaked.slopeMbPerMinute]).to.deep.equal([0, null])
    expect(soaked.slopeNotJudged).to.include('too short')
    expect(soaked.requests).to.be.greaterThan(0)
    expect(soaked.slices.every(({ rssMb }) => rssMb > 20)).to.equal(true)
    expect(soaked).to.include({ kills: 2, orphanedGroups: 1 })
    expect(soaked.verified).to.include({ ok: true, operators: 60, standings: 0, differences: 0, auditFaults: 0 })
    expect(soaked.verified.scores).to.be.greaterThan(0)
  })
})
