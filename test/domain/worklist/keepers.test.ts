import { expect } from 'chai'
import { findKeeperAfterMove, findKeeperOfNewCase } from '../../../src/domain/worklist/keepers.js'

describe('the keeper of a case', () => {
  it('is the person who opens it, and nobody when the clock does', () => {
    expect(findKeeperOfNewCase({ role: 'agency', by: 'a' })).to.equal('a')
    expect(findKeeperOfNewCase({ role: 'clock', by: 'score' })).to.equal(null)
  })

  it('is the first officer to act where nobody keeps it', () => {
    expect(findKeeperAfterMove(null, { role: 'officer', by: 'o' })).to.equal('o')
    expect(findKeeperAfterMove('first', { role: 'officer', by: 'o' })).to.equal('first')
    for (const role of ['reviewer', 'clock'] as const)
      expect(findKeeperAfterMove(null, { role, by: 'x' })).to.equal(null)
  })
})
